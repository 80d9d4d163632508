"""The outermost layers: a log line for each request, safe headers, which other sites may call, no fault let out."""

import logging
import time
from collections.abc import Callable, Collection
from typing import Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from assistant.web.errors import Problem, respond
from assistant.web.metrics import Metrics
from assistant.web.origin import from_own_page
from assistant.web.request_id import HEADER, given_or_new, request_id
from assistant.web.routes import QUIET, method_of, route_of
from assistant.web.turns import FAILED, fault

_log = logging.getLogger("assistant.web")

_NOBODY: Final = "'none'"


def policy(framed_by: Collection[str] = ()) -> str:
    """What our pages may load and do, and which sites may show them in a frame: none, unless they are named."""
    return (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        f"form-action 'self'; base-uri 'none'; frame-ancestors {' '.join(framed_by) or _NOBODY}; "
        "require-trusted-types-for 'script'; trusted-types 'none'"
    )


HEADERS: Final = (
    (b"content-security-policy", policy().encode()),
    (b"x-content-type-options", b"nosniff"),
    # Other sites learn nothing. Not no-referrer: a form on our own page would then name no origin, and be refused.
    (b"referrer-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=()"),
    (b"cross-origin-opener-policy", b"same-origin"),
)


SHARED: Final = frozenset({"/api/ask", "/api/feedback", "/api/widget"})
"""What the widget calls from pages of other sites."""

FOREIGN: Final = "Pages of other sites can't send this. Ask on our own page, or have the campaign name the site."

_SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})
_API: Final = ("/api/", "/v1/")
_PREFLIGHT: Final = {
    "Access-Control-Allow-Methods": "GET, POST",
    "Access-Control-Allow-Headers": "content-type",
    "Access-Control-Max-Age": "600",
}


class SafeHeaders:
    """What a browser may do with our pages, and that answers stay out of caches. What a route says itself stays."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = list(message.get("headers", ()))
                said = {name for name, _ in headers}
                ours = (*HEADERS, (b"cache-control", b"no-store"))
                message = {**message, "headers": headers + [header for header in ours if header[0] not in said]}
            await send(message)

        await self._app(scope, receive, with_headers)


class Origins:
    """Lets pages of `allowed` sites call what is shared, without cookies, and refuses what other sites' pages send.

    A program names no origin and is let through, as is our own page.
    """

    def __init__(self, app: ASGIApp, *, allowed: Callable[[], Collection[str]]) -> None:
        self._app = app
        self._allowed = allowed

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        path, method = scope["path"], scope["method"]
        request = Request(scope)
        origin = request.headers.get("origin", "")
        foreign = not from_own_page(request)
        known = foreign and path in SHARED and origin in self._allowed()
        if known and method == "OPTIONS":
            await Response(status_code=204, headers=_PREFLIGHT)(scope, receive, _sharing(send, origin))
        elif foreign and not known and method not in _SAFE and path.startswith(_API):
            await respond(scope, Problem(403, FOREIGN))(scope, receive, send)
        elif path in SHARED:
            await self._app(scope, receive, _sharing(send, origin if known else ""))
        else:
            await self._app(scope, receive, send)


def _sharing(send: Send, origin: str) -> Send:
    """What is sent, with the word that pages of this origin may read it."""

    async def with_origin(message: Message) -> None:
        if message["type"] == "http.response.start":
            # Caches must keep apart what was said to one site and to another.
            headers = [*message.get("headers", ()), (b"vary", b"origin")]
            if origin:
                headers.append((b"access-control-allow-origin", origin.encode("latin-1")))
            message = {**message, "headers": headers}
        await send(message)

    return with_origin


class RequestLog:
    """One line a request: method, route, status, time; and its id, also in the response. No path, no query, no body.

    A fault ends here, as a line that names its kind and place: passed on, a server would print its message.
    """

    def __init__(self, app: ASGIApp, *, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        own = given_or_new(Headers(scope=scope))
        request_id.set(own)
        began = time.perf_counter()
        status = 0

        async def watched(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)[HEADER] = own
            await send(message)

        try:
            await self._app(scope, receive, watched)
        except ClientDisconnect:
            status = status or 499
        except Exception as error:  # noqa: BLE001 - the last place where a fault can be kept from printing words
            _log.error("request failed: %s", fault(error))
            if not status:
                await respond(scope, Problem(500, FAILED))(scope, receive, watched)
        self._tell(method_of(scope), route_of(scope) or "-", status, time.perf_counter() - began)

    def _tell(self, method: str, route: str, status: int, seconds: float) -> None:
        self._metrics.requested(method, route, status, seconds)
        level = logging.DEBUG if route in QUIET else logging.INFO
        fields = {"method": method, "route": route, "status": status, "ms": round(seconds * 1000, 1)}
        _log.log(level, "%s %s %s %.1fms", *fields.values(), extra={"fields": fields})
