"""A run on disk: JSON Lines, the Run first and then an answered case a line. Where asking and scoring meet."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from evals.domain import Asked, Run

_FORMAT = "evals-run/1"
_ASKED = TypeAdapter(Asked)
_Value = TypeVar("_Value")


class RunError(Exception):
    """A file of a run can't be used; the message names the file, the line, what is wrong and the remedy."""


class _First(BaseModel):
    """The first line; `answers` are how many lines are to follow."""

    model_config = ConfigDict(extra="forbid")

    format: str
    answers: int
    run: Run


@contextmanager
def writing(path: Path, run: Run, answers: int) -> Iterator[Callable[[Asked], object]]:
    """Takes the answers as they come, so that a run that breaks off keeps what it has."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:

        def write(asked: Asked) -> None:
            file.write(_ASKED.dump_json(asked) + b"\n")
            file.flush()

        file.write(_First(format=_FORMAT, answers=answers, run=run).model_dump_json().encode() + b"\n")
        yield write


def write_run(path: Path, run: Run, asked: Iterable[Asked]) -> None:
    """The whole run at once; whatever stood there stays until the new file is whole."""
    lines = list(asked)
    new = path.with_name(f".{path.name}.new")
    with writing(new, run, len(lines)) as write:
        for one in lines:
            write(one)
    new.replace(path)


def read_run(path: Path, *, broken_off: bool = False) -> tuple[Run, list[Asked]]:
    """RunError where the file is no run or a part of one; with `broken_off`, the answers that a part of one has."""
    try:
        lines = path.read_bytes().split(b"\n")
    except OSError as error:
        raise RunError(f"{path} can't be read ({error.strerror}): name a file that `python -m evals` wrote") from error
    first = _parsed(path, 1, lines[0], _First.model_validate_json)
    if first.format != _FORMAT:
        raise RunError(f"{path}, line 1: its format is {first.format}, expected {_FORMAT}: ask the cases again")
    # What follows the last line's end is nothing, or half of a line.
    whole = lines[1:-1]
    asked = [_parsed(path, number, line, _ASKED.validate_json) for number, line in enumerate(whole, start=2)]
    if len(asked) > first.answers:
        raise RunError(
            f"{path}, line {first.answers + 2}: there are more than {first.answers} answers: ask the cases again"
        )
    if (len(asked) < first.answers or lines[-1]) and not broken_off:
        raise RunError(
            f"{path}, line {len(lines)}: the run broke off after {len(asked)} of {first.answers} answers:"
            " ask the cases again"
        )
    return first.run, asked


def _parsed(path: Path, number: int, line: bytes, parse: Callable[[bytes], _Value]) -> _Value:
    try:
        return parse(line)
    except ValidationError as error:
        fault = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(map(str, fault["loc"]))
        raise RunError(f"{path}, line {number} is not of a run: {place} {fault['msg']}: ask the cases again") from error
