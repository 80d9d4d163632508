"""The one cookie: which conversation a browser holds. It is set after the first question and goes with the browser."""

from typing import Final

from fastapi import Request
from fastapi.responses import Response
from starlette.requests import HTTPConnection

_NAME: Final = "conversation"


def is_secure(connection: HTTPConnection) -> bool:
    return connection.url.scheme == "https"


def name_over(connection: HTTPConnection, name: str) -> str:
    """As browsers hold it: over https under a prefix that they take from this very host alone, and send to no other."""
    return f"__Host-{name}" if is_secure(connection) else name


def conversation_of(request: Request) -> str:
    """The conversation that this browser says it holds, known or not; empty for none."""
    return request.cookies.get(name_over(request, _NAME), "")


def remember(response: Response, request: Request, conversation: str) -> None:
    name, secure = name_over(request, _NAME), is_secure(request)
    response.set_cookie(name, conversation, path="/", httponly=True, samesite="lax", secure=secure)


def forget(response: Response, request: Request) -> None:
    name, secure = name_over(request, _NAME), is_secure(request)
    response.delete_cookie(name, path="/", httponly=True, samesite="lax", secure=secure)
