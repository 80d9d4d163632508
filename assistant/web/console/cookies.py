"""The console's two cookies: which session a browser holds, and that it is on its way to the provider and back."""

from typing import Final

from fastapi import Request
from fastapi.responses import Response

from assistant.secretariat.sessions import ATTEMPT_LASTS
from assistant.web.console.frame import COOKIE, ROOT, go
from assistant.web.cookies import is_secure, name_over

_ATTEMPT: Final = "secretariat_sign_in"


def signed_in(request: Request, session: str, back: str) -> Response:
    """On to a page, with the session that it needs."""
    response = go(back)
    _set(response, request, COOKIE, session)
    _forget(response, request, _ATTEMPT)
    return response


def signed_out(request: Request) -> Response:
    response = go(f"{ROOT}/sign-in", done="signed_out")
    _forget(response, request, COOKIE)
    return response


def remember_attempt(response: Response, request: Request, secret: str) -> None:
    _set(response, request, _ATTEMPT, secret, max_age=int(ATTEMPT_LASTS.total_seconds()))


def attempt_of(request: Request) -> str:
    return request.cookies.get(name_over(request, _ATTEMPT), "")


def _set(response: Response, request: Request, name: str, value: str, *, max_age: int | None = None) -> None:
    response.set_cookie(
        name_over(request, name),
        value,
        max_age=max_age,
        path=_path(request),
        httponly=True,
        # Not strict: the way back from the provider begins on another site.
        samesite="lax",
        secure=is_secure(request),
    )


def _forget(response: Response, request: Request, name: str) -> None:
    # With all it was set with, or browsers keep it.
    _set(response, request, name, "", max_age=0)


def _path(request: Request) -> str:
    """Browsers take the prefix for the whole site only."""
    return "/" if is_secure(request) else ROOT
