"""The suite tests itself: every change for the worse has to be stopped by the gate, every harmless one has to pass."""

import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from evals.asking import ask
from evals.domain import Case, Run, Scored
from evals.gating.baseline import Baseline
from evals.gating.gates import Gates
from evals.gating.verdict import Fall, Verdict, gate
from evals.sabotage import Change
from evals.scoring import score, scored

_NAMED = 3


@dataclass(frozen=True, slots=True)
class Trial:
    """What the gate said of one change."""

    change: Change
    verdict: Verdict

    @property
    def as_it_should_be(self) -> bool:
        return self.verdict.passed == self.change.harmless


def trials(
    cases: Sequence[Case],
    changes: Sequence[Change],
    baseline: Baseline,
    gates: Gates,
    report: Callable[[str], object],
) -> Iterator[Trial]:
    """Each change by itself, over all cases, with indexes made anew. What is told is one line a change."""
    for number, change in enumerate(changes, start=1):
        report(f"{number} of {len(changes)}: {change.about}")
        with change.made():
            run, rows = _rows(cases)
        yield Trial(change, gate(run, rows, baseline, gates))


def table(found: Sequence[Trial]) -> str:
    """Markdown: what was changed, what the gate said, the gates that fell (the telling ones first), and some cases."""
    lines = ["| change | gate | falls at | cases, for example |", "| --- | --- | --- | --- |"]
    for trial in found:
        falls = sorted(trial.verdict.falls, key=lambda fall: (fall.gate.slice == "all", -len(fall.worse)))
        said = "passed" if trial.verdict.passed else f"stopped ({len(falls)} limits)"
        where = "; ".join(f"{fall.gate.measure}, {fall.gate.slice}" for fall in falls[:_NAMED])
        lines.append(f"| {trial.change.about} | {said} | {where} | {', '.join(_examples(falls))} |")
    return "\n".join(lines)


def _rows(cases: Sequence[Case]) -> tuple[Run, list[Scored]]:
    with tempfile.TemporaryDirectory(prefix="evals-") as folder:
        run, asked = ask(cases, Path(folder), lambda _done, _total: None)
    return run, [scored(result) for result in score(asked)]


def _examples(falls: Sequence[Fall]) -> list[str]:
    """One case a fall, each once."""
    return list(dict.fromkeys(fall.worse[0].case for fall in falls))[:_NAMED]
