"""The switches: all answers on or off, or the language model alone, each change with its reason."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import Form, Request
from fastapi.responses import Response

from assistant.secretariat.switches import Switch
from assistant.text import clean
from assistant.web.console.frame import ROOT, ApproverSeat, Console, Entry, Part, ReaderSeat, go

_PLACE = f"{ROOT}/settings"
_MAX_REASON = 500


def settings_part(console: Console) -> Part:
    router = console.router()
    switches = console.secretariat.switches

    async def show(request: Request, seat: ReaderSeat, *, wrong: str = "", status: int = 200) -> Response:
        positions = await switches.positions()
        model = console.service.settings.uses_model
        return await console.page(
            "console/settings.html", seat, request, status=status, positions=positions, uses_model=model, wrong=wrong
        )

    @router.get("/settings")
    async def settings(request: Request, seat: ReaderSeat) -> Response:
        return await show(request, seat)

    @router.post("/settings/{switch}")
    async def turn(
        request: Request,
        seat: ApproverSeat,
        switch: Switch,
        to: Annotated[str, Form()] = "",
        reason: Annotated[str, Form()] = "",
    ) -> Response:
        why = clean(reason)[:_MAX_REASON]
        if not why or to not in ("on", "off"):
            return await show(request, seat, wrong=switch, status=422)
        await switches.set(switch, off=to == "off", reason=why, by=seat.id, at=datetime.now(UTC))
        return go(_PLACE, done=f"turned_{to}")

    return Part(router, (Entry("settings", _PLACE),))
