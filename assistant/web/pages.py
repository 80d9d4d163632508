"""The pages: ask a question, read the answer with its sources, read the pack. They work without JavaScript."""

import asyncio
from collections import OrderedDict
from typing import Annotated, Any, Final

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from assistant.domain import MAX_QUESTION, Rule
from assistant.text import clean
from assistant.web.ask import caller
from assistant.web.errors import Problem
from assistant.web.limits import AskLimits
from assistant.web.pack_page import shown
from assistant.web.rendering import WORDS, render
from assistant.web.service import PackVersion, Service
from assistant.web.turns import UNKEPT, Turns

_PACKS_KEPT: Final = 4


def page_routes(service: Service, turns: Turns, limits: AskLimits) -> APIRouter:
    router = APIRouter(include_in_schema=False)
    packs: OrderedDict[str, str] = OrderedDict()

    @router.get("/")
    async def start() -> Response:
        return _ask_page(service)

    @router.post("/")
    async def ask(
        request: Request, question: Annotated[str, Form()] = "", conversation: Annotated[str, Form()] = ""
    ) -> Response:
        typed = clean(question)
        known = conversation or None
        if fault := _fault(typed):
            return _ask_page(service, problem=fault, typed=question, conversation=conversation, status=422)
        try:
            limits.check(caller(request), known)
            earlier = await turns.history(conversation) if known else ()
            reply = await turns.ask(typed, conversation=known, history=earlier)
            answer = await reply.whole()
        except Problem as problem:
            return _ask_page(
                service,
                problem=problem.detail,
                typed=question,
                conversation=conversation,
                status=problem.status,
                headers=problem.headers,
            )
        private = answer.rule in UNKEPT
        return _ask_page(
            service,
            answer=answer,
            asked="" if private else typed,
            # Whoever typed too much gets it back, to take out what should not be sent.
            typed=question if answer.rule is Rule.PERSONAL_DATA else "",
            conversation=answer.conversation,
            earlier=earlier,
        )

    @router.get("/pack")
    async def pack_now() -> Response:
        return RedirectResponse(_pack_url(service.pack()), 302)

    @router.get("/pack/{campaign}/{version}")
    async def pack(campaign: str, version: str) -> Response:
        now = service.pack()
        if campaign != now.campaign.id:
            raise Problem(404, "There is no such pack here.")
        notice = None
        wanted: PackVersion | None = now
        if version not in (now.pack_version, now.version):
            wanted = await asyncio.to_thread(service.older, version)
            words = WORDS["pack"]
            notice = {
                "title": words["old_title"] if wanted else words["gone_title"],
                "words": words["old"] if wanted else words["gone"],
                "link": _pack_url(now) if wanted else "",
            }
        page = await asyncio.to_thread(_pack_page, packs, wanted or now, notice)
        return HTMLResponse(page)

    return router


def _fault(typed: str) -> str:
    """What is wrong with a question before anything is done with it; empty when it may be asked."""
    words = WORDS["problem"]
    if not typed:
        return str(words["empty"])
    if len(typed) > MAX_QUESTION:
        return str(words["too_long"]).format(count=len(typed))
    return ""


def _pack_url(pack: PackVersion) -> str:
    return f"/pack/{pack.campaign.id}/{pack.pack_version}"


def _ask_page(
    service: Service, *, status: int = 200, headers: dict[str, str] | None = None, **values: Any
) -> HTMLResponse:
    pack = service.pack()
    empty = {"answer": None, "asked": "", "typed": "", "problem": "", "conversation": "", "earlier": ()}
    page = render(
        "ask.html",
        **(empty | values),
        campaign=pack.campaign,
        pack_url=_pack_url(pack),
        worried=service.links(Rule.CHILD_AT_RISK),
    )
    return HTMLResponse(page, status, headers=headers)


def _pack_page(packs: OrderedDict[str, str], pack: PackVersion, notice: dict[str, str] | None) -> str:
    """A page is made once a version and kept, for the last few that were read."""
    key = f"{pack.version} {sorted((notice or {}).items())}"
    if key not in packs:
        packs[key] = render("pack.html", campaign=pack.campaign, documents=shown(pack), notice=notice)
    packs.move_to_end(key)
    while len(packs) > _PACKS_KEPT:
        packs.popitem(last=False)
    return packs[key]
