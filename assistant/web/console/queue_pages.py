"""The queues with their counts, all answers filtered and searched, the list as a file, and "Next"."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import Response
from pydantic import BaseModel

from assistant.domain import Outcome
from assistant.secretariat.audit import Change
from assistant.secretariat.queues import NO_ANSWER, Listed, Wanted
from assistant.text import clean
from assistant.waiting import Queue
from assistant.web.console.csv_files import Cell, csv_file
from assistant.web.console.frame import ROOT, Console, Entry, Part, ReaderSeat, ReviewerSeat, day_began, filters, go
from assistant.web.service import NotReady

_PLACE: Final = f"{ROOT}/queues"
_PAGE: Final = 25
_MOST_PAGES: Final = 100_000
_SAID: Final = 300
_TEXT: Final = 200
_HEADING: Final = (
    "answer asked_at outcome rule mode question said useful feedback queues verdict reason pack_at_fault reviewer "
    "authoritative assigned"
).split()


class AnswerFilter(BaseModel):
    """What stands in the address of the list. A day that can't be read leaves that end open."""

    queue: str = ""
    outcome: str = ""
    since: str = ""
    until: str = ""
    text: str = ""
    reviewer: str = ""
    mine: str = ""
    fault: str = ""

    def wanted(self, me: str) -> Wanted:
        """`me` is whose answers "assigned to me" means."""
        return Wanted(
            queue=Queue(self.queue) if self.queue in list(Queue) else None,
            outcome=self.outcome if self.outcome in (*Outcome, NO_ANSWER) else "",
            since=day_began(self.since),
            until=day_began(self.until, after=timedelta(days=1)),
            words=clean(self.text)[:_TEXT],
            reviewer=self.reviewer,
            assigned=me if self.mine else "",
            at_fault=bool(self.fault),
        )

    def given(self, **changed: str) -> str:
        """The part of an address that gives this list, or one that differs in a filter."""
        return filters(self.model_dump() | changed)


def queue_part(console: Console) -> Part:
    router = console.router()
    _add_list(router, console)
    _add_file(router, console)
    _add_next(router, console)

    async def waiting() -> int:
        await follow(console)
        return await console.secretariat.queues.waiting()

    return Part(router, (Entry("queues", _PLACE, count=waiting),))


async def follow(console: Console) -> None:
    """Have the queue of changed evidence keep up with the version that is served."""
    try:
        pack = console.service.pack()
    except NotReady:
        return
    await console.secretariat.queues.follow(pack.version, lambda: {passage.id for passage in pack.passages})


def _add_list(router: APIRouter, console: Console) -> None:
    queues, people = console.secretariat.queues, console.secretariat.people

    @router.get("/queues")
    async def answers(
        request: Request, seat: ReaderSeat, asked: Annotated[AnswerFilter, Depends()], page: int = 1
    ) -> Response:
        await follow(console)
        wanted, page = asked.wanted(seat.id), min(max(page, 1), _MOST_PAGES)
        count = await queues.count(wanted)
        offset = (page - 1) * _PAGE
        found = await queues.find(wanted, limit=_PAGE, offset=offset, at=datetime.now(UTC)) if count > offset else ()
        return await console.page(
            "console/queues.html",
            seat,
            request,
            queue=wanted.queue,
            tabs=_tabs(asked, await queues.counts()),
            answers=[_shown(one) for one in found],
            count=count,
            asked=asked,
            outcomes=[*Outcome, NO_ANSWER],
            people=await people.all(),
            filtered=bool(asked.given(queue="")),
            file=f"{_PLACE}.csv?{asked.given()}",
            pages=_pages(asked, page, count),
        )


def _add_file(router: APIRouter, console: Console) -> None:
    @router.get("/queues.csv")
    async def as_file(seat: ReaderSeat, asked: Annotated[AnswerFilter, Depends()]) -> Response:
        at = datetime.now(UTC)
        await follow(console)
        found = await console.secretariat.queues.every(asked.wanted(seat.id), at=at)
        # What was searched for may be a candidate's words, and the audit outlives them.
        by = {name: value for name, value in asked.model_dump(exclude={"text"}).items() if value}
        after = {"answers": len(found), "searched": bool(asked.text), **by}
        await console.secretariat.audit.note(Change(seat.id, "exported", "list", "answers", None, after), at=at)
        return csv_file("answers", _HEADING, [_cells(one) for one in found])


def _add_next(router: APIRouter, console: Console) -> None:
    @router.post("/queues/next")
    async def following(seat: ReviewerSeat, asked: Annotated[AnswerFilter, Form()]) -> Response:
        await follow(console)
        turn = await console.secretariat.queues.next(asked.wanted(seat.id), by=seat.id, at=datetime.now(UTC))
        if turn is None:
            return go(_PLACE, **{name: value for name, value in asked.model_dump().items() if value}, done="none_waits")
        return go(f"{ROOT}/answers/{turn}", back=asked.given())


def _tabs(asked: AnswerFilter, counts: Mapping[Queue, int]) -> list[dict[str, object]]:
    """A link to each queue, the other filters as they are; and to all answers."""
    tabs: list[dict[str, object]] = [
        {"name": queue.value, "count": counts[queue], "path": f"{_PLACE}?{asked.given(queue=queue)}"} for queue in Queue
    ]
    return [*tabs, {"name": "", "count": None, "path": f"{_PLACE}?{asked.given(queue='')}"}]


def _shown(one: Listed) -> dict[str, object]:
    said = one.said if len(one.said) <= _SAID else f"{one.said[:_SAID].rsplit(' ', 1)[0]} …"
    return {"answer": one, "said": said}


def _pages(asked: AnswerFilter, page: int, count: int) -> dict[str, object]:
    """What GOV.UK's pagination takes; nothing when all is on one page."""
    last = max(1, -(-count // _PAGE))
    if last == 1:
        return {}

    def path(number: int) -> str:
        return f"{_PLACE}?{asked.given()}&page={number}"

    pages: dict[str, object] = {"items": [_item(number, page, path(number)) for number in _numbers(page, last)]}
    if page > 1:
        pages["previous"] = {"href": path(min(page - 1, last))}
    if page < last:
        pages["next"] = {"href": path(page + 1)}
    return pages


def _item(number: int, page: int, path: str) -> dict[str, object]:
    return {"number": number, "href": path, "current": number == page} if number else {"ellipsis": True}


def _numbers(page: int, last: int) -> Iterator[int]:
    """The first, the last and those around a page; 0 for what is left out between them."""
    before = 0
    for number in sorted({1, last, *(near for near in (page - 1, page, page + 1) if 1 <= near <= last)}):
        if number > before + 1:
            yield 0
        yield number
        before = number


def _cells(one: Listed) -> list[Cell]:
    review = one.review
    useful = "" if one.useful is None else ("yes" if one.useful else "no")
    queues = " ".join(one.queues)
    first: list[Cell] = [one.turn, one.asked_at, one.outcome, one.rule, one.mode, one.question, one.said, useful]
    if review is None:
        return [*first, one.reason, queues, "", "", "", "", "", one.assigned]
    opinion = review.opinion
    at_fault = "yes" if opinion.pack_at_fault else "no"
    authoritative = "yes" if review.authoritative else "no"
    told: list[Cell] = [opinion.verdict, opinion.reason, at_fault, review.name, authoritative]
    return [*first, one.reason, queues, *told, one.assigned]
