"""python -m evals score RUN: score answers that were given before, by the cases as they are now."""

import argparse
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from evals.cases import CaseError, load_cases
from evals.commands.reports import add_reporting, tell
from evals.domain import Asked, Case
from evals.runs import RunError, read_run
from evals.scoring import score
from evals.variations import made_cases


def main(arguments: Sequence[str] | None = None) -> int:
    """0 when it scored (and no gate that was asked for stops it), 1 when a gate does, 2 for wrong usage."""
    parser = argparse.ArgumentParser(
        prog="python -m evals score", description="Score a run again, by the cases as they are now, without asking."
    )
    parser.add_argument("run", type=Path, metavar="RUN", help="a file that `python -m evals` wrote")
    add_reporting(parser)
    given = parser.parse_args(arguments)
    try:
        run, asked = read_run(given.run)
        written = load_cases()
    except (CaseError, RunError) as error:
        print(error, file=sys.stderr)
        return 2
    cases = {case.id: case for case in (*written, *made_cases(written))}
    part = not cases.keys() <= {one.case.id for one in asked}
    return tell(given, run, score([_by_now(one, cases) for one in asked]), part=part)


def _by_now(asked: Asked, cases: Mapping[str, Case]) -> Asked:
    """Held to what the case expects now, where it still asks the same of the same pack."""
    now = cases.get(asked.case.id)
    same = now is not None and (now.question, now.turns, now.made) == (
        asked.case.question,
        asked.case.turns,
        asked.case.made,
    )
    return replace(asked, case=now) if now is not None and same else asked
