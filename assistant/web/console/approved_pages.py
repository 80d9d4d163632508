"""Approved answers: the list, one of them with all that is known of it, and what can be done to it."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import Response
from pydantic import BaseModel

from assistant.secretariat.approvals import Wanted
from assistant.secretariat.approved import Approved, State
from assistant.secretariat.audit import Change
from assistant.secretariat.audit import Wanted as Noted
from assistant.secretariat.pack_findings import word_differences
from assistant.secretariat.quotable import bound_again
from assistant.secretariat.reading_grade import reading_grade
from assistant.text import clean
from assistant.web.console.approved_desk import Desk
from assistant.web.console.approved_editing import add_editing
from assistant.web.console.csv_files import Cell, csv_file
from assistant.web.console.frame import ROOT, ApproverSeat, Console, Entry, Part, ReaderSeat, filters, go
from assistant.web.errors import Problem

_PLACE: Final = f"{ROOT}/approved"
_PAGE: Final = 50
_MAX_REASON: Final = 500
_HEADING: Final = (
    *("id", "state", "question", "wordings", "answer", "sources", "author", "approver"),
    *("drafted_at", "approved_at", "checked_on", "served"),
)


class ApprovedFilter(BaseModel):
    """What stands in the address of the list."""

    state: str = ""
    text: str = ""

    @property
    def wanted(self) -> Wanted:
        state = self.state if self.state in {one.value for one in State} else ""
        return Wanted(state, clean(self.text)[:200])


class Deed(BaseModel):
    """Something to be done to an answer, as it stood on the page."""

    revision: int = -1
    reason: str = ""

    @property
    def why(self) -> str:
        return clean(self.reason)[:_MAX_REASON]


def approved_part(console: Console) -> Part:
    router = console.router()
    desk = Desk(console)
    add_editing(router, desk)
    _add_list(router, desk)
    _add_one(router, desk)
    _add_deeds(router, desk)
    _add_binding(router, desk)
    return Part(router, (Entry("approved", _PLACE, count=desk.in_hand),))


def _add_list(router: APIRouter, desk: Desk) -> None:
    console = desk.console

    @router.get("/approved")
    async def approved(
        request: Request, seat: ReaderSeat, asked: Annotated[ApprovedFilter, Depends()], page: int = 1
    ) -> Response:
        page = max(1, min(page, 100_000))
        found = await desk.approvals.listed(desk.campaign, asked.wanted, offset=(page - 1) * _PAGE, limit=_PAGE + 1)
        counts = await desk.approvals.counts(desk.campaign, asked.wanted.text)
        given = filters(asked.model_dump())
        return await console.page(
            "console/approved.html",
            seat,
            request,
            answers=found[:_PAGE],
            unserved=desk.unserved([one for one in found[:_PAGE] if one.state is State.LIVE]),
            tabs=[("", sum(counts.values())), *((state.value, counts.get(state, 0)) for state in State)],
            asked=asked,
            names=await _names(console),
            next=f"{_PLACE}?{given}&page={page + 1}" if len(found) > _PAGE else "",
            file=f"{_PLACE}.csv?{given}",
        )

    @router.get("/approved.csv")
    async def as_file(seat: ReaderSeat, asked: Annotated[ApprovedFilter, Depends()]) -> Response:
        found = await desk.approvals.listed(desk.campaign, asked.wanted)
        names = await _names(console)
        change = Change(seat.id, "exported", "list", "approved", None, {"state": asked.wanted.state})
        await console.secretariat.audit.note(change, at=datetime.now(UTC))
        return csv_file("approved", _HEADING, [_cells(one, names) for one in found])


def _add_one(router: APIRouter, desk: Desk) -> None:
    console = desk.console

    @router.get("/approved/{approved}")
    async def one(request: Request, seat: ReaderSeat, approved: str, check: bool = False) -> Response:
        found = await desk.find(approved)
        faults = await desk.faults(found) if check or found.state is State.WAITING else ()
        history = Noted(subject_kind="approved", subject=found.id)
        return await console.page(
            "console/approved_one.html",
            seat,
            request,
            one=found,
            faults=desk.told(faults),
            preview=desk.preview(found),
            stands=desk.cited(found) is not None,
            grade=reading_grade(found.words.text),
            changes=[(gone.number, list(word_differences(gone.old, gone.new)), gone.new) for gone in found.replaced],
            history=await console.secretariat.audit.entries(history),
            names=await _names(console),
        )


def _add_deeds(router: APIRouter, desk: Desk) -> None:
    """What a second person does."""
    said = desk.console.said

    @router.post("/approved/{approved}/approve")
    async def approve(seat: ApproverSeat, approved: str, deed: Annotated[Deed, Form()]) -> Response:
        found = await desk.find(approved)
        if found.state is State.WAITING and found.author != seat.id and await desk.faults(found):
            return go(f"{_PLACE}/{found.id}", check="true")
        with desk.problems():
            await desk.approvals.approve(found.id, revision=deed.revision, by=seat.id, at=datetime.now(UTC))
        return go(f"{_PLACE}/{found.id}", done="approved_live")

    def _add(path: str, act: Callable[..., Awaitable[None]], done: str) -> None:
        @router.post(f"/approved/{{approved}}/{path}")
        async def with_reason(seat: ApproverSeat, approved: str, deed: Annotated[Deed, Form()]) -> Response:
            found = await desk.find(approved)
            if not deed.why:
                raise Problem(422, said["approved_problems"]["reason"])
            with desk.problems():
                await act(found.id, reason=deed.why, revision=deed.revision, by=seat.id, at=datetime.now(UTC))
            return go(f"{_PLACE}/{found.id}", done=done)

    _add("send-back", desk.approvals.send_back, "approved_back")
    _add("withdraw", desk.approvals.withdraw, "approved_withdrawn")


def _add_binding(router: APIRouter, desk: Desk) -> None:
    @router.post("/approved/{approved}/still-right")
    async def still_right(seat: ApproverSeat, approved: str, deed: Annotated[Deed, Form()]) -> Response:
        """The same sentences on the passages of today; what they no longer hold has to be corrected first."""
        found = await desk.find(approved)
        words = bound_again(found, desk.console.service.pack().passages)
        if words is None:
            raise Problem(422, desk.console.said["approved_problems"]["nothing_left"])
        at = datetime.now(UTC)
        with desk.problems():
            if await desk.faults(found, words):
                await desk.approvals.rewrite(found.id, words, revision=deed.revision, by=seat.id, at=at)
                return go(f"{_PLACE}/{found.id}/edit", check="true")
            state = await desk.approvals.rebind(found.id, words, revision=deed.revision, by=seat.id, at=at)
        return go(f"{_PLACE}/{found.id}", done="approved_live" if state is State.LIVE else "approved_sent")


async def _names(console: Console) -> dict[str, str]:
    return {person.id: person.name for person in await console.secretariat.people.all()}


def _cells(one: Approved, names: dict[str, str]) -> Sequence[Cell]:
    sources = "\n".join(f"[{cited.number}] {cited.document}: {cited.quote}" for cited in one.words.citations)
    wordings = "\n".join(one.words.wordings)
    people = (names.get(one.author, ""), names.get(one.approver or "", ""))
    said = (one.id, one.state.value, one.words.question, wordings, one.words.text, sources)
    return [*said, *people, one.drafted_at, one.approved_at, one.checked_on, one.served]
