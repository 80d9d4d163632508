"""python -m evals selftest: switch off each safeguard in turn; the gate has to stop each."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from assistant.settings import SettingsError
from assistant.wiring import WiringError
from evals.cases import CaseError, load_cases
from evals.gating.baseline import BASELINE, read_baseline
from evals.gating.gates import GateError, read_gates
from evals.sabotage import CHANGES, Change
from evals.selftest import Trial, table, trials
from evals.variations import made_cases


def main(arguments: Sequence[str] | None = None) -> int:
    """0 when the gate stops every change for the worse and lets every harmless one pass, 1 when not, 2 wrong usage."""
    given = _options(arguments)
    changes = [change for change in CHANGES if not given.only or change.name in given.only]
    try:
        found = _trials(changes)
    except (CaseError, GateError, SettingsError, WiringError) as error:
        print(error, file=sys.stderr)
        return 1
    print(table(found))
    if given.out:
        given.out.write_text(f"{table(found)}\n", encoding="utf-8")
    for trial in found:
        if not trial.as_it_should_be:
            said = "was stopped" if trial.change.harmless else "passed"
            print(f"{trial.change.name}: {trial.change.about}: {said}", file=sys.stderr)
    return 0 if all(trial.as_it_should_be for trial in found) else 1


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m evals selftest",
        description="Switch off each safeguard in turn, each for a whole run; the gate has to stop every one.",
    )
    names = [change.name for change in CHANGES]
    parser.add_argument("--only", action="append", choices=names, metavar="NAME", help=f"one of {', '.join(names)}")
    parser.add_argument("--out", type=Path, metavar="FILE", help="also write the table there, as Markdown")
    return parser.parse_args(arguments)


def _trials(changes: Sequence[Change]) -> list[Trial]:
    written = load_cases()
    cases = [*written, *made_cases(written)]

    def say(line: str) -> None:
        print(line, file=sys.stderr, flush=True)

    found = []
    for trial in trials(cases, changes, read_baseline(BASELINE), read_gates(), say):
        say("  passed" if trial.verdict.passed else f"  stopped at {len(trial.verdict.falls)} limits")
        found.append(trial)
    return found
