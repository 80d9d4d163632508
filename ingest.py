"""Build or refresh the index from a recruitment pack: python ingest.py [PACK] [--dry-run]"""

import argparse
import sys
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

from assistant.clients import open_embeddings
from assistant.database import RecordsError
from assistant.fact_sheet import FactSheetError, overruled_by
from assistant.planted import places_of
from assistant.secretariat.pack_folders import InForce
from assistant.settings import Settings, SettingsError, load_settings
from assistant.wiring import back_to_pack_dir, keep_fact_sheet, pack_folders, publish_version, withdraw_stale_answers
from knowledge.domain import Passage
from knowledge.ingesting import ingest
from knowledge.onnx_files import ModelError
from knowledge.pack import PackError, advice, fact_sheet_lines
from knowledge.shelf import ShelfError
from knowledge.store import Changes, Report, StoreError


def main(arguments: Sequence[str] | None = None) -> int:
    """0 when the index is as the pack, with its fact sheet, and approved answers that it no longer bears out are gone.

    1 when one of these failed, 2 for wrong usage or settings. When the index fails it is as it was.
    """
    given = _options(arguments)
    try:
        settings = load_settings(pack_dir=given.pack)
    except SettingsError as error:
        print(f"Nothing was done.\n{error}", file=sys.stderr)
        return 2
    passages: list[Passage] = []
    try:
        used = InForce(settings.pack_dir) if given.from_pack_dir else pack_folders(settings).in_force()
        overruled_by(fact_sheet_lines(used.folder))
        with _shown() as report:
            changes = ingest(
                used.folder,
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
    noted = given.dry_run or not given.from_pack_dir or _went_back(settings)
    print("\n".join([*_whose(used), _summary(changes, dry_run=given.dry_run)]))
    withdrawn = given.dry_run or _withdrawn(settings, passages)
    drawn_up = given.dry_run or _fact_sheet(settings, changes.version)
    published = given.dry_run or not settings.index_url or _publish(settings, changes.version)
    for place in places_of(passages):
        print(f"{place}: an order to the assistant stands there; that passage will not be quoted. Take the order out.")
    if could_be_added := advice(used.folder):
        print(could_be_added)
    return 0 if drawn_up and withdrawn and noted and published else 1


def _went_back(settings: Settings) -> bool:
    """From now on PACK_DIR is the pack; False when the audit could not be told."""
    try:
        back_to_pack_dir(settings)
    except RecordsError as error:
        print(f"PACK_DIR is used again, but the console's audit does not say so. {error}", file=sys.stderr)
        return False
    return True


def _withdrawn(settings: Settings, passages: Sequence[Passage]) -> bool:
    """Takes approved answers out of use whose passages are no longer as they were; False when that can't be done."""
    try:
        gone = withdraw_stale_answers(settings, passages)
    except RecordsError as error:
        print(f"The index is as the pack, but the approved answers were not compared with it. {error}", file=sys.stderr)
        return False
    if gone:
        print(
            f"Approved answers that rest on words that have changed, and are out of use until somebody looks: {gone}."
        )
    return True


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


def _publish(settings: Settings, version: str) -> bool:
    """Lets the other machines have it; False when that failed, and they go on with the version before."""
    try:
        publish_version(settings, version)
    except (ShelfError, RecordsError) as error:
        print(f"The index is as the pack here, but was not published. {error}", file=sys.stderr)
        return False
    print(f"Published {version}: every server that follows INDEX_URL takes it within seconds.")
    return True


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="ingest.py",
        description="Build or refresh the index from a recruitment pack. Until that is done the old one is served.",
    )
    parser.add_argument("pack", nargs="?", metavar="PACK", help="the folder of the pack (default: PACK_DIR)")
    parser.add_argument(
        "--from-pack-dir",
        action="store_true",
        help="go back to the files of PACK_DIR where the secretariat published a pack in the console",
    )
    parser.add_argument("--dry-run", action="store_true", help="say what would change, and change nothing")
    return parser.parse_args(arguments)


def _whose(used: InForce) -> list[str]:
    """That it is the console's pack that counts, where there is one."""
    if not used.number:
        return []
    back = "--from-pack-dir goes back to those, and keeps both"
    lines = [f"The secretariat published this pack in the console, so the files of PACK_DIR are not used: {back}."]
    changed = "The files of PACK_DIR have changed since the console's copy of them was made."
    return [*lines, changed] if used.moved_on else lines


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
