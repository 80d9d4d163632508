"""The one cookie: which conversation a browser holds. It is set after the first question and goes with the browser."""

from typing import Final

from fastapi import Request
from fastapi.responses import Response

_NAME: Final = "conversation"


def conversation_of(request: Request) -> str:
    """The conversation that this browser says it holds, known or not; empty for none."""
    return request.cookies.get(_NAME, "")


def remember(response: Response, request: Request, conversation: str) -> None:
    response.set_cookie(
        _NAME, conversation, path="/", httponly=True, samesite="lax", secure=request.url.scheme == "https"
    )


def forget(response: Response) -> None:
    response.delete_cookie(_NAME, path="/", httponly=True, samesite="lax")
