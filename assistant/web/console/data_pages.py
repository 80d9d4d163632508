"""Data protection: how long words are kept, what is held of one conversation, and its erasure."""

import json
from datetime import UTC, datetime
from typing import Annotated, Any, Final

from fastapi import APIRouter, Form, Request
from fastapi.responses import Response

from assistant.secretariat.erasure import Held, Why
from assistant.secretariat.roles import Role
from assistant.secretariat.subject_export import as_text
from assistant.web.console.frame import ROOT, AdministratorSeat, Console, Entry, Part, go
from assistant.web.errors import Problem

_PLACE: Final = f"{ROOT}/data"
_REASONS: Final = (Why.REQUEST, Why.PERSONAL_DATA, Why.TEST)


def data_part(console: Console) -> Part:
    router = console.router()
    _add_rule(router, console)
    _add_conversation(router, console)
    _add_erasure(router, console)
    return Part(router, (Entry("data", _PLACE, Role.ADMINISTRATOR),))


def _add_rule(router: APIRouter, console: Console) -> None:
    retention, settings = console.secretariat.retention, console.service.settings

    @router.get("/data")
    async def data(request: Request, seat: AdministratorSeat) -> Response:
        return await _show(console, request, seat)

    @router.post("/data/retention")
    async def set_days(request: Request, seat: AdministratorSeat, days: Annotated[str, Form()] = "") -> Response:
        typed = days.strip()
        if not (typed.isascii() and typed.isdecimal() and int(typed) <= settings.retention_after_closing_days):
            return await _show(console, request, seat, wrong="days", status=422)
        await retention.set_after_closing(int(typed), by=seat.id, at=datetime.now(UTC))
        return go(_PLACE, done="kept_for")


def _add_conversation(router: APIRouter, console: Console) -> None:
    """Who knows a conversation's own reference holds it, so it is posted, and no address shows it; an answer's may."""
    exports, erasure = console.secretariat.subject_exports, console.secretariat.erasure

    @router.post("/data/conversation")
    async def find(request: Request, seat: AdministratorSeat, reference: Annotated[str, Form()] = "") -> Response:
        held = await erasure.held(reference)
        if held is None:
            return await _show(console, request, seat, wrong="reference", status=404)
        return await _conversation(console, request, seat, held)

    @router.get("/data/answers/{turn}")
    async def of_answer(request: Request, seat: AdministratorSeat, turn: str) -> Response:
        return await _conversation(console, request, seat, await _held(console, turn))

    @router.post("/data/conversation/export.{form}")
    async def export(seat: AdministratorSeat, form: str, reference: Annotated[str, Form()] = "") -> Response:
        if form not in ("json", "txt"):
            raise Problem(404, console.said["data"]["unknown"])
        held = await _held(console, reference)
        told = await exports.export(held.conversation, by=seat.id, at=datetime.now(UTC))
        if told is None:
            raise Problem(404, console.said["data"]["unknown"])
        text = as_text(told) if form == "txt" else json.dumps(told, ensure_ascii=False, indent=2)
        kind = "text/plain; charset=utf-8" if form == "txt" else "application/json"
        headers = {"Content-Disposition": f'attachment; filename="conversation-{held.conversation}.{form}"'}
        return Response(text, media_type=kind, headers=headers)


def _add_erasure(router: APIRouter, console: Console) -> None:
    erasure = console.secretariat.erasure

    @router.post("/data/conversation/erase")
    async def erase(
        request: Request,
        seat: AdministratorSeat,
        reference: Annotated[str, Form()] = "",
        why: Annotated[str, Form()] = "",
    ) -> Response:
        held = await _held(console, reference)
        if why not in _REASONS:
            return await _conversation(console, request, seat, held, wrong=True, status=422)
        await erasure.erase(held.conversation, why=Why(why), by=seat.id, at=datetime.now(UTC))
        return go(_PLACE, done="erased" if await erasure.is_swept() else "not_swept")


async def _held(console: Console, reference: str) -> Held:
    held = await console.secretariat.erasure.held(reference)
    if held is None:
        raise Problem(404, console.said["data"]["unknown"])
    return held


async def _show(
    console: Console, request: Request, seat: AdministratorSeat, *, wrong: str = "", status: int = 200
) -> Response:
    retention, settings = console.secretariat.retention, console.service.settings
    return await console.page(
        "console/data.html",
        seat,
        request,
        status=status,
        rule=await retention.rule(settings),
        ran_at=await retention.ran_at(),
        most=settings.retention_after_closing_days,
        wrong=wrong,
    )


async def _conversation(
    console: Console, request: Request, seat: AdministratorSeat, held: Held, *, wrong: bool = False, status: int = 200
) -> Response:
    values: dict[str, Any] = {"held": held, "reasons": _REASONS, "wrong": wrong}
    return await console.page("console/data_conversation.html", seat, request, status=status, **values)
