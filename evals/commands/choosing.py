"""Which cases are meant: files or folders, and `--only`; and how long work shows that it goes on."""

import argparse
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from rich.console import Console
from rich.progress import track

from evals.asking import Progress
from evals.cases import load_cases
from evals.domain import Case
from evals.variations import made_cases

_KEYS = ("kind", "campaign", "id")
_PLAIN_LINES = 10


def add_cases(parser: argparse.ArgumentParser) -> None:
    """The arguments that `chosen` reads."""
    parser.add_argument("cases", nargs="*", type=Path, metavar="CASES", help="files or folders of cases (default: all)")
    parser.add_argument(
        "--only",
        action="append",
        default=[],
        type=_term,
        metavar="KEY=VALUE",
        help=f"only cases with this {', '.join(_KEYS)}; may be repeated (one key: either; several keys: all)",
    )


def is_part(given: argparse.Namespace) -> bool:
    """Whether only some of the cases are meant."""
    return bool(given.cases or given.only)


def chosen(given: argparse.Namespace, *, made: bool) -> list[Case]:
    """The cases that are meant, with those that rules make of them. CaseError when a file can't be used."""
    written = load_cases(given.cases)
    cases = [*written, *made_cases(written)] if made else written
    return [case for case in cases if _is_meant(case, given.only)]


def progress() -> Progress:
    """A bar on a terminal, a line now and then otherwise."""
    console = Console(stderr=True)
    return _Bar(console) if console.is_terminal else _line_now_and_then


class _Bar:
    """What asks tells how many are done; what draws wants to be iterated over."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._steps: Iterable[int] | None = None

    def __call__(self, done: int, total: int) -> None:
        if self._steps is None:
            self._steps = iter(track(range(total), description="asking", console=self._console, transient=True))
            next(iter(self._steps), None)
        next(iter(self._steps), None)
        del done


def _line_now_and_then(done: int, total: int) -> None:
    if done == total or done % max(1, total // _PLAIN_LINES) == 0:
        print(f"{done} of {total} cases asked", file=sys.stderr, flush=True)


def _term(text: str) -> tuple[str, str]:
    key, given, value = text.partition("=")
    if not given:
        return "kind", text
    if key not in _KEYS or not value:
        raise argparse.ArgumentTypeError(f'"{text}": write one of {", ".join(_KEYS)}, "=" and a value')
    return key, value


def _is_meant(case: Case, only: Sequence[tuple[str, str]]) -> bool:
    wanted: dict[str, set[str]] = {}
    for key, value in only:
        wanted.setdefault(key, set()).add(value)
    return all(str(getattr(case, key)) in values for key, values in wanted.items())
