"""One answer: all that is known of it, and what the secretariat does with it."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any, Final
from urllib.parse import parse_qsl

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from assistant.secretariat.answers import KeptAnswer
from assistant.secretariat.locks import Lock
from assistant.secretariat.reviews import AGREED
from assistant.text import clean
from assistant.web.console.case_form import case_values
from assistant.web.console.frame import ROOT, ApproverSeat, Console, Part, ReaderSeat, ReviewerSeat, go
from assistant.web.console.marking import Fault, read_opinion
from assistant.web.console.queue_pages import AnswerFilter, follow
from assistant.web.console.steps import steps
from assistant.web.errors import Problem
from assistant.web.schemas import AnswerBody
from assistant.web.service import NotReady
from assistant.web.shown_turns import ShownTurn
from assistant.web.words import moment_in, words_in
from knowledge.domain import Passage

_MAX_COMMENT: Final = 2000


class AnswerPage:
    """Shows the page; `faults` are those of the form that was sent, `typed` what stood in it."""

    def __init__(self, console: Console) -> None:
        self.console = console

    async def known(self, turn: str) -> KeptAnswer:
        """The answer; a Problem when it is gone."""
        answer = await self.console.secretariat.answers.find(turn, at=datetime.now(UTC))
        if answer is None:
            raise self.unknown()
        return answer

    def body(self, answer: KeptAnswer) -> AnswerBody | None:
        return AnswerBody.model_validate(answer.body) if answer.body else None

    def unknown(self) -> Problem:
        return Problem(404, self.console.said["answer"]["unknown"])

    async def show(
        self,
        request: Request,
        seat: ReaderSeat,
        answer: KeptAnswer,
        *,
        faults: list[Fault] | None = None,
        complaints: list[str] | None = None,
        typed: Mapping[str, Any] | None = None,
        status: int = 200,
    ) -> Response:
        body, given = self.body(answer), typed or {}
        return await self.console.page(
            "console/answer.html",
            seat,
            request,
            status=status,
            answer=answer,
            body=body,
            turn=ShownTurn(answer.turn, answer.question or "", body, answer.state),
            steps=steps(answer, body, self.console.said) if body else [],
            passages=_served(self.console),
            people=await self.console.secretariat.people.all(),
            back=given.get("back") or request.query_params.get("back", ""),
            case=case_values(answer, body, given),
            faults=faults or [],
            complaints=complaints or [],
            typed=given,
        )


def answer_part(console: Console) -> Part:
    router = console.router()
    page = AnswerPage(console)
    _add_page(router, page)
    _add_marks(router, page)
    _add_owner(router, page)
    return Part(router)


def _add_page(router: APIRouter, page: AnswerPage) -> None:
    @router.get("/answers/{turn}")
    async def answer(request: Request, seat: ReaderSeat, turn: str) -> Response:
        await follow(page.console)
        return await page.show(request, seat, await page.known(turn))

    @router.post("/answers/{turn}/comment")
    async def comment(seat: ReviewerSeat, turn: str, words: Annotated[str, Form()] = "") -> Response:
        said = clean(words)[:_MAX_COMMENT]
        if said and not await page.console.secretariat.reviews.comment(turn, said, by=seat.id, at=datetime.now(UTC)):
            raise page.unknown()
        return go(f"{ROOT}/answers/{turn}", done="commented" if said else "")


def _add_marks(router: APIRouter, page: AnswerPage) -> None:
    reviews = page.console.secretariat.reviews

    @router.post("/answers/{turn}/review")
    async def review(request: Request, seat: ReviewerSeat, turn: str) -> Response:
        answer, form = await page.known(turn), await sent(request)
        opinion, faults = read_opinion(form, page.body(answer))
        if opinion is None:
            return await page.show(request, seat, answer, faults=faults, typed=form, status=422)
        marked = await reviews.mark(turn, opinion, by=seat.id, at=datetime.now(UTC))
        if isinstance(marked, Lock):
            raise Problem(409, _locked(page.console, marked))
        return _to_list(form.get("back", ""), "reviewed")

    @router.post("/answers/{turn}/settle")
    async def settle(request: Request, seat: ApproverSeat, turn: str) -> Response:
        answer, form = await page.known(turn), await sent(request)
        opinion, faults = read_opinion(form, page.body(answer))
        if opinion is None:
            return await page.show(request, seat, answer, faults=faults, typed=form, status=422)
        if await reviews.settle(turn, opinion, by=seat.id, at=datetime.now(UTC)) == AGREED:
            raise Problem(409, page.console.said["answer"]["agreed"])
        return _to_list(form.get("back", ""), "settled")


def _add_owner(router: APIRouter, page: AnswerPage) -> None:
    secretariat = page.console.secretariat

    @router.post("/answers/{turn}/assign")
    async def assign(seat: ReviewerSeat, turn: str, to: Annotated[str, Form()] = "") -> Response:
        if not await secretariat.reviews.assign(turn, to, by=seat.id, at=datetime.now(UTC)):
            raise page.unknown()
        return go(f"{ROOT}/answers/{turn}", done="assigned" if to else "taken_back")

    @router.post("/answers/{turn}/free")
    async def free(seat: ReviewerSeat, turn: str, back: Annotated[str, Form()] = "") -> Response:
        await secretariat.locks.free(turn, by=seat.id, at=datetime.now(UTC))
        return _to_list(back, "put_back")


async def sent(request: Request) -> dict[str, str]:
    """What a form brings, the first of each name."""
    form = await request.form()
    return {name: str(form[name]) for name in form}


def _to_list(back: str, done: str) -> RedirectResponse:
    """To the list that somebody came from."""
    known = {name: value for name, value in parse_qsl(back) if name in AnswerFilter.model_fields}
    return go(f"{ROOT}/queues", **known, done=done)


def _locked(console: Console, lock: Lock) -> str:
    until = moment_in(words_in("en"), lock.until)
    return console.said["answer"]["locked"].format(name=lock.name, until=until)


def _served(console: Console) -> Mapping[str, Passage]:
    """The passages that are served now, by id, for evidence whose words were not kept."""
    try:
        return {passage.id: passage for passage in console.service.pack().passages}
    except NotReady:
        return {}
