"""How much one caller may ask of the service: bytes in a body, questions in a minute. Kept in memory, per process."""

import hashlib
import ipaddress
import math
import secrets
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from typing import Final

from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from assistant.settings import AskLimit
from assistant.web.errors import OPENAI_PREFIX, Problem, respond
from assistant.web.words import ENGLISH, words_in

_CALLERS: Final = 50_000
"""How many callers are remembered; the one that was quiet longest is forgotten first."""

_DIGITS: Final = 12

_HISTORY_FACTOR: Final = 16
"""OpenAI's shape sends the whole conversation each time."""


class Bucket:
    """Lets through `rate` calls a minute from each caller, as many at once, and says how long others have to wait."""

    def __init__(self, rate: int, *, clock: Callable[[], float]) -> None:
        self._rate = rate
        self._clock = clock
        self._left: OrderedDict[bytes, tuple[float, float]] = OrderedDict()

    def wait(self, caller: bytes) -> float:
        """Seconds until this caller may go on; 0.0 lets it through and counts it."""
        now = self._clock()
        left, since = self._left.pop(caller, (float(self._rate), now))
        left = min(self._rate, left + max(now - since, 0.0) * self._rate / 60)
        waits = 0.0 if left >= 1 else (1 - left) * 60 / self._rate
        self._left[caller] = (left if waits else left - 1, now)
        while len(self._left) > _CALLERS:
            self._left.popitem(last=False)
        return waits


class AskLimits:
    """Who may ask now. Addresses are known only by a hash whose key is forgotten when the process ends."""

    def __init__(self, limit: AskLimit | None, *, clock: Callable[[], float]) -> None:
        self._key = secrets.token_bytes(32)
        self._conversations = Bucket(limit.conversation, clock=clock) if limit else None
        self._addresses = Bucket(limit.address, clock=clock) if limit else None

    def check(self, address: str, conversation: str | None = None) -> None:
        """Problem 429 for who has asked too much."""
        waits = 0.0
        if self._addresses:
            waits = self._addresses.wait(self._hash(_network(address)))
        if self._conversations and conversation and not waits:
            waits = self._conversations.wait(self._hash(conversation))
        if waits:
            seconds = math.ceil(waits)
            words = words_in(ENGLISH)["problem"]["too_many" if seconds > 1 else "too_many_one"]
            raise Problem(429, words.format(seconds=seconds), retry_after=seconds)

    def _hash(self, words: str) -> bytes:
        return hashlib.blake2b(words.encode("utf-8", "replace"), key=self._key, digest_size=16).digest()


class BodyCap:
    """Reads a body before anyone else does, and no more of it than the cap; a longer one gets a 413.

    `room` says of a request how much more it may bring than others, for what only some people may send.
    """

    def __init__(self, app: ASGIApp, *, max_body: int, room: Callable[[Scope], Awaitable[int]]) -> None:
        self._app = app
        self._max_body = max_body
        self._room = room

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not _has_body(scope):
            await self._app(scope, receive, send)
            return
        cap = self._max_body * (_HISTORY_FACTOR if scope["path"].startswith(OPENAI_PREFIX) else 1)
        more = await self._room(scope)
        body = await _read(scope, receive, max(cap, more))
        if body is None:
            most = f"The body is longer than {max(cap, more)} bytes."
            detail = f"{most} Send fewer files at once." if more else f"{most} A question has at most 500 characters."
            await respond(scope, Problem(413, detail, headers={"Connection": "close"}))(scope, receive, send)
            return
        unread: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

        async def replay() -> Message:
            return unread.pop() if unread else await receive()

        await self._app(scope, replay, send)


def _network(address: str) -> str:
    """An IPv6 caller holds a whole /64 and may use a new address of it for each question."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    return str(ipaddress.ip_network((parsed, 64), strict=False)) if parsed.version == 6 else address


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
