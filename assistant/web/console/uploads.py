"""Where documents of the pack are uploaded to, and how much whoever may do so may send."""

import re
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Final

from starlette.requests import HTTPConnection
from starlette.types import Scope

from assistant.database import RecordsError
from assistant.secretariat.roles import Role
from assistant.web.console.frame import COOKIE, ROOT
from assistant.web.cookies import name_over
from assistant.web.service import Service

MOST_BYTES: Final = 20 * 1024 * 1024
"""Of all files that are sent at once."""

_PLACE: Final = re.compile(rf"{ROOT}/pack/changes/\d+/files")


def upload_room(service: Service) -> Callable[[Scope], Awaitable[int]]:
    """How much a request may bring more than others do: only one that uploads documents, of somebody signed in."""

    async def room(scope: Scope) -> int:
        if scope["method"] != "POST" or not _PLACE.fullmatch(scope["path"]):
            return 0
        connection = HTTPConnection(scope)
        token = connection.cookies.get(name_over(connection, COOKIE), "")
        try:
            seat = await service.secretariat.sessions.seat(token, at=datetime.now(UTC))
        except RecordsError:
            return 0
        return MOST_BYTES if seat and seat.may(Role.REVIEWER) else 0

    return room
