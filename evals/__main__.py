"""python -m evals: ask the cases, score the answers, hold them against the baseline. `--help` lists the commands."""

import os
import sys
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module

_COMMANDS: Mapping[str, str] = {
    "score": "evals.commands.score",
    "accept": "evals.commands.accept",
    "lint": "evals.commands.lint",
    "confirm": "evals.commands.confirm",
    "selftest": "evals.commands.selftest",
    "public": "evals.public.__main__",
    "judge": "evals.judges.__main__",
}
"""Modules with a `main`; imported when asked for, because some are slow to import and one is an optional extra."""


def main(arguments: Sequence[str] | None = None) -> int:
    """0 done, 1 a gate or the work failed, 2 wrong usage. Without the name of a command the cases are asked."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    named = given[0] if given else ""
    module = import_module(_COMMANDS.get(named, "evals.commands.run"))
    command: Callable[[Sequence[str]], int] = module.main
    try:
        return command(given[1:] if named in _COMMANDS else given)
    except BrokenPipeError:
        # Whoever read along (`| head`) has seen enough; what Python flushes at its end has to go somewhere.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        print("broken off", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
