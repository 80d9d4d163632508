"""The page of one conversation in each of its states: new, asked, answered, waiting, gone wrong."""

import logging
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from fastapi import Request
from fastapi.responses import RedirectResponse, Response

from assistant.database import RecordsError
from assistant.domain import UNKEPT, Answer, Refusal, Rule, Versions
from assistant.records import new_id
from assistant.web.cookies import conversation_of, remember
from assistant.web.errors import Problem
from assistant.web.layout import Pages
from assistant.web.schemas import AnswerBody, answer_body
from assistant.web.shown_turns import ShownTurn, shown, shown_now
from assistant.web.turns import Reply

_GIVEN_UP: Final = timedelta(minutes=2)
"""Beyond the answer's own deadline: by then no answer comes any more."""

_NONE: Final = Versions(pack="", index="", prompt="", model="", code="")

_log = logging.getLogger("assistant.web")


class AskPage:
    """Makes the page where questions are asked and answers read."""

    def __init__(self, pages: Pages) -> None:
        self._pages = pages
        self._patience = timedelta(seconds=pages.service.settings.answer_seconds) + _GIVEN_UP

    async def show(self, request: Request, *, problem: str = "", **values: Any) -> Response:
        """The page with all that was said in the conversation that this browser holds."""
        conversation = conversation_of(request)
        try:
            said = await self._said(conversation)
        except RecordsError as error:
            _log.warning("a conversation could not be read: %s", error)
            said, problem = (), problem or self._pages.words["ask"]["records"]
        return self._page(said, conversation=conversation if said else "", problem=problem, **values)

    async def failed(self, request: Request, problem: Problem, *, typed: str) -> Response:
        """The page with what went wrong, and what was typed kept."""
        return await self.show(
            request, problem=problem.detail, typed=typed, status=problem.status, headers=problem.headers
        )

    async def answered(self, request: Request, reply: Reply, answer: AnswerBody | None, *, typed: str) -> Response:
        """On to the answer, where it can be read again; one that can't be is shown at once, and alone."""
        if answer is None:
            response = await self._pending(reply)
        elif answer.rule in UNKEPT or not reply.recorded:
            response = self._alone(reply, answer, typed=typed)
        else:
            response = RedirectResponse(f"/#a-{answer.id}", 303)
        if reply.recorded:
            remember(response, request, reply.conversation)
        return response

    def refused(self, request: Request, refusal: Refusal) -> Response:
        """The fixed reply to words that were sent elsewhere than as a question, and may not be kept."""
        body = answer_body(
            Answer(refusal.outcome, refusal.text, refusal.rule),
            id=new_id(),
            conversation="",
            url=lambda _: "",
            links=self._pages.service.links(refusal.rule),
            versions=_NONE,
        )
        return self._page((shown_now(body, ""),), conversation=conversation_of(request), status=422)

    async def _pending(self, reply: Reply) -> Response:
        try:
            said = await self._said(reply.conversation)
        except RecordsError:
            said = (ShownTurn(reply.turn, reply.text, None, "pending"),)
        return self._page(said, conversation=reply.conversation, status=202)

    def _alone(self, reply: Reply, answer: AnswerBody, *, typed: str) -> Response:
        turn = shown_now(answer, "" if answer.rule in UNKEPT else reply.text)
        # Whoever typed too much gets it back, to take out what should not be sent.
        kept = typed if answer.rule is Rule.PERSONAL_DATA else ""
        return self._page((turn,), conversation=answer.conversation if reply.recorded else "", typed=kept)

    async def _said(self, conversation: str) -> tuple[ShownTurn, ...]:
        turns = await self._pages.service.records.turns_of(conversation)
        return shown(turns, now=datetime.now(UTC), patience=self._patience)

    def _page(self, said: Sequence[ShownTurn], **values: Any) -> Response:
        empty: dict[str, Any] = {"problem": "", "typed": "", "deleted": False}
        return self._pages.show("ask.html", turns=said, **(empty | values))
