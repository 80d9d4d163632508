"""The baseline: the scores that a run is held against, one line a case, and the one way to replace it."""

import json
import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from evals.domain import Figure, Run, Scored
from evals.figures import figures
from evals.gating.gates import GateError

BASELINE = Path(__file__).parent.with_name("baseline.json")
_LISTED = 40


class BaselineError(GateError):
    """The file can't serve as a baseline; the message names it, what is wrong and the remedy."""


@dataclass(frozen=True, slots=True)
class Baseline:
    """The run that was accepted last, and its scores, sorted by case."""

    run: Run
    rows: tuple[Scored, ...]


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)

    run: Run
    cases: list[Scored]


def read_baseline(path: Path) -> Baseline:
    """The baseline in the file. BaselineError when there is none that can be used."""
    try:
        given = _File.model_validate_json(path.read_text(encoding="utf-8"))
        return Baseline(given.run, tuple(sound(given.cases, "the baseline").values()))
    except FileNotFoundError as error:
        raise BaselineError(f"there is no baseline at {path}: make one with `python -m evals accept`") from error
    except (OSError, UnicodeDecodeError, ValidationError, GateError) as error:
        raise BaselineError(
            f"{path} can't be used as a baseline: {error}\nTake it back from git, or make it anew with "
            "`python -m evals accept`"
        ) from error


def write_baseline(path: Path, run: Run, rows: Sequence[Scored]) -> None:
    """JSON with a line for each case, sorted by id, so that git shows which cases moved."""
    lines = ",\n".join(_line(asdict(row)) for row in sound(rows, "the run").values())
    path.write_text(f'{{"run": {_line(asdict(run), indent=2)},\n"cases": [\n{lines}\n]}}\n', encoding="utf-8")


def accept(run: Run, rows: Sequence[Scored], path: Path, *, part: bool = False) -> str:
    """Writes the run as the new baseline and says what that accepts: what moves, and which cases are another now.

    `part` says that only some of the cases were asked. GateError when the run can't be a baseline.
    """
    if part:
        raise GateError("only some of the cases were asked: accept a run of all of them (`python -m evals accept`)")
    if run.mode != "quoting":
        raise GateError(f"a run in {run.mode} mode is advisory and differs from day to day: accept one in quoting mode")
    now = Baseline(run, tuple(sound(rows, "the run").values()))
    try:
        said = "\n".join(_replaced(read_baseline(path), now))
    except BaselineError as error:
        said = "\n".join([f"A first baseline of {len(now.rows)} cases: {error}", *_moved([], figures(now.rows))])
    write_baseline(path, run, now.rows)
    return said


def sound(rows: Iterable[Scored], where: str) -> dict[str, Scored]:
    """The rows by case, sorted, with values as the baseline keeps them. GateError for what can't be compared.

    Four decimals (three of the judge's): below that, runs differ between processors though nobody changed anything.
    """
    rows = list(rows)
    if not rows:
        raise GateError(f"{where} holds no case at all: there is nothing to compare")
    if twice := sorted(case for case, count in Counter(row.case for row in rows).items() if count > 1):
        raise GateError(f"{where} holds {', '.join(twice[:_LISTED])} more than once: score each case once")
    for row in rows:
        for name, value in (*row.values.items(), ("judge", row.judge)):
            if value is not None and not (math.isfinite(value) and 0 <= value <= 1):
                raise GateError(f"{where} gives {row.case} a {name} of {value}: a score is from 0 to 1, or left out")
    return {row.case: _rounded(row) for row in sorted(rows, key=lambda row: row.case)}


def _rounded(row: Scored) -> Scored:
    values = {measure: round(row.values[measure], 4) for measure in sorted(row.values)}
    return replace(row, values=values, judge=None if row.judge is None else round(row.judge, 3))


def _line(value: object, indent: int | None = None) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False, indent=indent)


def _replaced(before: Baseline, now: Baseline) -> Iterator[str]:
    was, is_ = ({row.case: row for row in one.rows} for one in (before, now))
    both = sorted(was.keys() & is_.keys())
    yield f"A new baseline of {len(is_)} cases, in place of the one of {before.run.at} with {len(was)}."
    yield from _packs(before.run.packs, now.run.packs)
    yield from _moved(figures(before.rows), figures(now.rows))
    yield from _listed("no longer right", [case for case in both if was[case].right and not is_[case].right])
    yield from _listed("right now", [case for case in both if is_[case].right and not was[case].right])
    yield from _listed("of another kind now", [case for case in both if was[case].kind != is_[case].kind])
    yield from _listed("new", sorted(is_.keys() - was.keys()))
    yield from _listed("gone", sorted(was.keys() - is_.keys()))


def _packs(before: Mapping[str, str], now: Mapping[str, str]) -> Iterator[str]:
    for campaign in sorted(before.keys() | now.keys()):
        if before.get(campaign) != now.get(campaign):
            yield f"pack of {campaign}: {before.get(campaign, 'none')} -> {now.get(campaign, 'none')}"


def _moved(before: Iterable[Figure], now: Iterable[Figure]) -> Iterator[str]:
    was = {(one.measure, one.slice): one.value for one in before}
    is_ = {(one.measure, one.slice): one.value for one in now}
    moved = [key for key in (*is_, *(key for key in was if key not in is_)) if was.get(key) != is_.get(key)]
    yield f"{len(moved)} of {len(is_)} figures move:" if moved else "No figure moves."
    for key in moved:
        old, new = was.get(key), is_.get(key)
        by = f" ({new - old:+.3f})" if old is not None and new is not None else ""
        yield f"  {key[0]}, {key[1]}: {_figure(old)} -> {_figure(new)}{by}"


def _figure(value: float | None) -> str:
    return "none" if value is None else f"{value:.3f}"


def _listed(title: str, cases: Sequence[str]) -> Iterator[str]:
    if cases:
        rest = f" and {len(cases) - _LISTED} more" if len(cases) > _LISTED else ""
        yield f"{title}: {len(cases)} ({', '.join(cases[:_LISTED])}{rest})"
