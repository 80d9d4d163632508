"""The secretariat's console: its parts put together. Each part is made by a function, and stands in the navigation in
this order."""

from collections.abc import Callable
from typing import Final

from fastapi import APIRouter

from assistant.web.console.answer_pages import answer_part
from assistant.web.console.approved_pages import approved_part
from assistant.web.console.audit_pages import audit_part
from assistant.web.console.case_pages import case_part
from assistant.web.console.data_pages import data_part
from assistant.web.console.frame import Console, Part
from assistant.web.console.gap_pages import gap_part
from assistant.web.console.overview_pages import overview_part
from assistant.web.console.pack_pages import pack_part
from assistant.web.console.people_pages import people_part
from assistant.web.console.queue_pages import queue_part
from assistant.web.console.settings_pages import settings_part
from assistant.web.console.sign_in import sign_in_part

PARTS: Final[tuple[Callable[[Console], Part], ...]] = (
    overview_part,
    queue_part,
    answer_part,
    case_part,
    gap_part,
    pack_part,
    approved_part,
    settings_part,
    data_part,
    people_part,
    audit_part,
    sign_in_part,
)


def console_routes(console: Console) -> list[APIRouter]:
    """Every route of the console. Its parts are made here, once."""
    return [console.add(make(console)) for make in PARTS]
