"""How the service says that something is wrong: RFC 9457 problem documents, and OpenAI's shape under /v1.

Nothing that a caller sent is ever repeated to them.
"""

import logging
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any, Final

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import Scope

from assistant.database import RecordsError
from assistant.web.service import NotReady
from assistant.web.words import ENGLISH, words_in

OPENAI_PREFIX: Final = "/v1/"
PROBLEM: Final = "application/problem+json"
NOT_READY: Final = words_in(ENGLISH)["problem"]["not_ready"]
NOT_KEPT: Final = words_in(ENGLISH)["problem"]["not_kept"]

_log = logging.getLogger("assistant.web")


class Problem(Exception):
    """A request that ends badly; `detail` says what is wrong and what to do, in words for people.

    `members` are further ones of a problem document, by name.
    """

    def __init__(
        self,
        status: int,
        detail: str,
        *,
        retry_after: int | None = None,
        errors: Sequence[Mapping[str, str]] = (),
        headers: Mapping[str, str] | None = None,
        members: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(detail)
        self.members = dict(members or {})
        self.status = status
        self.detail = detail
        self.errors = tuple(errors)
        self.headers = {**(headers or {}), **({"Retry-After": str(retry_after)} if retry_after is not None else {})}

    def document(self) -> dict[str, Any]:
        """The body of a problem document."""
        title = HTTPStatus(self.status).phrase
        document: dict[str, Any] = {
            "type": "about:blank",
            "title": title,
            "status": self.status,
            "detail": self.detail,
        }
        return document | self.members | ({"errors": list(self.errors)} if self.errors else {})

    def openai(self) -> dict[str, Any]:
        """The same in the shape that OpenAI's clients read."""
        kind = _OPENAI_KINDS.get(self.status, "invalid_request_error" if self.status < 500 else "server_error")
        param = self.errors[0]["field"] if self.errors else None
        words = "; ".join(f"{error['field']} {error['detail']}" for error in self.errors) or self.detail
        return {"error": {"message": words, "type": kind, "param": param, "code": None}}


def answer_problems(app: FastAPI) -> None:
    """Every error of this app leaves as a problem document."""

    @app.exception_handler(Problem)
    async def on_problem(request: Request, problem: Problem) -> Response:
        return respond(request.scope, problem)

    @app.exception_handler(NotReady)
    async def on_not_ready(request: Request, problem: NotReady) -> Response:
        _log.error("no pack to answer from: %s", problem)
        return respond(request.scope, Problem(503, NOT_READY, retry_after=5))

    @app.exception_handler(RecordsError)
    async def on_records(request: Request, error: RecordsError) -> Response:
        _log.error("%s", error)
        return respond(request.scope, Problem(503, NOT_KEPT, retry_after=5))

    @app.exception_handler(RequestValidationError)
    async def on_invalid(request: Request, error: RequestValidationError) -> Response:
        return respond(request.scope, _invalid(error))

    @app.exception_handler(HTTPException)
    async def on_http(request: Request, error: HTTPException) -> Response:
        detail = _DETAILS.get(error.status_code, "The request could not be read.")
        return respond(request.scope, Problem(error.status_code, detail, headers=error.headers))


def respond(scope: Scope, problem: Problem) -> Response:
    """The problem in the shape that this caller reads: OpenAI's, a page, or a problem document."""
    path: str = scope["path"]
    if path.startswith(OPENAI_PREFIX):
        # Theirs has no 422: what can't be read is a bad request.
        return JSONResponse(problem.openai(), 400 if problem.status == 422 else problem.status, headers=problem.headers)
    if not path.startswith("/api/") and "text/html" in Headers(scope=scope).get("accept", ""):
        page: Response = scope["app"].state.problem_page(problem, path)
        return page
    return JSONResponse(problem.document(), problem.status, headers=problem.headers, media_type=PROBLEM)


_OPENAI_KINDS: Final = {404: "not_found_error", 403: "permission_error", 429: "rate_limit_error"}

_DETAILS: Final = {
    400: "The body is not JSON that can be read.",
    404: "There is nothing at this address.",
    405: "This address does not take that method.",
}

_FAULTS: Final = {
    "missing": "is missing",
    "string_type": "must be text",
    "string_unicode": "must be text in Unicode",
    "string_too_long": "is too long",
    "bool_type": "must be true or false",
    "list_type": "must be a list",
    "too_short": "is too short",
    "model_attributes_type": "must be an object",
    "dict_type": "must be an object",
}


def _invalid(error: RequestValidationError) -> Problem:
    faults = error.errors()
    if any(fault["type"] == "json_invalid" for fault in faults):
        return Problem(400, _DETAILS[400])
    errors = [{"field": _field(fault["loc"]), "detail": _fault(fault)} for fault in faults[:5]]
    return Problem(422, "; ".join(f"{item['field']} {item['detail']}" for item in errors) + ".", errors=errors)


def _field(place: Sequence[int | str]) -> str:
    return ".".join(str(step) for step in place[1:]) or "the body"


def _fault(fault: Mapping[str, Any]) -> str:
    # Our own checks speak in fixed words; those of a library may repeat what they were given.
    if fault["type"] == "value_error":
        return str(fault["ctx"]["error"])
    return _FAULTS.get(fault["type"], "is not what was expected")
