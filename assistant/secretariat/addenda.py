"""Question-and-answers that the secretariat adds to a pack: written by one, approved by another, then a document."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Final

from sqlalchemy import Select, func, select, update
from sqlalchemy.orm import Session

from assistant.database import Database
from assistant.guard.orders import gives_orders
from assistant.guard.personal_data import holds_personal_data
from assistant.records import new_id
from assistant.secretariat.audit import Change, note
from assistant.secretariat.campaign_text import fault_in, has_entry, with_entry
from assistant.secretariat.tables import AddendumRow, PersonRow
from assistant.text import clean
from knowledge.pack import CAMPAIGN_FILE, pack_files

QA_FILE: Final = "questions-and-answers.md"
TITLE: Final = "Questions and answers"
MOST: Final = 3_000
"""Characters of an answer."""

MOST_QUESTION: Final = 300

_MARKS: Final = re.compile(r"([\\`*_\[\]<>#|~&])")


class State(StrEnum):
    """One that was approved stands in a change of the pack; it is live when that was published."""

    WAITING = "waiting"
    APPROVED = "approved"
    LIVE = "live"
    RETURNED = "returned"


class AddendumRefused(Exception):
    """It can't be taken further; `why` is a word of the console's [gaps] section."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


@dataclass(frozen=True, slots=True)
class Addendum:
    """`author` is the id of who wrote it, `who` their name."""

    id: str
    question: str
    answer: str
    state: State
    author: str
    who: str
    at: datetime


class Addenda:
    """Those of one campaign. Methods raise AddendumRefused and RecordsError."""

    def __init__(self, database: Database, campaign: str) -> None:
        self._database = database
        self._campaign = campaign

    async def all(self, *, limit: int = 100) -> tuple[Addendum, ...]:
        """The newest first."""
        wanted = _with_names(self._campaign).order_by(AddendumRow.at.desc()).limit(limit)
        return await self._database.run(
            lambda session: tuple(_addendum(row, name) for row, name in session.execute(wanted)), reading=True
        )

    async def find(self, addendum: str) -> Addendum:
        def work(session: Session) -> Addendum:
            found = session.execute(_with_names(self._campaign).where(AddendumRow.id == addendum)).one_or_none()
            if found is None:
                raise AddendumRefused("unknown")
            return _addendum(found[0], found[1])

        return await self._database.run(work, reading=True)

    async def waiting(self) -> int:
        """How many wait for a second person."""
        wanted = (AddendumRow.campaign == self._campaign, AddendumRow.state == State.WAITING.value)
        asked = select(func.count()).select_from(AddendumRow).where(*wanted)
        return await self._database.run(lambda session: session.execute(asked).scalar_one(), reading=True)

    async def write(self, question: str, answer: str, *, published: str, by: str, at: datetime) -> str:
        """For a second person to approve; its id. `published` are words that anybody may read."""
        asked, said = clean(question), _lines(answer)
        if why := _fault(asked, said, published):
            raise AddendumRefused(why)

        def work(session: Session) -> str:
            row = AddendumRow(id=new_id(), campaign=self._campaign, title=asked, text=said)
            row.state, row.author, row.at = State.WAITING.value, by, at
            session.add(row)
            session.flush()
            note(session, Change(by, "drafted", "addendum", row.id, None, {"state": row.state}), at=at)
            return row.id

        return await self._database.run(work)

    async def send_back(self, addendum: str, *, by: str, at: datetime) -> None:
        """It is not to be added as it is."""

        def work(session: Session) -> None:
            row = _waiting(session, self._campaign, addendum)
            _move(session, row, State.RETURNED, Change(by, "sent_back", "addendum", row.id), at)

        await self._database.run(work)


def approve(session: Session, campaign: str, addendum: str, *, by: str, at: datetime) -> None:
    """By somebody else than who wrote it, in the transaction that puts it into a change of the pack."""
    row = _waiting(session, campaign, addendum)
    if row.author == by:
        raise AddendumRefused("own")
    _move(session, row, State.APPROVED, Change(by, "approved", "addendum", row.id), at)


