"""One index on many machines: an ingest publishes a version, and every machine fetches it and switches to it."""

import asyncio
import logging
import time
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from functools import partial
from pathlib import Path
from threading import Event, Thread
from typing import Final

from assistant.database import Database, RecordsError
from assistant.published_index import Publication, PublishedIndex
from knowledge.shelf import Shelf, ShelfError
from knowledge.store import PassageStore, StoreBusy, StoreError

KEPT: Final = 3
"""Versions that stay on the shelf and on every machine: links into older ones are still followed."""

_LOOK_SECONDS: Final = 1.0
_RETRY_SECONDS: Final = 30.0
_FIRST_SECONDS: Final = 60.0

_log = logging.getLogger(__name__)


def publish(version: Path, sheet: Path, *, campaign: str, shelf: Shelf, database: Database, at: datetime) -> None:
    """Put a version on the shelf, whole, and only then have every machine serve it. ShelfError or RecordsError if not.

    Older ones than the last few are cleared away; when that fails it is left to the next time.
    """
    published = shelf.put(version, sheet)
    pointer = PublishedIndex(database)

    async def move() -> tuple[Publication, ...]:
        # Also when it was there already: machines that refused it look again.
        await pointer.publish(campaign, published, at=at)
        return await pointer.last(campaign, limit=KEPT)

    kept = asyncio.run(move())
    try:
        shelf.keep([one for one, _ in kept])
    except ShelfError as error:
        _log.warning("%s", error)


class Follower:
    """Keeps what was published last in a store of this machine, and lets the store's readers see it.

    What can't be fetched, or is damaged, is refused; what was served before stays, and it is tried again.
    """

    def __init__(self, store: PassageStore, shelf: Shelf, database: Database, *, campaign: str, sheets: Path) -> None:
        self._store = store
        self._shelf = shelf
        self._pointer = PublishedIndex(database)
        self._campaign = campaign
        self._sheets = sheets
        self._held: tuple[Publication, ...] = ()
        self._refused: tuple[Publication, ...] = ()
        self._retry_at = 0.0
        self._looked = Event()
        self._stopped = Event()
        self._thread = Thread(target=self._follow, name="index-follower", daemon=True)
        self.problem = ""

    def start(self) -> None:
        """Returns once the current version is here, or can't be had for now."""
        self._thread.start()
        self._looked.wait(_FIRST_SECONDS)

    def stop(self) -> None:
        self._stopped.set()
        self._thread.join()

    def _follow(self) -> None:
        with asyncio.Runner() as runner:
            while not self._stopped.is_set():
                with suppress(RecordsError):
                    # The records tell of this themselves; meanwhile what is here is served.
                    self._look(runner.run(self._pointer.last(self._campaign, limit=KEPT)))
                self._looked.set()
                self._stopped.wait(_LOOK_SECONDS)

    def _look(self, last: tuple[Publication, ...]) -> None:
        if last == self._held:
            self.problem = ""
            return
        if last == self._refused and time.monotonic() < self._retry_at:
            return
        try:
            self._take(last[0])
            self._store.switch_to(last[0][0].version)
        except StoreBusy:
            # Another process of this machine is at it.
            return
        except (ShelfError, StoreError, OSError) as error:
            self._refused, self._retry_at = last, time.monotonic() + _RETRY_SECONDS
            self.problem = str(error)
            _log.error("Not taken: %s", error)
            return
        self._held, self.problem = last, ""
        self._take_older(last)

    def _take(self, publication: Publication) -> None:
        published, at = publication
        self._save_sheet(published.version, self._shelf.sheet(published))
        self._store.take_in(published.version, partial(self._shelf.fetch, published), published_at=at)

    def _take_older(self, last: Sequence[Publication]) -> None:
        """Those that links may still lead into. Nobody waits for them, and without one a link finds nothing."""
        self._looked.set()
        try:
            for publication in last[1:]:
                self._take(publication)
            self._store.keep([published.version for published, _ in last])
        except (ShelfError, StoreError, OSError) as error:
            _log.warning("%s", error)

    def _save_sheet(self, version: str, sheet: bytes | None) -> None:
        if sheet is None:
            return
        self._sheets.mkdir(parents=True, exist_ok=True)
        part = self._sheets / f".{version}.fetched"
        part.write_bytes(sheet)
        part.replace(self._sheets / f"{version}.json")
