"""python -m evals accept [RUN]: what is from now on held to be the measure of a change."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from assistant.settings import SettingsError
from assistant.wiring import WiringError
from evals.cases import CaseError, load_cases
from evals.commands.run import RUN, asked_afresh
from evals.gating.baseline import BASELINE, accept
from evals.gating.gates import GateError
from evals.runs import RunError, read_run
from evals.scoring import score, scored
from evals.variations import made_cases
from knowledge.pack import PackError
from knowledge.store import StoreError


def main(arguments: Sequence[str] | None = None) -> int:
    """0 when the baseline was written, 1 when the run can't be one, 2 for wrong usage."""
    parser = argparse.ArgumentParser(
        prog="python -m evals accept",
        description=f"Write a run into {BASELINE.name} as the baseline, and show what that accepts.",
    )
    parser.add_argument("run", nargs="?", type=Path, metavar="RUN", help="a run of all cases (default: ask them now)")
    given = parser.parse_args(arguments)
    try:
        written = load_cases()
        cases = [*written, *made_cases(written)]
        run, asked = read_run(given.run) if given.run else asked_afresh(cases, RUN)
    except (CaseError, RunError) as error:
        print(error, file=sys.stderr)
        return 2
    except (PackError, SettingsError, StoreError, WiringError) as error:
        print(error, file=sys.stderr)
        return 1
    part = {case.id for case in cases} != {one.case.id for one in asked}
    try:
        print(accept(run, [scored(result) for result in score(asked)], BASELINE, part=part))
    except GateError as error:
        print(error, file=sys.stderr)
        return 1
    return 0
