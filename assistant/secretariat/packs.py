"""Changes of a campaign's pack: drafted, looked over, published, gone back on. Nothing is live before that."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from assistant.database import Database
from assistant.records import new_id
from assistant.secretariat.addenda import approve, set_states
from assistant.secretariat.audit import Change, note
from assistant.secretariat.campaign_text import fault_in, without_entry
from assistant.secretariat.pack_changes import (
    AT_WORK,
    EDITABLE,
    FIRST,
    PackChange,
    PackRefused,
    State,
    all_changes,
    change_of,
    row_of,
    said,
)
from assistant.secretariat.pack_folders import fingerprint
from assistant.secretariat.pack_making import Workshop
from assistant.secretariat.pack_work import PackWork
from assistant.secretariat.tables import PackChangeRow
from knowledge.pack import CAMPAIGN_FILE, PackError, pack_files

BACK: Final = 3
"""Published packs before the one in force that can be gone back to."""


class Packs:
    """The changes of one campaign. Methods raise PackRefused for what can't be done now, and RecordsError."""

    def __init__(self, database: Database, workshop: Workshop) -> None:
        self._database = database
        self._work = PackWork(database, workshop)
        self.folders = workshop.folders
        self.campaign = workshop.folders.campaign

    async def changes(self, *, limit: int = 50) -> tuple[PackChange, ...]:
        """The newest first, without those that were thrown away."""

        def work(session: Session) -> tuple[PackChange, ...]:
            wanted = all_changes(self.campaign).where(PackChangeRow.state != State.DISCARDED.value)
            rows = session.execute(wanted.order_by(PackChangeRow.number.desc()).limit(limit)).all()
            return tuple(change_of(row, name) for row, name in rows)

        return await self._database.run(work, reading=True)

    async def find(self, number: int) -> PackChange:
        def work(session: Session) -> PackChange:
            found = session.execute(all_changes(self.campaign).where(PackChangeRow.number == number)).one_or_none()
            if found is None:
                raise PackRefused("unknown")
            return change_of(found[0], found[1])

        return await self._database.run(work, reading=True)

    def earlier(self, changes: Sequence[PackChange]) -> tuple[PackChange, ...]:
        """Those that can be gone back to: published, not in force, the last ones first."""
        in_force = self.folders.in_force().number
        published = [one for one in changes if one.state is State.PUBLISHED and one.number != in_force]
        kept = [one for one in published if self.folders.folder(one.number).is_dir()]
        return tuple(sorted(kept, key=lambda one: one.published_at, reverse=True)[:BACK]) if in_force else ()

    async def start(self, *, by: str, at: datetime, copy_of: int = 0) -> int:
        """A new draft; its number. `copy_of` is a published pack to go back to."""
        return await self._database.run(lambda session: self._start(session, by, at, copy_of=copy_of))

    async def start_with(self, addendum: str, *, by: str, at: datetime) -> int:
        """Approve a question-and-answer, and begin the draft that it comes in. AddendumRefused when that can't be."""

        def work(session: Session) -> int:
            approve(session, self.campaign, addendum, by=by, at=at)
            return self._start(session, by, at, addenda=[addendum])

        return await self._database.run(work)

    async def give(self, number: int, files: Mapping[str, bytes], *, by: str, at: datetime) -> None:
        """Put documents into a draft, or in place of those of the same names, which were made safe before."""

        def work(session: Session) -> None:
            row = self._editable(session, number)
            for name, content in files.items():
                self.folders.give(number, name, content)
            removed = [name for name in row.summary["removed"] if name not in files]
            _edited(session, row, removed, Change(by, "gave_documents", "pack", row.id, None, {"files": [*files]}), at)

        await self._database.run(work)

    async def remove(self, number: int, name: str, *, by: str, at: datetime) -> None:
        """Leave a document out of a draft, with its entry in campaign.toml."""

        def work(session: Session) -> None:
            row = self._editable(session, number)
            if name not in self._documents(change_of(row)):
                raise PackRefused("no_document")
            campaign = self._campaign_file(change_of(row))
            if (shorter := without_entry(campaign, name)) != campaign:
                self.folders.give(number, CAMPAIGN_FILE, shorter.encode())
            self.folders.take_back(number, name)
            removed = sorted({*row.summary["removed"], name})
            _edited(session, row, removed, Change(by, "removed_document", "pack", row.id, None, {"files": [name]}), at)

        await self._database.run(work)

    async def write_campaign(self, number: int, text: str, *, by: str, at: datetime) -> str:
        """Put another campaign.toml into a draft; what is wrong with it, and then nothing is done."""
        plain = text.replace("\r\n", "\n")
        if fault := await asyncio.to_thread(fault_in, plain):
            return fault
        await self.give(number, {CAMPAIGN_FILE: plain.encode()}, by=by, at=at)
        return ""

    async def held(self, change: PackChange) -> tuple[dict[str, str], str]:
        """The names of a draft's documents, each "same", "added" or "changed" to the pack it is made from, and its
        campaign.toml."""
        return await asyncio.to_thread(lambda: (self._documents(change), self._campaign_file(change)))

    async def check(self, number: int, *, by: str, at: datetime) -> None:
        """Begin to look a draft over; `find` tells how far that is, and at last what was found."""

        def work(session: Session) -> None:
            row = self._editable(session, number, also=AT_WORK)
            if change_of(row).is_at_work(at):
                raise PackRefused("at_work")
            row.state, row.summary = State.CHECKING.value, row.summary | {"fault": "", "progress": said(at)}
            note(session, Change(by, "checked", "pack", row.id, None, {"number": number}), at=at)

        await self._database.run(work)
        self._work.check(number)

    async def publish(self, number: int, *, by: str, at: datetime) -> None:
        """Begin to publish what was looked over. PackRefused when somebody else was quicker."""

        def work(session: Session) -> None:
            row = row_of(session, self.campaign, number)
            # First, since it also sees to it that of two who publish at once one comes after the other.
            note(session, Change(by, "published", "pack", row.id, {"state": row.state}, {"number": number}), at=at)
            session.refresh(row)
            if other := self._publisher(session, at):
                raise PackRefused("somebody_publishes", other)
            if row.state != State.CHECKED.value:
                raise PackRefused("not_checked")
            if row.summary["base"] != fingerprint(self.folders.in_force().folder):
                raise PackRefused("moved_on")
            row.state = State.PUBLISHING.value
            row.summary = row.summary | {"fault": "", "progress": said(at), "published_by": by}

        await self._database.run(work)
        self._work.publish(number)

    async def discard(self, number: int, *, by: str, at: datetime) -> None:
        """Throw a draft away. Question-and-answers that it would have brought wait again."""

        def work(session: Session) -> None:
            row = self._editable(session, number)
            note(session, Change(by, "discarded", "pack", row.id, {"state": row.state}, {"number": number}), at=at)
            row.state = State.DISCARDED.value
            set_states(session, row.summary["addenda"], "waiting")

        await self._database.run(work)
        await asyncio.to_thread(self.folders.clear, number)

    def close(self) -> None:
        """End when the work under way has."""
        self._work.close()

    def _start(self, session: Session, by: str, at: datetime, *, copy_of: int = 0, addenda: Sequence[str] = ()) -> int:
        summary = _summary(copy_of, addenda)
        ref = new_id()
        # First, since it also sees to it that one draft at a time gets its number.
        note(session, Change(by, "drafted", "pack", ref, None, {"campaign": self.campaign, "copy_of": copy_of}), at=at)
        if copy_of and not self.folders.folder(copy_of).is_dir():
            raise PackRefused("gone")
        asked = select(func.max(PackChangeRow.number)).where(PackChangeRow.campaign == self.campaign)
        number = self.folders.new(session.scalar(asked) or self._keep_first(session, by, at))
        session.add(self._row(number, State.DRAFT, by, at, summary, ref=ref))
        return number

    def _keep_first(self, session: Session, by: str, at: datetime) -> int:
        """PACK_DIR as it is before the console changes anything, to go back to."""
        session.flush()
        number = self.folders.new(FIRST - 1)
        summary = _summary() | {"published_at": at.isoformat(), "published_by": by}
        session.add(self._row(number, State.PUBLISHED, by, at, summary))
        session.flush()
        return number

    def _row(
        self, number: int, state: State, by: str, at: datetime, summary: dict[str, Any], *, ref: str = ""
    ) -> PackChangeRow:
        row = PackChangeRow(id=ref or new_id(), number=number, campaign=self.campaign, state=state.value)
        row.person, row.at, row.summary = by, at, summary
        return row

    def _editable(self, session: Session, number: int, *, also: tuple[State, ...] = ()) -> PackChangeRow:
        row = row_of(session, self.campaign, number)
        if row.state not in (*EDITABLE, *also):
            raise PackRefused("at_work" if row.state in AT_WORK else "closed")
        return row

    def _publisher(self, session: Session, at: datetime) -> str:
        """Who publishes a change just now; empty for nobody."""
        wanted = all_changes(self.campaign).where(PackChangeRow.state == State.PUBLISHING.value)
        found = [name for row, name in session.execute(wanted).all() if change_of(row).is_at_work(at)]
        return found[0] if found else ""

    def _base(self, change: PackChange) -> Path:
        copied: int = change.summary["copy_of"]
        return self.folders.folder(copied) if copied else self.folders.in_force().folder

    def _documents(self, change: PackChange) -> dict[str, str]:
        try:
            base = pack_files(self._base(change))
        except PackError:
            base = {}
        names = [name for name in base if name not in change.summary["removed"]]
        given = {name: "changed" if name in base else "added" for name in self.folders.given(change.number)}
        kinds = dict.fromkeys(names, "same") | given
        return {name: kind for name, kind in sorted(kinds.items()) if not name.endswith(".toml")}

    def _campaign_file(self, change: PackChange) -> str:
        """As the draft has it; empty where there is none."""
        given = self.folders.given(change.number)
        path = given.get(CAMPAIGN_FILE, self._base(change) / CAMPAIGN_FILE)
        return path.read_text(encoding="utf-8", errors="replace") if path.is_file() else ""


def _summary(copy_of: int = 0, addenda: Sequence[str] = ()) -> dict[str, Any]:
    return {"copy_of": copy_of, "addenda": list(addenda), "removed": [], "fault": ""}


def _edited(session: Session, row: PackChangeRow, removed: Sequence[str], change: Change, at: datetime) -> None:
    """What was found out about a draft no longer holds once it was edited."""
    row.state = State.DRAFT.value
    row.summary = row.summary | {"removed": list(removed), "found": None, "fault": ""}
    note(session, change, at=at)
