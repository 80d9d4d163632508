"""Question-and-answers for the pack: written by one person, approved by another, then published with the pack."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Annotated, Final

from fastapi import APIRouter, Form, Request
from fastapi.responses import Response

from assistant.guard.personal_data import holds_personal_data
from assistant.secretariat.addenda import AddendumRefused
from assistant.secretariat.sessions import Seat
from assistant.subjects import asked_about
from assistant.web.console.frame import ROOT, ApproverSeat, Console, ReaderSeat, ReviewerSeat, go
from assistant.web.console.pack_pages import told
from assistant.web.errors import Problem
from assistant.web.service import NotReady

_PLACE: Final = f"{ROOT}/gaps"


def add_addenda(router: APIRouter, console: Console) -> None:
    _add_draft(router, console)
    _add_one(router, console)


def _add_draft(router: APIRouter, console: Console) -> None:
    addenda = console.service.addenda

    @router.get("/gaps/draft")
    async def draft(request: Request, seat: ReviewerSeat, turn: str = "") -> Response:
        return await _form(console, request, seat, turn=turn)

    @router.post("/gaps/draft")
    async def write(
        request: Request,
        seat: ReviewerSeat,
        question: Annotated[str, Form()] = "",
        answer: Annotated[str, Form()] = "",
        turn: Annotated[str, Form()] = "",
    ) -> Response:
        published = _contact(console)
        try:
            written = await addenda.write(question, answer, published=published, by=seat.id, at=datetime.now(UTC))
        except AddendumRefused as refused:
            given = (question, answer)
            return await _form(console, request, seat, turn=turn, given=given, wrong=refused.why)
        return go(f"{_PLACE}/addenda/{written}", done="drafted_addendum")


def _add_one(router: APIRouter, console: Console) -> None:
    addenda, packs = console.service.addenda, console.service.packs

    @router.get("/gaps/addenda/{addendum}")
    async def one(request: Request, seat: ReaderSeat, addendum: str) -> Response:
        with _refused(console):
            found = await addenda.find(addendum)
        return await console.page("console/addendum.html", seat, request, one=found)

    @router.post("/gaps/addenda/{addendum}/approve")
    async def approve(seat: ApproverSeat, addendum: str) -> Response:
        """It goes into a change of the pack, which is checked at once."""
        at = datetime.now(UTC)
        with _refused(console), told(console):
            number = await packs.start_with(addendum, by=seat.id, at=at)
            await packs.check(number, by=seat.id, at=at)
        return go(f"{ROOT}/pack/changes/{number}")

    @router.post("/gaps/addenda/{addendum}/back")
    async def send_back(seat: ApproverSeat, addendum: str) -> Response:
        with _refused(console):
            await addenda.send_back(addendum, by=seat.id, at=datetime.now(UTC))
        return go(_PLACE, done="sent_back")


async def _form(
    console: Console,
    request: Request,
    seat: Seat,
    *,
    turn: str,
    given: tuple[str, str] = ("", ""),
    wrong: str = "",
) -> Response:
    asked = await console.service.gaps.turn(turn) if turn else None
    about = asked_about(asked.words)[:1] if asked else ()
    question, answer = given
    return await console.page(
        "console/addendum_form.html",
        seat,
        request,
        status=422 if wrong else 200,
        turn=turn,
        asked=asked.words if asked and not holds_personal_data(asked.words) else "",
        # The candidate's own words are not taken over: those of the subject are nobody's.
        question=question or (about[0].questions[0] if about and not wrong else ""),
        answer=answer,
        wrong=wrong,
        at_answer=wrong == "no_answer",
    )


@contextmanager
def _refused(console: Console) -> Iterator[None]:
    try:
        yield
    except AddendumRefused as refused:
        raise Problem(404 if refused.why == "unknown" else 409, console.said["gaps"][refused.why]) from refused


def _contact(console: Console) -> str:
    """What the campaign publishes of whom to ask is nobody's secret."""
    try:
        contact = console.service.pack().campaign.contact
    except NotReady:
        return ""
    return f"{contact.name}\n{contact.email}\n{contact.url}"
