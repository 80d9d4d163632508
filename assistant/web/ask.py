"""`POST /api/ask`, as one answer or as events, and `POST /api/feedback`."""

import json
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from functools import partial
from typing import Any, Final

from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse, Response, StreamingResponse
from fastapi.sse import KEEPALIVE_COMMENT, format_sse_event
from pydantic import BaseModel
from starlette.requests import ClientDisconnect
from starlette.types import Receive, Scope, Send

from assistant.database import RecordsError
from assistant.domain import UNKEPT, Question, Said, Stage
from assistant.web.contract import ASKED, JUDGED
from assistant.web.cookies import remember
from assistant.web.errors import Problem
from assistant.web.limits import Limits
from assistant.web.origin import from_own_page
from assistant.web.schemas import AnswerBody, AskBody, FeedbackBody, said_body
from assistant.web.service import Service
from assistant.web.turns import Reply, Turns
from assistant.web.words import ENGLISH, words_in

SILENCE: Final = 15.0
"""Seconds after which a stream says that it is still there."""

STREAM_HEADERS: Final = {"X-Accel-Buffering": "no", "Cache-Control": "no-store"}


def caller(request: Request) -> str:
    """The address that a request came from."""
    return request.client.host if request.client else ""


async def json_only(request: Request) -> None:
    """Other kinds are what a page on another site can send without asking."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json":
        raise Problem(415, "Send the body as application/json.")


def ask_routes(service: Service, turns: Turns, limits: Limits) -> APIRouter:
    router = APIRouter(tags=["questions"])

    @router.post(
        "/api/ask",
        response_model=AnswerBody,
        dependencies=[Depends(json_only)],
        responses=ASKED,
    )
    async def ask(request: Request, body: AskBody) -> Response:
        """An answer from the pack, or events (`stage`, `sentence`, `answer`, `error`) for Accept: text/event-stream.

        Closing an event stream stops the question; one that is asked for whole is answered and kept all the same.
        """
        await limits.check(caller(request), body.conversation)
        reply = await turns.ask(body.question, conversation=body.conversation)
        response: Response
        if wants_events(request.headers.get("accept", "")):
            response = EventStream(_events(reply), left=partial(turns.stop, reply))
        else:
            response = JSONResponse((await reply.whole()).model_dump(mode="json"))
        # Our own page shows the conversation again when it is loaded anew. Nobody else is given a cookie.
        if reply.recorded and "origin" in request.headers and from_own_page(request):
            remember(response, request, reply.conversation)
        return response

    @router.post(
        "/api/feedback",
        status_code=204,
        dependencies=[Depends(json_only)],
        responses=JUDGED,
    )
    async def feedback(request: Request, body: FeedbackBody) -> Response:
        """Whether an answer was useful. The last word counts."""
        await limits.check(caller(request))
        if body.reason and (refusal := service.screen(Question(body.reason))) and refusal.rule in UNKEPT:
            raise Problem(422, refusal.text, errors=[{"field": "reason", "detail": "may not be kept"}])
        try:
            known = await service.records.feedback(
                body.answer, useful=body.useful, reason=body.reason, at=datetime.now(UTC)
            )
        except RecordsError:
            raise Problem(503, words_in(ENGLISH)["problem"]["unsaved"], retry_after=5) from None
        if not known:
            raise Problem(404, "There is no answer with this id.")
        return Response(status_code=204)

    return router


class EventStream(StreamingResponse):
    """Events as they come; `left` is called when the listener goes before the last of them, not when we end."""

    def __init__(self, events: AsyncIterator[bytes], *, left: Callable[[], None]) -> None:
        super().__init__(events, media_type="text/event-stream", headers=STREAM_HEADERS)
        self._left = left

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        except ClientDisconnect:
            self._left()
            raise

    async def listen_for_disconnect(self, receive: Receive) -> None:
        await super().listen_for_disconnect(receive)
        self._left()


def wants_events(accept: str) -> bool:
    """Whether a caller prefers events to one answer, by the weights of its Accept; at equal weight the first named."""
    best, chosen = 0.0, ""
    for part in accept.lower().split(","):
        kind, *parameters = (piece.strip() for piece in part.split(";"))
        said = next((piece[2:] for piece in parameters if piece.startswith("q=")), "1")
        weight = float(said) if said.replace(".", "", 1).isdecimal() else 0.0
        if kind in ("text/event-stream", "application/json") and weight > best:
            best, chosen = weight, kind
    return chosen == "text/event-stream"


async def _events(reply: Reply) -> AsyncIterator[bytes]:
    while True:
        try:
            event = await reply.next(within=SILENCE)
        except TimeoutError:
            yield KEEPALIVE_COMMENT
            continue
        except Problem as problem:
            yield _event("error", problem.document())
            return
        if isinstance(event, AnswerBody):
            yield _event("answer", event)
            return
        if isinstance(event, Stage):
            yield _event("stage", {"stage": event.name})
        elif isinstance(event, Said):
            yield _event("sentence", said_body(event, reply.url))


def _event(name: str, body: BaseModel | dict[str, Any]) -> bytes:
    held = body.model_dump(mode="json") if isinstance(body, BaseModel) else body
    return format_sse_event(event=name, data_str=json.dumps(held, ensure_ascii=False))
