"""Writing an approved answer: from nothing, from what a candidate asked, or in the place of one that is in use."""

import asyncio
from datetime import UTC, datetime
from typing import Annotated, Final

from fastapi import APIRouter, Form, Request
from fastapi.responses import Response

from assistant.secretariat.approvals import Asked
from assistant.secretariat.approved import Approved, State, Words
from assistant.secretariat.quotable import Quotable, from_answer, quotable_in, tidied
from assistant.secretariat.reading_grade import reading_grade
from assistant.web.console.approved_desk import Desk
from assistant.web.console.approved_form import Sent, begun, sent
from assistant.web.console.frame import ROOT, ReviewerSeat, go
from assistant.web.errors import Problem

_PLACE: Final = f"{ROOT}/approved"


def add_editing(router: APIRouter, desk: Desk) -> None:
    _add_new(router, desk)
    _add_edit(router, desk)


def _add_new(router: APIRouter, desk: Desk) -> None:
    @router.get("/approved/new")
    async def new(request: Request, seat: ReviewerSeat, turn: str = "") -> Response:
        asked = await desk.approvals.asked(turn) if turn else None
        return await desk.console.page(
            "console/approved_new.html", seat, request, asked=asked, turn=turn if asked else "", wrong=False
        )

    @router.post("/approved")
    async def begin(
        request: Request,
        seat: ReviewerSeat,
        question: Annotated[str, Form()] = "",
        turn: Annotated[str, Form()] = "",
        replaces: Annotated[str, Form()] = "",
    ) -> Response:
        asked = await desk.approvals.asked(turn) if turn else None
        before = await desk.find(replaces) if replaces else None
        words = before.words if before else begun(_told(desk, asked), question)
        if not words.question:
            return await desk.console.page(
                "console/approved_new.html", seat, request, status=422, asked=asked, turn=turn, wrong=True
            )
        id = await desk.approvals.draft(
            words,
            campaign=desk.console.service.pack().campaign.id,
            by=seat.id,
            at=datetime.now(UTC),
            turn=asked.number if asked else None,
            replaces=before.id if before else None,
        )
        return go(f"{_PLACE}/{id}/edit")


def _told(desk: Desk, asked: Asked | None) -> Words:
    return from_answer(asked.body, desk.console.service.pack().passages) if asked else Words()


def _add_edit(router: APIRouter, desk: Desk) -> None:
    console = desk.console

    @router.get("/approved/{approved}/edit")
    async def edit(request: Request, seat: ReviewerSeat, approved: str, q: str = "", check: bool = False) -> Response:
        one = await _editable(desk, approved)
        return await console.page(
            "console/approved_edit.html",
            seat,
            request,
            one=one,
            asked=await desk.approvals.asked_for(one),
            faults=desk.told(await desk.faults(one)) if check else [],
            q=q[:200],
            found=await _found(desk, q[:200]),
            preview=desk.preview(one),
            grade=reading_grade(one.words.text),
        )

    @router.post("/approved/{approved}/edit")
    async def save(request: Request, seat: ReviewerSeat, approved: str) -> Response:
        one = await _editable(desk, approved)
        given = sent(await request.form(), one.words, console.service.pack().passages)
        one = await _kept(desk, one, given, by=seat.id)
        edit = f"{_PLACE}/{one.id}/edit"
        if given.do == "search":
            return go(edit, q=given.query)
        if given.do != "send":
            return go(edit, done="approved_saved")
        if await desk.faults(one):
            return go(edit, check="true")
        with desk.problems():
            await desk.approvals.send(one.id, revision=one.revision, by=seat.id, at=datetime.now(UTC))
        return go(f"{_PLACE}/{one.id}", done="approved_sent")


async def _editable(desk: Desk, id: str) -> Approved:
    one = await desk.find(id)
    if one.state is State.LIVE:
        raise Problem(409, desk.console.said["approved_problems"]["live"])
    return one


async def _kept(desk: Desk, one: Approved, given: Sent, *, by: str) -> Approved:
    """The answer with what was sent; nothing is noted where nothing was changed."""
    words = tidied(given.words) if given.do == "send" else given.words
    if words == one.words and one.state is State.DRAFT:
        return one
    with desk.problems():
        await desk.approvals.rewrite(one.id, words, revision=given.revision, by=by, at=datetime.now(UTC))
    return await desk.find(one.id)


async def _found(desk: Desk, query: str) -> list[tuple[Quotable, ...]]:
    """What a search of the pack found, passage by passage."""
    if not query.strip():
        return []
    evidence = await asyncio.to_thread(desk.console.service.search, query)
    return [quotable_in(one.passage) for one in evidence]
