"""Asking a question and reading the answer, one conversation a browser. It works without JavaScript."""

import asyncio
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import Response

from assistant.domain import MAX_QUESTION
from assistant.text import clean
from assistant.web.ask import caller
from assistant.web.ask_page import AskPage
from assistant.web.cookies import conversation_of
from assistant.web.errors import Problem
from assistant.web.layout import Pages
from assistant.web.limits import Limits
from assistant.web.origin import own_page
from assistant.web.schemas import AnswerBody
from assistant.web.turns import Reply, Turns
from assistant.web.words import Words

PATIENCE: Final = 8.0
"""Seconds that a browser is kept waiting for an answer; then the page says that it is not ready yet."""


def page_routes(pages: Pages, turns: Turns, limits: Limits) -> APIRouter:
    router = APIRouter(include_in_schema=False)
    page = AskPage(pages)

    @router.get("/")
    @router.get("/ask")
    async def start(request: Request, deleted: str | None = None) -> Response:
        return await page.show(request, deleted=deleted is not None and not conversation_of(request))

    @router.post("/", dependencies=[Depends(own_page)])
    @router.post("/ask", dependencies=[Depends(own_page)])
    async def ask(request: Request, question: Annotated[str, Form()] = "") -> Response:
        typed = clean(question)
        if fault := _fault(typed, pages.words):
            return await page.show(request, problem=fault, typed=question, status=422)
        try:
            await limits.check(caller(request), conversation_of(request))
            reply = await turns.ask(typed, conversation=conversation_of(request) or None)
            answer = await _in_time(reply)
        except Problem as problem:
            return await page.failed(request, problem, typed=question)
        return await page.answered(request, reply, answer, typed=question)

    return router


def _fault(typed: str, words: Words) -> str:
    """What is wrong with a question before anything is done with it; empty when it may be asked."""
    if not typed:
        return words["element"]["empty"]
    return words["element"]["too_long"].format(count=len(typed)) if len(typed) > MAX_QUESTION else ""


async def _in_time(reply: Reply) -> AnswerBody | None:
    """The answer, or None when it takes too long; an answer that is not recorded is waited for to its end."""
    if not reply.recorded:
        return await reply.whole()
    try:
        return await asyncio.wait_for(reply.whole(), PATIENCE)
    except TimeoutError:
        return None
