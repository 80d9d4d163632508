"""The slow work on packs, on a thread of its own: looking a draft over, publishing it. Its row says how far it is."""

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, Final, TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from assistant.database import Database, RecordsError
from assistant.fact_sheet import FactSheetError
from assistant.secretariat.addenda import addenda_of, set_states, with_addenda
from assistant.secretariat.approved import Approved, approved_of
from assistant.secretariat.approved import State as ApprovedState
from assistant.secretariat.audit import Change, note
from assistant.secretariat.binding import withdraw_stale
from assistant.secretariat.pack_changes import FIRST, PackChange, State, change_of, published_numbers, row_of, said
from assistant.secretariat.pack_folders import KEPT, fingerprint
from assistant.secretariat.pack_making import Workshop, look_over, publish
from assistant.secretariat.tables import ApprovedRow, EvalCaseRow
from knowledge.domain import Passage
from knowledge.onnx_files import ModelError
from knowledge.pack import PackError
from knowledge.reading.elements import ReadingError
from knowledge.shelf import ShelfError
from knowledge.store import Changes, StoreError

_SAID_EVERY: Final = timedelta(seconds=1)
_FAULTS: Final = (PackError, StoreError, ModelError, ReadingError, FactSheetError, OSError)

_log = logging.getLogger("assistant.secretariat")
Result = TypeVar("Result")


class PackWork:
    """One thing after the other; what fails leaves the change refused, with what is wrong, and all else as it was."""

    def __init__(self, database: Database, workshop: Workshop) -> None:
        self._database = database
        self._workshop = workshop
        self._folders = workshop.folders
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="packs")

    def check(self, number: int) -> None:
        """Begin to look a draft over."""
        self._begin(self._check, number)

    def publish(self, number: int) -> None:
        """Begin to publish a draft."""
        self._begin(self._publish, number)

    def close(self) -> None:
        self._thread.shutdown(cancel_futures=True)

    def _begin(self, work: Callable[[int], None], number: int) -> None:
        self._thread.submit(self._until_fault, work, number).add_done_callback(_told)

    def _until_fault(self, work: Callable[[int], None], number: int) -> None:
        try:
            work(number)
        except _FAULTS as error:
            self._keep(number, fault=self._for_people(number, str(error)), state=State.REFUSED)

    def _check(self, number: int) -> None:
        change, approved, cases = self._now(partial(_to_look_over, campaign=self._folders.campaign, number=number))
        copied: int = change.summary["copy_of"]
        in_force = self._folders.in_force().folder
        base = self._folders.folder(copied) if copied else in_force
        folder = self._folders.put_together(number, base, without=change.summary["removed"])
        if added := self._now(lambda session: addenda_of(session, change.summary["addenda"])):
            with_addenda(folder, added, on=datetime.now(UTC).date())
        found = look_over(self._workshop, folder, approved, cases)
        self._keep(number, found=found, base=fingerprint(in_force), state=State.CHECKED)

    def _publish(self, number: int) -> None:
        if self._folders.in_force().number == 0:
            self._folders.put_together(FIRST, self._folders.pack_dir)
        changes, passages = publish(self._workshop, number, self._reporter(number))
        self._now(lambda session: self._published(session, number, changes, passages))
        self._clear_old()
        try:
            self._workshop.draw_up(changes.version)
        except (FactSheetError, ModelError, StoreError) as error:
            _log.warning("published without a fact sheet: %s", error)
        try:
            self._workshop.share(changes.version)
        except (ShelfError, RecordsError) as error:
            _log.error("published here, and not for other machines: %s", error)
            self._keep(number, not_shared=self._for_people(number, str(error)))

    def _published(self, session: Session, number: int, changes: Changes, passages: tuple[Passage, ...]) -> None:
        """In one transaction with what goes out of use by it."""
        at = datetime.now(UTC)
        row = row_of(session, self._folders.campaign, number)
        stale = withdraw_stale(session, self._folders.campaign, passages, at=at)
        set_states(session, row.summary["addenda"], "live")
        row.state = State.PUBLISHED.value
        row.summary = row.summary | {"published_at": at.isoformat(), "withdrawn": list(stale)}
        by = row.summary["published_by"]
        after = {"version": changes.version, "added": changes.added, "changed": changes.changed}
        after |= {"removed": changes.removed, "withdrawn": len(stale)}
        note(session, Change(by, "went_live", "pack", row.id, None, {"number": number, **after}), at=at)

    def _clear_old(self) -> None:
        """Keep the documents of the last that were published, and of what is not published yet."""
        published = self._now(partial(published_numbers, campaign=self._folders.campaign))
        for number in published[KEPT:]:
            self._folders.clear(number)

    def _reporter(self, number: int) -> Callable[[str, int, int], None]:
        last = datetime.now(UTC)

        def report(doing: str, done: int, total: int) -> None:
            nonlocal last
            if (at := datetime.now(UTC)) - last >= _SAID_EVERY:
                last = at
                self._keep(number, progress=said(at, doing, done, total))

        return report

    def _keep(self, number: int, *, state: State | None = None, **found: Any) -> None:
        def work(session: Session) -> None:
            row = row_of(session, self._folders.campaign, number)
            row.summary = row.summary | found
            if state:
                row.state = state.value

        self._now(work)

    def _now(self, work: Callable[[Session], Result]) -> Result:
        return asyncio.run(self._database.run(work))

    def _for_people(self, number: int, fault: str) -> str:
        """A fault as the secretariat can use it: they know files by name, and not the folders of this machine."""
        places = (self._folders.folder(number), self._folders.pack_dir, self._workshop.data_dir)
        for place in places:
            fault = fault.replace(f"{place}/", "").replace(str(place), "the pack")
        return fault


def _told(future: "Future[None]") -> None:
    """Nobody waits for the work, so what nobody foresaw must be heard of here."""
    if not future.cancelled() and (error := future.exception()):
        _log.error("the work on a pack failed: %s", type(error).__name__, exc_info=error)


def _to_look_over(
    session: Session, campaign: str, number: int
) -> tuple[PackChange, tuple[Approved, ...], tuple[tuple[str, str], ...]]:
    live = select(ApprovedRow).where(ApprovedRow.campaign == campaign, ApprovedRow.state == ApprovedState.LIVE.value)
    approved = tuple(approved_of(row, ()) for row in session.scalars(live))
    cases = tuple((row.id, row.text) for row in session.scalars(select(EvalCaseRow)))
    return change_of(row_of(session, campaign, number)), approved, cases
