"""The first page of the console: what was asked and how it went, over a time that stands in the address."""

import asyncio
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Final

from fastapi import Depends, Request
from fastapi.responses import Response
from pydantic import BaseModel

from assistant.secretariat.audit import Change
from assistant.secretariat.overview import Period
from assistant.secretariat.pack_folders import PackFolders
from assistant.secretariat.switches import Switch
from assistant.settings import Settings
from assistant.signposts import SignpostsError, load_signposts
from assistant.web.console.charts import ranked, stacked
from assistant.web.console.csv_files import csv_file
from assistant.web.console.frame import ROOT, Console, Entry, Part, ReaderSeat, filters
from assistant.web.console.overview_tables import Listed, days_of, subjects_of, table_of
from assistant.web.service import NotReady
from knowledge.campaign_file import PackError

_DAYS: Final = {"7": 7, "30": 30}
_USUAL: Final = "30"
_MOST_SUBJECTS: Final = 10


class OverviewFilter(BaseModel):
    """What stands in the address: 7, 30, all or own; `since` and `until` are the days of the last."""

    period: str = _USUAL
    since: str = ""
    until: str = ""

    def days(self, today: date) -> Period:
        """A day that can't be read leaves that end open."""
        if self.period in _DAYS:
            return Period(today - timedelta(days=_DAYS[self.period] - 1), today)
        return Period(_day(self.since), _day(self.until)) if self.period == "own" else Period()


def overview_part(console: Console) -> Part:
    router = console.router()
    overview, audit = console.secretariat.overview, console.secretariat.audit

    @router.get("/overview")
    async def page(request: Request, seat: ReaderSeat, asked: Annotated[OverviewFilter, Depends()]) -> Response:
        today = datetime.now(UTC).date()
        period = asked.days(today)
        figures = await overview.figures(period)
        days = days_of(figures, period, today)
        subjects = [(name, sum(counts.values())) for name, counts in subjects_of(figures, console.said)]
        return await console.page(
            "console/overview.html",
            seat,
            request,
            asked=asked,
            questions=figures.questions,
            days=days,
            by_day=stacked(days.blocks),
            by_subject=ranked(subjects[:_MOST_SUBJECTS]),
            tables={listed.value: table_of(listed, figures, days, console.said) for listed in Listed},
            warnings=await _warnings(console, today),
            given=filters(asked.model_dump()),
        )

    @router.get("/overview/{listed}.csv")
    async def as_file(seat: ReaderSeat, listed: Listed, asked: Annotated[OverviewFilter, Depends()]) -> Response:
        at = datetime.now(UTC)
        period = asked.days(at.date())
        figures = await overview.figures(period)
        table = table_of(listed, figures, days_of(figures, period, at.date()), console.said)
        await audit.note(Change(seat.id, "exported", "list", f"overview-{listed}", None, asked.model_dump()), at=at)
        return csv_file(f"overview-{listed}", table.heading, table.rows)

    return Part(router, (Entry("overview", f"{ROOT}/overview"),))


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        return None


async def _warnings(console: Console, today: date) -> list[str]:
    """What somebody should see to, in words."""
    words, positions = console.said["warnings"], await console.secretariat.switches.positions()
    off = [words[f"{switch}_off"] for switch in Switch if positions[switch].off]
    return [*off, *_index(console), *await asyncio.to_thread(_signposts, console.service.settings, today, words)]


def _index(console: Console) -> list[str]:
    words = console.said["warnings"]
    try:
        console.service.pack()
    except NotReady:
        return [words["not_ready"]]
    return [words["index"]] if console.service.problem() else []


def _signposts(settings: Settings, today: date, words: Mapping[str, str]) -> list[str]:
    """Fixed replies whose review date has passed, by the file of the pack that is in force."""
    try:
        folder = PackFolders(settings.pack_dir, settings.data_dir).in_force().folder
        overdue = load_signposts(folder).overdue(today)
    except (PackError, SignpostsError):
        return [words["signposts_unread"]]
    names = ", ".join(reply.replace("_", " ") for reply in overdue)
    return [words["overdue"].format(names=names)] if names else []
