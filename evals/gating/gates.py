"""What gates.toml says: how low a figure may be and how far it may fall, for a measure and a slice of the cases."""

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from evals.domain import Scored
from evals.figures import MADE
from evals.measures import MEASURES
from evals.measures.judging import SWEPT
from evals.scoring import current

GATES = Path(__file__).parent.with_name("gates.toml")
RIGHT = "right"
"""Whether a case is right, as a measure."""
KNOWN = (RIGHT, *(measure.__name__ for measure in MEASURES), current.__name__, *SWEPT)
"""The measures that a gate may name."""
ALL = "all"
_KEYS = ("kind", "campaign", "answerable", "made", "of")
_ANY = "*"
_YES_NO = {True: "yes", False: "no"}


class GateError(Exception):
    """The gates can't be held against a run; the message names what is wrong and the remedy."""


@dataclass(frozen=True, slots=True)
class Gate:
    """The limits to a measure over a slice.

    `floor` is the least it may be, `drop` the most it may lose against the baseline, both in the measure's own unit
    (of a measure that is better when lower, the most it may be, and the most it may gain). With `any_drop` no case at
    all may lose anything, whatever others gain.

    A slice is "all" (what people wrote), "kind=...", "campaign=...", "answerable=yes" or "no" (whether the pack
    answers), "made=yes" (by rule), "of=..." (made by rule from cases of that kind), or several joined by " and ".
    """

    measure: str
    slice: str
    floor: float | None = None
    drop: float | None = None
    any_drop: bool = False


@dataclass(frozen=True, slots=True)
class Gates:
    """All limits; slices may have a "*" in them. `most_gone` is the share of a slice that may go without a word."""

    gates: tuple[Gate, ...]
    most_gone: float = 0.0

    def over(self, slices: "Slices") -> tuple[Gate, ...]:
        """One gate a slice that there is: a "*" stands for each value, and what is said of a value itself goes first.

        GateError when a slice holds no case at all.
        """
        named = {(gate.measure, gate.slice): gate for gate in self.gates if _ANY not in gate.slice}
        for gate in (gate for gate in self.gates if _ANY in gate.slice):
            for one in slices.matching(gate.slice):
                named.setdefault((gate.measure, one), replace(gate, slice=one))
        if empty := sorted({gate.slice for gate in named.values() if gate.slice not in slices}):
            raise GateError(
                f"gates.toml names {', '.join(empty)}, and no case is of it: mend the name, or take the gate out"
            )
        return tuple(named.values())


class Slices:
    """Which cases a slice holds. What a case was when the baseline was made counts, too: renaming moves nobody out."""

    def __init__(self, baseline: Sequence[Scored], rows: Sequence[Scored]) -> None:
        self._rows = (*baseline, *rows)
        self._kinds = {row.case: row.kind for row in (*rows, *baseline)}
        self._held: dict[str, frozenset[str]] = {}

    def __contains__(self, slice_: str) -> bool:
        return bool(self.cases(slice_))

    def cases(self, slice_: str) -> frozenset[str]:
        """Their ids."""
        if slice_ not in self._held:
            terms = _terms(slice_)
            self._held[slice_] = frozenset(row.case for row in self._rows if self._in(row, terms))
        return self._held[slice_]

    def matching(self, slice_: str) -> list[str]:
        """The slices that it stands for with each "*" replaced by what there is; only those that hold cases."""
        found = [""]
        for key, value in _terms(slice_).items():
            values = sorted({self._value(row, key) for row in self._rows} - {""}) if value == _ANY else [value]
            found = [f"{before} and {key}={one}" if before else f"{key}={one}" for before in found for one in values]
        return [one for one in found if one in self]

    def _in(self, row: Scored, terms: Mapping[str, str]) -> bool:
        if row.kind in MADE and not terms.keys() & {"kind", "made", "of"}:
            return False
        return all(self._value(row, key) == value for key, value in terms.items())

    def _value(self, row: Scored, key: str) -> str:
        if key == "of":
            return self._kinds.get(row.case.partition("~")[0], "") if row.kind in MADE else ""
        if key == "answerable":
            return "" if row.answerable is None else _YES_NO[row.answerable]
        if key == "made":
            return _YES_NO[row.kind in MADE]
        return row.kind if key == "kind" else row.campaign


_Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]


class _Limits(BaseModel):
    model_config = ConfigDict(extra="forbid")

    floor: _Share | None = None
    drop: _Share | None = None
    any_drop: bool = False

    @model_validator(mode="after")
    def _says_something_once(self) -> Self:
        if self.any_drop and self.drop is not None:
            raise ValueError("any_drop and drop: say one of them")
        if not self.any_drop and self.drop is None and self.floor is None:
            raise ValueError("says nothing: give floor, drop or any_drop")
        return self


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid")

    most_gone: _Share = 0.0
    floors: dict[str, _Share] = {}
    gates: dict[str, dict[str, _Limits]] = {}


def read_gates(path: Path = GATES) -> Gates:
    """The gates of the file. GateError names the key, measure or slice that can't be used."""
    try:
        given = _File.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except (OSError, tomllib.TOMLDecodeError, ValidationError) as error:
        raise GateError(f"{path} can't be used as gates: {error}") from error
    if unknown := sorted({*given.floors, *given.gates} - set(KNOWN)):
        raise GateError(f"{path} names {', '.join(unknown)}, which is no measure: there are {', '.join(KNOWN)}")
    gates = [
        Gate(measure, slice_, limits.floor, limits.drop, limits.any_drop)
        for measure, slices in given.gates.items()
        for slice_, limits in slices.items()
    ]
    for gate in gates:
        _terms(gate.slice)
    return Gates(tuple(_with_floors(path, gates, given.floors)), given.most_gone)


def _with_floors(path: Path, gates: Sequence[Gate], floors: Mapping[str, float]) -> Iterable[Gate]:
    """The floors over all cases stand in a table of their own."""
    for gate in gates:
        if gate.slice == ALL and gate.floor is not None and gate.measure in floors:
            raise GateError(f"{path} gives two floors for {gate.measure} over all: keep one")
        yield replace(gate, floor=floors[gate.measure]) if gate.slice == ALL and gate.measure in floors else gate
    limited = {gate.measure for gate in gates if gate.slice == ALL}
    yield from (Gate(measure, ALL, floor) for measure, floor in floors.items() if measure not in limited)


def _terms(slice_: str) -> dict[str, str]:
    """What a case of the slice has to be; GateError when it is no slice."""
    terms = [term.partition("=") for term in slice_.split(" and ")] if slice_ != ALL else []
    if all(key in _KEYS and value for key, _, value in terms) and len({key for key, _, _ in terms}) == len(terms):
        return {key: value for key, _, value in terms}
    raise GateError(
        f'gates.toml names "{slice_}", which is no slice of the cases: write "{ALL}", '
        f'{", ".join(f"{key}=..." for key in _KEYS)}, or several of these joined by " and "'
    )
