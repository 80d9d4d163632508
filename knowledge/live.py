"""The version that is being served: a question keeps the one it began with, while newer ones are taken behind it."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event, Lock, Thread
from typing import Generic, TypeVar

from knowledge.store import Index, PassageStore, StoreError

Prepared = TypeVar("Prepared")

_LOOK_SECONDS = 1.0
_RETRY_SECONDS = 30.0

_log = logging.getLogger(__name__)


class _Served(Generic[Prepared]):
    def __init__(self, index: Index, prepared: Prepared, marks: frozenset[tuple[str, int, int]]) -> None:
        self.index = index
        self.prepared = prepared
        self.marks = marks
        self.questions = 0
        self.replaced = False


class LiveIndex(Generic[Prepared]):
    """Follows the current version of a store.

    `prepare` makes what questions work with from an index, once a version; it raises StoreError to refuse one. What
    can't be opened or prepared is refused, and what was served stays.
    """

    def __init__(
        self, store: PassageStore, *, prepare: Callable[[Index], Prepared], look_seconds: float = _LOOK_SECONDS
    ) -> None:
        self._store = store
        self._prepare = prepare
        self._look_seconds = look_seconds
        self._lock = Lock()
        self._stopped = Event()
        self._thread = Thread(target=self._follow, name="live-index", daemon=True)
        self._served: _Served[Prepared] | None = None
        self._seen: str | None = None
        self._refused = ""
        self._touched = ""

    def start(self) -> None:
        """Take the current version, or the last one that is whole, and follow from then on.

        Without either the index is not `ready`, and becomes so when an ingest has made one.
        """
        self._take_first()
        self._thread.start()

    def stop(self) -> None:
        """The version is closed when its last question has ended."""
        self._stopped.set()
        if self._thread.is_alive():
            self._thread.join()
        self._serve(None)

    @property
    def ready(self) -> bool:
        return self._served is not None

    @property
    def version(self) -> str | None:
        return served.index.version if (served := self._served) else None

    @property
    def problem(self) -> str:
        """Why the current version is not served, or is served more slowly; empty when all is well."""
        return self._refused or self._touched or (served.index.problem if (served := self._served) else "")

    @contextmanager
    def lease(self) -> Iterator[Prepared]:
        """What one question works with: the same version from its beginning to its end."""
        with self._lock:
            served = self._served
            if served is None:
                raise StoreError(self._refused or f"{self._store.folder} is not being served.")
            served.questions += 1
        try:
            yield served.prepared
        finally:
            with self._lock:
                served.questions -= 1
                over = served.replaced and served.questions == 0
            if over:
                served.index.close()

    def _take_first(self) -> None:
        self._seen = self._store.current()
        self._take(self._seen)
        refused = self._refused
        for version in self._store.versions():
            if self.ready:
                break
            self._take(version)
        self._refused = refused

    def _follow(self) -> None:
        waited = 0.0
        while not self._stopped.wait(self._look_seconds):
            waited += self._look_seconds
            current = self._store.current()
            if current != self._seen or (self._refused and waited >= _RETRY_SECONDS):
                self._seen, waited = current, 0.0
                self._take(current)
            self._look_at_files()

    def _look_at_files(self) -> None:
        """Damage is known before the next start fails on it; what is served is a private copy, and goes on."""
        if (served := self._served) is None or self._store.marks(served.index.version) == served.marks:
            self._touched = ""
        elif not self._touched:
            self._touched = f"Files of {served.index.version} were changed on the disk: run `python ingest.py`."
            _log.error("%s", self._touched)

    def _take(self, version: str | None) -> None:
        try:
            index = self._store.open(version)
            try:
                served = _Served(index, self._prepare(index), self._store.marks(index.version))
            except BaseException:
                index.close()
                raise
        except StoreError as error:
            self._refused = str(error)
            _log.error("Not served: %s", error)
            return
        except Exception as error:  # noqa: BLE001
            # Whatever a new version brings, the old one must stay served and the next one be looked for.
            self._refused = f"Version {version} can't be served: {type(error).__name__}: {error}"
            _log.exception("Version %s can't be served", version)
            return
        self._refused = ""
        self._serve(served)
        _log.info("Serving %s by %s search", index.version, index.engine)

    def _serve(self, served: _Served[Prepared] | None) -> None:
        with self._lock:
            before, self._served = self._served, served
            over = before is not None and before.questions == 0
            if before is not None:
                before.replaced = True
        if before is not None and over:
            before.index.close()
