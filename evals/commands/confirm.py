"""python -m evals confirm [CASES]: say that cases were looked at again and still fit their pack."""

import argparse
import sys
from collections.abc import Sequence

from evals.cases import CaseError
from evals.commands.choosing import add_cases, chosen
from evals.fingerprints import affected, confirm
from knowledge.pack import PackError


def main(arguments: Sequence[str] | None = None) -> int:
    """0 when the fingerprint of today's pack was written into the cases, 2 when cases or packs can't be read."""
    parser = argparse.ArgumentParser(
        prog="python -m evals confirm",
        description="Write the fingerprint of today's pack into the cases, after a person has looked at them.",
    )
    add_cases(parser)
    parser.add_argument("--list", action="store_true", help="only list the cases that a changed pack may make wrong")
    given = parser.parse_args(arguments)
    try:
        cases = chosen(given, made=False)
        for case, why in affected(cases):
            print(f"{case.id}: {case.question}\n  {why}")
        if not given.list:
            confirm(cases)
            print(f"{len(cases)} cases carry the fingerprints of today's packs")
    except (CaseError, PackError) as error:
        print(error, file=sys.stderr)
        return 2
    return 0
