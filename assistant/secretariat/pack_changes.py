"""A change of a campaign's pack, and how it is kept: its states, and what is wrong when it can't be taken further."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from assistant.secretariat.tables import PackChangeRow, PersonRow

FIRST: Final = 1
"""The number of the copy of PACK_DIR that the console's first change was made from."""

PATIENCE: Final = timedelta(minutes=5)
"""Work that said nothing for so long has ended with the process that did it, and may be begun anew."""


class State(StrEnum):
    """REFUSED is one that can't be published as it is; a published one may since have been followed by another."""

    DRAFT = "draft"
    CHECKING = "checking"
    CHECKED = "checked"
    REFUSED = "refused"
    PUBLISHING = "publishing"
    PUBLISHED = "published"
    DISCARDED = "discarded"


EDITABLE: Final = (State.DRAFT, State.CHECKED, State.REFUSED)
AT_WORK: Final = (State.CHECKING, State.PUBLISHING)


class PackRefused(Exception):
    """A change can't be taken further now; `why` is a word of the console's [pack] section, which `who` fills in."""

    def __init__(self, why: str, who: str = "") -> None:
        super().__init__(why)
        self.why = why
        self.who = who


@dataclass(frozen=True, slots=True)
class PackChange:
    """A change and how far it is. `who` began it.

    `summary` holds what it brings (`removed`, `copy_of`, `addenda`), how far the work on it is (`progress`), what is
    wrong (`fault`), what was found (`found`) on top of which pack (`base`), by whom it was published and when, and why
    other machines could not be given it (`not_shared`).
    """

    number: int
    state: State
    who: str
    at: datetime
    summary: Mapping[str, Any]

    @property
    def found(self) -> Mapping[str, Any]:
        found: Mapping[str, Any] = self.summary.get("found") or {}
        return found

    @property
    def published_at(self) -> datetime:
        return datetime.fromisoformat(self.summary["published_at"])

    def is_at_work(self, at: datetime) -> bool:
        """Whether it is being checked or published just now."""
        return self.state in AT_WORK and at - datetime.fromisoformat(self.summary["progress"]["at"]) < PATIENCE


def all_changes(campaign: str) -> Select[PackChangeRow, str]:
    """Those of a campaign, each with the name of who began it."""
    return select(PackChangeRow, PersonRow.name).join(PersonRow).where(PackChangeRow.campaign == campaign)


def change_of(row: PackChangeRow, who: str = "") -> PackChange:
    return PackChange(row.number, State(row.state), who, row.at, row.summary)


def row_of(session: Session, campaign: str, number: int) -> PackChangeRow:
    """PackRefused when there is no such change."""
    wanted = select(PackChangeRow).where(PackChangeRow.campaign == campaign, PackChangeRow.number == number)
    row = session.scalars(wanted).one_or_none()
    if row is None:
        raise PackRefused("unknown")
    return row


def said(at: datetime, doing: str = "reading", done: int = 0, total: int = 0) -> dict[str, Any]:
    """How far work is, as it is kept."""
    return {"at": at.isoformat(), "doing": doing, "done": done, "total": total}


def published_numbers(session: Session, campaign: str) -> list[int]:
    """The last published first."""
    wanted = (PackChangeRow.campaign == campaign, PackChangeRow.state == State.PUBLISHED.value)
    changes = [change_of(row) for row in session.scalars(select(PackChangeRow).where(*wanted))]
    return [one.number for one in sorted(changes, key=lambda one: one.published_at, reverse=True)]
