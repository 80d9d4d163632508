"""python -m evals lint: refuse cases that can't be used."""

import argparse
import sys
from collections.abc import Sequence

from evals.cases import CaseError, load_cases
from evals.lint import lint
from knowledge.pack import PackError


def main(arguments: Sequence[str] | None = None) -> int:
    """0 when all cases are in order, 1 when not."""
    argparse.ArgumentParser(
        prog="python -m evals lint", description="Check every case against its pack and the rules for cases."
    ).parse_args(arguments)
    try:
        cases = load_cases()
        complaints = lint(cases)
    except (CaseError, PackError) as error:
        print(error, file=sys.stderr)
        return 1
    for complaint in complaints:
        print(complaint)
    print(f"{len(cases)} cases, {len(complaints)} complaints")
    return 1 if complaints else 0
