"""How long candidates' words are kept: until a time after the closing date, and never longer than a limit.

The server carries the rule out by itself. By hand: python -m assistant.secretariat.retention
"""

import asyncio
import logging
import sys
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from sqlalchemy import or_, update
from sqlalchemy.orm import Session

from assistant.database import Database, RecordsError, open_database
from assistant.secretariat.audit import Change, note
from assistant.secretariat.erasure import Erasure
from assistant.secretariat.pack_folders import PackFolders
from assistant.secretariat.tables import RetentionRow
from assistant.settings import Settings, SettingsError, load_settings
from knowledge.campaign_file import PackError, read_campaign

EVERY: Final = timedelta(hours=1)
"""How often each process looks; one of them does it."""

AGAIN: Final = timedelta(minutes=1)
"""When the one that could not do all of it tries anew."""

_EARLY: Final = 2 * EVERY
"""What falls due before the next look, or the one after, goes now: a limit is never exceeded."""

_NEARLY: Final = timedelta(minutes=5)
_IN_USE: Final = timedelta(days=1)
"""When the campaign is long over, what was typed in this time is left: somebody may still be reading the answer."""

_log = logging.getLogger("assistant.secretariat")


@dataclass(frozen=True, slots=True)
class Rule:
    """`longest` days from a question on, or `after_closing` days from the closing date on, whichever is first."""

    longest: int
    after_closing: int
    closes: date | None

    @property
    def ends(self) -> datetime | None:
        """When everything typed until then has to be gone."""
        if self.closes is None:
            return None
        return datetime.combine(self.closes, time(), UTC) + timedelta(days=1 + self.after_closing)

    def cut_off(self, now: datetime) -> datetime:
        """What was asked before this moment has to go now."""
        soon = now + _EARLY
        oldest = soon - timedelta(days=self.longest)
        return max(oldest, now - _IN_USE) if self.ends and soon >= self.ends else oldest


class Retention:
    """Carries the rule out, and keeps the days that an administrator set. Methods may raise RecordsError."""

    def __init__(self, database: Database, erasure: Erasure) -> None:
        self._database = database
        self._erasure = erasure
        self._begun = False

    async def rule(self, settings: Settings) -> Rule:
        """The rule in force: the settings, made stricter by an administrator or not."""
        chosen = await self._database.run(lambda session: _row(session).after_closing, reading=True)
        longest_after = settings.retention_after_closing_days
        after_closing = longest_after if chosen is None else min(chosen, longest_after)
        closes = await asyncio.to_thread(closing_date, settings)
        return Rule(settings.retention_days, after_closing, closes)

    async def ran_at(self) -> datetime | None:
        """When a server carried the rule out last."""
        return await self._database.run(lambda session: _row(session).ran_at, reading=True)

    async def set_after_closing(self, days: int, *, by: str, at: datetime) -> None:
        """How many days after the closing date words are kept. A setting that asks for fewer wins."""

        def work(session: Session) -> None:
            row = _row(session)
            before, after = {"after_closing": row.after_closing}, {"after_closing": days}
            row.after_closing = days
            note(session, Change(by, "set_retention", "retention", "rule", before, after), at=at)

        await self._database.run(work)

    async def run(self, settings: Settings, *, at: datetime) -> int:
        """Erase what is due; how many questions."""
        rule = await self.rule(settings)
        gone = await self._erasure.erase_before(rule.cut_off(at), at=at)
        await self._erasure.sweep()
        return gone

    async def run_if_due(self, settings: Settings, *, at: datetime) -> int | None:
        """The same, unless another process has just done it: then None. Who began and failed goes on with it."""
        if not self._begun and not await self._database.run(lambda session: _claimed(session, at)):
            return None
        self._begun = True
        gone = await self.run(settings, at=at)
        self._begun = False
        return gone


def closing_date(settings: Settings) -> date | None:
    """The campaign's own, or the setting where campaign.toml has none or can't be read."""
    try:
        folder = PackFolders(settings.pack_dir, settings.data_dir).in_force().folder
        closes = read_campaign(folder).closes
    except PackError as error:
        _log.warning("retention goes by CLOSING_DATE: %s", error)
        closes = None
    return closes or settings.closing_date


def main() -> int:
    """0 when it is done, 1 when the records can't be used, 2 for wrong settings."""
    try:
        settings = load_settings()
    except SettingsError as error:
        print(f"Nothing was erased.\n{error}", file=sys.stderr)
        return 2
    try:
        gone = asyncio.run(_run_once(settings))
    except RecordsError as error:
        print(f"Not all was erased.\n{error}", file=sys.stderr)
        return 1
    print(f"retention: {gone} questions erased")
    return 0


async def _run_once(settings: Settings) -> int:
    database = open_database(settings.database)
    try:
        return await Retention(database, Erasure(database)).run(settings, at=datetime.now(UTC))
    finally:
        database.close()


def _row(session: Session) -> RetentionRow:
    return session.get_one(RetentionRow, 1)


def _claimed(session: Session, at: datetime) -> bool:
    """Whether this process is to do it; a clock that went back keeps nobody from it."""
    is_due = or_(RetentionRow.ran_at.is_(None), RetentionRow.ran_at <= at - EVERY + _NEARLY, RetentionRow.ran_at > at)
    claimed = update(RetentionRow).where(RetentionRow.number == 1, is_due).values(ran_at=at)
    return bool(session.scalars(claimed.returning(RetentionRow.number)).all())


if __name__ == "__main__":
    sys.exit(main())
