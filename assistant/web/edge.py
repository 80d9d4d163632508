"""The outermost layers: a line in the log for each request, safe headers on each response, no fault let through."""

import logging
import time
from typing import Final

from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from assistant.web.errors import Problem, respond
from assistant.web.turns import FAILED, fault

_log = logging.getLogger("assistant.web")

HEADERS: Final = (
    (
        b"content-security-policy",
        b"default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; "
        b"frame-ancestors 'self'",
    ),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=()"),
    (b"cross-origin-opener-policy", b"same-origin"),
)


class SafeHeaders:
    """What a browser may do with our pages, and that answers stay out of caches."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = [*message.get("headers", ()), *HEADERS]
                if not any(name == b"cache-control" for name, _ in headers):
                    headers.append((b"cache-control", b"no-store"))
                message = {**message, "headers": headers}
            await send(message)

        await self._app(scope, receive, with_headers)


class RequestLog:
    """One line a request: method, route, status, time. No path as it was asked for, no query, no body.

    A fault ends here, as a line that names its kind and place: passed on, a server would print its message.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began = time.perf_counter()
        status = 0

        async def watched(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, watched)
        except ClientDisconnect:
            status = status or 499
        except Exception as error:  # noqa: BLE001 - the last place where a fault can be kept from printing words
            _log.error("request failed: %s", fault(error))
            if not status:
                await respond(scope, Problem(500, FAILED))(scope, receive, watched)
        route = getattr(scope.get("route"), "path", "-")
        spent = (time.perf_counter() - began) * 1000
        level = logging.DEBUG if route in _QUIET else logging.INFO
        _log.log(level, "%s %s %s %.1fms", scope["method"], route, status, spent)


_QUIET: Final = {"/healthz", "/readyz", "/metrics", "/static"}
