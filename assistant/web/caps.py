"""How many bytes one request may have: its head and its body."""

from collections.abc import Awaitable, Callable
from typing import Final

from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from assistant.settings import MAX_HEAD
from assistant.web.errors import OPENAI_PREFIX, Problem, respond

_DIGITS: Final = 12

_HISTORY_FACTOR: Final = 16
"""OpenAI's shape sends the whole conversation each time."""


class BodyCap:
    """Reads a body before anyone else does, and no more of it than the cap; a longer one gets a 413.

    `room` says of a request how much more it may bring than others, for what only some people may send.
    A head that is too long gets a 431. The server cuts off before it holds one that never ends.
    """

    def __init__(self, app: ASGIApp, *, max_body: int, room: Callable[[Scope], Awaitable[int]]) -> None:
        self._app = app
        self._max_body = max_body
        self._room = room

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        if _head(scope) > MAX_HEAD:
            await respond(scope, _too_long(431, "The headers are", MAX_HEAD))(scope, receive, send)
            return
        if not _has_body(scope):
            await self._app(scope, receive, send)
            return
        cap = self._max_body * (_HISTORY_FACTOR if scope["path"].startswith(OPENAI_PREFIX) else 1)
        room = await self._room(scope)
        body = await _read(scope, receive, max(cap, room))
        if body is None:
            more = " Send fewer files at once." if room else " A question has at most 500 characters."
            problem = _too_long(413, "The body is", max(cap, room), more)
            await respond(scope, problem)(scope, receive, send)
            return
        unread: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

        async def replay() -> Message:
            return unread.pop() if unread else await receive()

        await self._app(scope, replay, send)


def _too_long(status: int, what: str, cap: int, more: str = "") -> Problem:
    return Problem(status, f"{what} longer than {cap} bytes.{more}", headers={"Connection": "close"})


def _head(scope: Scope) -> int:
    address = len(scope.get("raw_path") or b"") + len(scope.get("query_string") or b"")
    return address + sum(len(name) + len(value) for name, value in scope["headers"])


def _has_body(scope: Scope) -> bool:
    return any(name in (b"content-length", b"transfer-encoding") for name, _ in scope["headers"])


async def _read(scope: Scope, receive: Receive, cap: int) -> bytes | None:
    """The body, or None when it is longer than the cap."""
    said = next((value for name, value in scope["headers"] if name == b"content-length"), b"0")
    if not said.isdigit() or len(said) > _DIGITS or int(said) > cap:
        return None
    body = bytearray()
    while True:
        message = await receive()
        body += message.get("body", b"")
        if len(body) > cap:
            return None
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        if not message.get("more_body", False):
            return bytes(body)
