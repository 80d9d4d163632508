"""Build or refresh the index from a recruitment pack: python ingest.py [PACK] [--dry-run]"""

import argparse
import sys
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

from assistant.fact_sheet import FactSheetError, overruled_by
from assistant.planted import places_of
from assistant.settings import Settings, SettingsError, load_settings
from assistant.wiring import keep_fact_sheet, open_embeddings
from knowledge.domain import Passage
from knowledge.ingesting import ingest
from knowledge.onnx_files import ModelError
from knowledge.pack import PackError, advice, fact_sheet_lines
from knowledge.store import Changes, Report, StoreError


def main(arguments: Sequence[str] | None = None) -> int:
    """0 when the index is as the pack and its fact sheet is drawn up, 1 when one failed, 2 for wrong usage or settings.

    When the index fails it is as it was.
    """
    given = _options(arguments)
    try:
        settings = load_settings(pack_dir=given.pack)
    except SettingsError as error:
        print(f"Nothing was done.\n{error}", file=sys.stderr)
        return 2
    passages: list[Passage] = []
    try:
        overruled_by(fact_sheet_lines(settings.pack_dir))
        with _shown() as report:
            changes = ingest(
                settings.pack_dir,
                settings.data_dir,
                open_embeddings(settings),
                chroma_url=settings.chroma_url,
                dry_run=given.dry_run,
                report=report,
                look=passages.extend,
            )
    except (PackError, ModelError, StoreError, FactSheetError) as error:
        print(f"Nothing was changed. {error}", file=sys.stderr)
        return 1
    print(_summary(changes, dry_run=given.dry_run))
    drawn_up = given.dry_run or _fact_sheet(settings, changes.version)
    for place in places_of(passages):
        print(f"{place}: an order to the assistant stands there; that passage will not be quoted. Take the order out.")
    if could_be_added := advice(settings.pack_dir):
        print(could_be_added)
    return 0 if drawn_up else 1


def _fact_sheet(settings: Settings, version: str) -> bool:
    """Says what the pack states of what candidates ask about; False when that can't be found out."""
    try:
        with _shown() as report:
            sheet = keep_fact_sheet(settings, version, report)
    except (FactSheetError, ModelError, StoreError) as error:
        print(f"The index is as the pack, but has no fact sheet. {error}", file=sys.stderr)
        return False
    print(sheet.summary)
    return True


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="ingest.py",
        description="Build or refresh the index from a recruitment pack. Until that is done the old one is served.",
    )
    parser.add_argument("pack", nargs="?", metavar="PACK", help="the folder of the pack (default: PACK_DIR)")
    parser.add_argument("--dry-run", action="store_true", help="say what would change, and change nothing")
    return parser.parse_args(arguments)


@contextmanager
def _shown() -> Iterator[Report]:
    """A bar on a terminal, plain lines elsewhere."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield _lines()
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console) as progress:
        tasks = defaultdict[str, TaskID](lambda: progress.add_task("", total=None))

        def show(doing: str, done: int, total: int) -> None:
            progress.update(tasks[doing], description=doing, completed=done, total=total)

        yield show


def _lines() -> Report:
    """A line for each tenth of the work."""
    said: dict[str, int] = {}

    def show(doing: str, done: int, total: int) -> None:
        if (tenth := 10 * done // total) > said.get(doing, 0):
            said[doing] = tenth
            print(f"{doing}: {done} of {total}", file=sys.stderr, flush=True)

    return show


def _summary(changes: Changes, *, dry_run: bool) -> str:
    counts = (
        f"{changes.added} added, {changes.changed} changed, {changes.removed} removed, {changes.unchanged} unchanged"
    )
    if dry_run:
        return f"Would make version {changes.version}: {counts}, {changes.embedded} to embed. Nothing was done."
    if not changes.built:
        return f"Version {changes.version} was there already: {counts}, 0 embedded."
    return f"Made version {changes.version}: {counts}, {changes.embedded} embedded."


if __name__ == "__main__":
    sys.exit(main())
