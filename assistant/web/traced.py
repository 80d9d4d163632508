"""Each request as a span, named by OpenTelemetry's conventions for HTTP; health and metrics leave none."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from assistant.tracing import is_on, span
from assistant.web.routes import QUIET, method_of, route_of


class TracedRequests:
    """Around RequestLog, whose line names the trace. Nothing of the path but the route: it may hold words.

    What a caller says of a trace is not believed: it could otherwise fill the collector with traces of its making.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not is_on() or _is_quiet(scope["path"]):
            await self._app(scope, receive, send)
            return
        method = method_of(scope)
        about = {"http.request.method": method, "url.scheme": scope["scheme"]}
        with span(method, "server", about) as asked:

            async def watched(message: Message) -> None:
                if message["type"] == "http.response.start":
                    asked.note("http.response.status_code", message["status"])
                    if message["status"] >= 500:
                        asked.failed(str(message["status"]))
                await send(message)

            try:
                await self._app(scope, receive, watched)
            finally:
                if route := route_of(scope):
                    asked.rename(f"{method} {route}")
                    asked.note("http.route", route)


def _is_quiet(path: str) -> bool:
    return path in QUIET or path.startswith("/static/")