def addenda_of(session: Session, ids: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """Their questions and answers, the first written first."""
    rows = session.scalars(select(AddendumRow).where(AddendumRow.id.in_(list(ids))).order_by(AddendumRow.at))
    return tuple((row.title, row.text) for row in rows)


def set_states(session: Session, ids: Sequence[str], state: str) -> None:
    """Of all of them, in the transaction of the change of the pack that they stand in."""
    session.execute(update(AddendumRow).where(AddendumRow.id.in_(list(ids))).values(state=state))


def with_addenda(folder: Path, added: Sequence[tuple[str, str]], *, on: date) -> None:
    """Write them into a pack, as a document with a title and a date; one of the same question is replaced."""
    path = folder / QA_FILE
    sections = _sections(path.read_text(encoding="utf-8")) if path.is_file() else {}
    for question, answer in added:
        sections[_plain(question)] = "\n".join(map(_plain, answer.split("\n")))
    body = "\n\n".join(f"## {question}\n\n{answer}" for question, answer in sections.items())
    path.write_text(f"# {TITLE}\n\n{body}\n", encoding="utf-8")
    _list_in(folder, on)


def _waiting(session: Session, campaign: str, addendum: str) -> AddendumRow:
    wanted = (AddendumRow.id == addendum, AddendumRow.campaign == campaign)
    row = session.scalars(select(AddendumRow).where(*wanted).with_for_update()).one_or_none()
    if row is None:
        raise AddendumRefused("unknown")
    if row.state != State.WAITING.value:
        raise AddendumRefused("not_waiting")
    return row


def _move(session: Session, row: AddendumRow, state: State, change: Change, at: datetime) -> None:
    note(session, replace(change, before={"state": row.state}, after={"state": state.value}), at=at)
    row.state, row.approver = state.value, change.person


def _list_in(folder: Path, on: date) -> None:
    """In campaign.toml, behind the documents that are there: what is listed comes first in the pack."""
    path = folder / CAMPAIGN_FILE
    text = path.read_text(encoding="utf-8") if path.is_file() else ""
    listed = text
    for name in pack_files(folder):
        if not name.endswith(".toml") and name != QA_FILE and not has_entry(listed, name):
            listed = with_entry(listed, name)
    listed = with_entry(listed, QA_FILE, title=TITLE, dated=on)
    # Where the documents are listed in another way a table more is no TOML; the document then goes without a date.
    if not fault_in(listed):
        path.write_text(listed, encoding="utf-8")


def _sections(text: str) -> dict[str, str]:
    """What stands under each heading of the second level, in order."""
    pieces = re.split(r"(?m)^## +(.*)$", text)
    return {question.strip(): answer.strip() for question, answer in zip(pieces[1::2], pieces[2::2], strict=True)}


def _fault(question: str, answer: str, published: str) -> str:
    if not question or len(question) > MOST_QUESTION:
        return "no_question"
    if not answer or len(answer) > MOST:
        return "no_answer"
    if holds_personal_data(f"{question}\n{answer}", published=published):
        return "personal"
    return "order" if any(gives_orders(text) for text in (question, answer)) else ""


def _lines(text: str) -> str:
    """Paragraphs and list items, each on a line of its own."""
    lines = [clean(line) for line in text.replace("\r\n", "\n").split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def _plain(text: str) -> str:
    """So that nothing but a list's dash has a meaning for Markdown."""
    return _MARKS.sub(r"\\\1", text)


def _with_names(campaign: str) -> Select[AddendumRow, str]:
    joined = select(AddendumRow, PersonRow.name).join(PersonRow, PersonRow.id == AddendumRow.author)
    return joined.where(AddendumRow.campaign == campaign)


def _addendum(row: AddendumRow, who: str) -> Addendum:
    return Addendum(row.id, row.title, row.text, State(row.state), row.author, who, row.at)
