"""What a script is told: at most how many of its cases to try."""

import argparse
from collections.abc import Sequence


def how_many(said: str | None, name: str, *, default: int, arguments: Sequence[str] | None = None) -> int:
    """A number above nought. Anything else ends the program with 2, --help with what it `said` of itself."""
    parser = argparse.ArgumentParser(description=said, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(name, nargs="?", type=int, default=default, metavar=name.upper(), help=f"default: {default}")
    given: int = vars(parser.parse_args(arguments))[name]
    if given < 1:
        parser.error(f"{name.upper()} must be above nought")
    return given


def none(said: str | None, arguments: Sequence[str] | None = None) -> None:
    """For a script that takes none."""
    parser = argparse.ArgumentParser(description=said, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.parse_args(arguments)
