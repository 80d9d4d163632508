"""python -m evals public DIR [--each N | --all] [--json FILE]: the reader and the search on public questions."""

import argparse
import json
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TypeVar

from rich.console import Console
from rich.progress import track

from evals.public.data import CONVERSATIONS, FILES, GUIDANCE, LISTS, SENTENCES, PublicDataError, missing
from evals.public.figures import PublicFigure
from evals.public.judging import judged_figures
from evals.public.searching import searched_figures
from evals.public.sets import (
    Collection,
    ExampleSet,
    conversation_collections,
    conversation_set,
    guidance_collections,
    list_set,
    sentence_sets,
)
from evals.public.tables import tables
from knowledge.embedding import LocalEmbeddings
from knowledge.onnx_files import ModelError

_EACH = 40
Item = TypeVar("Item")


def main(arguments: Sequence[str] | None = None) -> int:
    """0 when the figures stand, 1 when the work failed, 2 when the folder holds none of the data."""
    given = _options(arguments)
    lacking = missing(given.folder)
    if set(lacking) == set(FILES):
        print(f"{given.folder} holds none of the public data: expected {', '.join(FILES)}", file=sys.stderr)
        return 2
    for name in lacking:
        print(f"missing in {given.folder}: {name}; what rests on it is left out", file=sys.stderr)
    try:
        figures = list(_figures(given.folder, given.each, lacking))
        if given.json:
            given.json.write_text(_kept(figures, given.each), encoding="utf-8")
    except (PublicDataError, ModelError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    print(tables(figures))
    return 0


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m evals public", description="The reader and the search on public questions."
    )
    parser.add_argument("folder", type=Path, metavar="DIR", help="the folder with the public data")
    size = parser.add_mutually_exclusive_group()
    size.add_argument(
        "--each",
        type=_positive,
        default=_EACH,
        metavar="N",
        help=f"questions to judge of each set that are answered, and as many that are not (default {_EACH})",
    )
    size.add_argument("--all", action="store_const", const=None, dest="each", help="judge every question")
    parser.add_argument("--json", type=Path, metavar="FILE", help="keep the figures there")
    return parser.parse_args(arguments)


def _positive(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text} is no number of questions: expected 1 or more")
    return int(text)


def _figures(folder: Path, each: int | None, lacking: Sequence[str]) -> Iterator[PublicFigure]:
    """What is judged first, then what is searched; sets whose files are lacking are left out."""
    embeddings = LocalEmbeddings()
    progress = _progress()
    for judged in _judged(folder, each, lacking):
        yield from judged_figures(judged, embeddings, progress)
    for searched in _searched(folder, lacking):
        yield from searched_figures(searched, embeddings, progress)


def _judged(folder: Path, each: int | None, lacking: Sequence[str]) -> Iterator[ExampleSet]:
    if SENTENCES not in lacking:
        yield from sentence_sets(folder, each)
    if LISTS not in lacking:
        yield list_set(folder, each)
    if not set(CONVERSATIONS) & set(lacking):
        yield conversation_set(folder, each)


def _searched(folder: Path, lacking: Sequence[str]) -> Iterator[Collection]:
    if not set(GUIDANCE) & set(lacking):
        yield from guidance_collections(folder)
    if not set(CONVERSATIONS) & set(lacking):
        yield from conversation_collections(folder)


def _progress() -> Callable[[Sequence[Item], str], Iterable[Item]]:
    """A bar on a terminal, a line otherwise."""
    console = Console(stderr=True)

    def progress(items: Sequence[Item], what: str) -> Iterable[Item]:
        if console.is_terminal:
            return track(items, description=what, console=console)
        print(f"{what}: {len(items)} to ask", file=sys.stderr, flush=True)
        return items

    return progress


def _kept(figures: Sequence[PublicFigure], each: int | None) -> str:
    return json.dumps({"each": each, "figures": [asdict(figure) for figure in figures]}, indent=2) + "\n"


if __name__ == "__main__":
    sys.exit(main())
