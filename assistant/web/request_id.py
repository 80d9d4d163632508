"""The id by which the lines that a request left in the log, and its response, know each other."""

import re
import secrets
from contextvars import ContextVar
from typing import Final

from starlette.datastructures import Headers

HEADER: Final = "x-request-id"

request_id: Final[ContextVar[str]] = ContextVar("request_id", default="")
"""Of the request that is being answered here; empty outside of one."""

_OURS: Final = re.compile("[0-9a-f]{32}")


def given_or_new(headers: Headers) -> str:
    """The id that the proxy gave, when it has the form of nginx's: anything else might be somebody's words."""
    given = headers.get(HEADER, "")
    return given if _OURS.fullmatch(given) else secrets.token_hex(16)
