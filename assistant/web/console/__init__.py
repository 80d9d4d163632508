"""The secretariat's console: its parts put together. Each part is made by a function, and stands in the navigation in
this order."""

from collections.abc import Callable
from typing import Final

from fastapi import APIRouter

from assistant.web.console.audit_pages import audit_part
from assistant.web.console.frame import Console, Part
from assistant.web.console.people_pages import people_part
from assistant.web.console.settings_pages import settings_part
from assistant.web.console.sign_in import sign_in_part

PARTS: Final[tuple[Callable[[Console], Part], ...]] = (
    settings_part,
    people_part,
    audit_part,
    sign_in_part,
)


def console_routes(console: Console) -> APIRouter:
    """Every route of the console. Its parts are made here, once."""
    router = APIRouter(include_in_schema=False)
    for make in PARTS:
        router.include_router(console.add(make(console)))
    return router
