"""The console's two cookies: which session a browser holds, and that it is on its way to the provider and back."""

from typing import Final

from fastapi import Request
from fastapi.responses import Response

from assistant.secretariat.sessions import ATTEMPT_LASTS
from assistant.web.console.frame import COOKIE, ROOT, go

_ATTEMPT: Final = "secretariat_sign_in"


def signed_in(request: Request, session: str, back: str) -> Response:
    """On to a page, with the session that it needs."""
    response = go(back)
    _set(response, request, COOKIE, session)
    response.delete_cookie(_ATTEMPT, path=ROOT)
    return response


def signed_out() -> Response:
    response = go(f"{ROOT}/sign-in", done="signed_out")
    response.delete_cookie(COOKIE, path=ROOT)
    return response


def remember_attempt(response: Response, request: Request, secret: str) -> None:
    _set(response, request, _ATTEMPT, secret, max_age=int(ATTEMPT_LASTS.total_seconds()))


def attempt_of(request: Request) -> str:
    return request.cookies.get(_ATTEMPT, "")


def _set(response: Response, request: Request, name: str, value: str, *, max_age: int | None = None) -> None:
    # Lax, not Strict: the way back from the provider begins on another site.
    secure = request.url.scheme == "https"
    response.set_cookie(name, value, max_age=max_age, path=ROOT, httponly=True, samesite="lax", secure=secure)
