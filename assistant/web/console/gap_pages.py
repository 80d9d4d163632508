"""The gaps: what candidates asked in vain, put together by meaning, and what the pack says nearest to it."""

import asyncio
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response
from pydantic import BaseModel

from assistant.secretariat.audit import Change
from assistant.secretariat.gaps import Found, Group
from assistant.web.console.addendum_pages import add_addenda
from assistant.web.console.charts import Chart, stacked
from assistant.web.console.csv_files import Cell, csv_file
from assistant.web.console.frame import ROOT, Console, Entry, Part, ReaderSeat, day_began, filters
from assistant.web.errors import Problem
from assistant.web.service import NotReady
from knowledge.domain import Evidence

_PLACE: Final = f"{ROOT}/gaps"
_PAGE: Final = 20
_QUESTIONS: Final = 50
_NEAREST: Final = 3
_WEEKS: Final = 26
"""That are drawn and listed, the last ones."""

_HEADING: Final = ("group", "asked", "first", "last", "question", "turn")


class GapFilter(BaseModel):
    """What stands in the address of the list. A day that can't be read leaves that end open."""

    since: str = ""
    until: str = ""
    sort: str = ""

    @property
    def moments(self) -> tuple[datetime | None, datetime | None]:
        """From the first day's beginning to the last day's end."""
        return day_began(self.since), day_began(self.until, after=timedelta(days=1))


def gap_part(console: Console) -> Part:
    router = console.router()
    _add_list(router, console)
    _add_group(router, console)
    add_addenda(router, console)
    return Part(router, (Entry("gaps", _PLACE, count=console.service.addenda.waiting),))


def _add_list(router: APIRouter, console: Console) -> None:
    @router.get("/gaps")
    async def gaps(
        request: Request, seat: ReaderSeat, asked: Annotated[GapFilter, Depends()], page: int = 1
    ) -> Response:
        found = await _found(console, asked)
        groups = found.groups[_PAGE * (max(page, 1) - 1) :][:_PAGE]
        nearest = await asyncio.to_thread(lambda: [_nearest(console, group)[:1] for group in groups])
        given = filters(asked.model_dump())
        weeks = _weeks(one for group in found.groups for one in group.weeks.items())
        more = len(found.groups) > _PAGE * max(page, 1)
        return await console.page(
            "console/gaps.html",
            seat,
            request,
            found=found,
            groups=list(zip(groups, nearest, strict=True)),
            weeks=weeks,
            chart=_chart(weeks),
            older=f"{_PLACE}?{given}&page={max(page, 1) + 1}" if more else "",
            asked=asked,
            given=given,
            file=f"{_PLACE}.csv?{given}",
            addenda=await console.service.addenda.all(),
        )

    @router.get("/gaps.csv")
    async def as_file(seat: ReaderSeat, asked: Annotated[GapFilter, Depends()]) -> Response:
        found = await _found(console, asked)
        at = datetime.now(UTC)
        await console.secretariat.audit.note(
            Change(seat.id, "exported", "list", "gaps", None, asked.model_dump()), at=at
        )
        rows = await asyncio.to_thread(lambda: [row for group in found.groups for row in _cells(group)])
        return csv_file("gaps", _HEADING, rows)


def _add_group(router: APIRouter, console: Console) -> None:
    @router.get("/gaps/group")
    async def group(
        request: Request, seat: ReaderSeat, asked: Annotated[GapFilter, Depends()], turn: str = ""
    ) -> Response:
        found = await _found(console, asked)
        groups = (group for group in found.groups if any(one.turn == turn for one in group.asked))
        wanted = next(groups, None)
        if wanted is None:
            raise Problem(404, console.said["gaps"]["gone"])
        weeks = _weeks(wanted.weeks.items())
        return await console.page(
            "console/gap.html",
            seat,
            request,
            group=wanted,
            questions=wanted.asked[:_QUESTIONS],
            weeks=weeks,
            chart=_chart(weeks),
            nearest=(await asyncio.to_thread(_nearest, console, wanted))[:_NEAREST],
            back=f"{_PLACE}?{filters(asked.model_dump())}",
        )


async def _found(console: Console, asked: GapFilter) -> Found:
    since, until = asked.moments
    found = await console.service.gaps.found(since=since, until=until)
    if asked.sort != "newest":
        return found
    groups = tuple(sorted(found.groups, key=lambda group: group.last, reverse=True))
    return Found(groups, found.asked, found.waiting)


def _nearest(console: Console, group: Group) -> Sequence[Evidence]:
    """What the pack served now holds nearest to the group's middle."""
    try:
        console.service.pack()
    except NotReady:
        return ()
    return console.service.search(group.asked[0].words)


def _weeks(counts: Iterable[tuple[date, int]]) -> list[tuple[date, int]]:
    """The last weeks up to the last question, each with its count, also those without one."""
    known: Counter[date] = Counter()
    for week, count in counts:
        known[week] += count
    if not known:
        return []
    last = max(known)
    first = max(min(known), last - timedelta(weeks=_WEEKS - 1))
    weeks = (first + timedelta(weeks=number) for number in range((last - first).days // 7 + 1))
    return [(week, known[week]) for week in weeks]


def _chart(weeks: Sequence[tuple[date, int]]) -> Chart:
    """The table under it has every figure."""
    return stacked([(week.isoformat(), (count,)) for week, count in weeks])


def _cells(group: Group) -> list[Sequence[Cell]]:
    """A line a question."""
    first = min(one.at for one in group.asked)
    head = (group.label, len(group.asked), first, group.last)
    return [(*head, one.words, one.turn) for one in group.asked]
