"""Where the pack can be read: the version in use, and earlier ones that answers still point to."""

import asyncio
from collections import OrderedDict
from typing import Final

from fastapi import APIRouter
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from assistant.web.errors import Problem
from assistant.web.layout import Pages, pack_url
from assistant.web.pack_page import shown
from assistant.web.service import PackVersion

_PACKS_KEPT: Final = 4


def pack_routes(pages: Pages) -> APIRouter:
    router = APIRouter(include_in_schema=False)
    made = PackPages(pages)

    @router.get("/pack")
    async def pack_now() -> Response:
        return RedirectResponse(pack_url(pages.service.pack()), 302)

    @router.get("/pack/{campaign}/{version}")
    async def pack(campaign: str, version: str) -> Response:
        now = pages.service.pack()
        if campaign != now.campaign.id:
            raise Problem(404, "There is no such pack here.")
        if version in (now.pack_version, now.version):
            return HTMLResponse(await asyncio.to_thread(made.page, now))
        older = await asyncio.to_thread(pages.service.older, version)
        words = pages.words["pack"]
        notice = (words["old_title"], words["old"]) if older else (words["gone_title"], words["gone"])
        return HTMLResponse(await asyncio.to_thread(made.page, older or now, notice, pack_url(now) if older else ""))

    return router


class PackPages:
    """A page is made once a version and kept, for the last few that were read."""

    def __init__(self, pages: Pages) -> None:
        self._pages = pages
        self._kept: OrderedDict[tuple[str, tuple[str, ...], str], str] = OrderedDict()

    def page(self, pack: PackVersion, notice: tuple[str, ...] = (), link: str = "") -> str:
        key = (pack.version, notice, link)
        if key not in self._kept:
            values = {"documents": shown(pack), "notice": notice, "link": link}
            self._kept[key] = self._pages.render("pack.html", pack.campaign, **values)
        self._kept.move_to_end(key)
        while len(self._kept) > _PACKS_KEPT:
            self._kept.popitem(last=False)
        return self._kept[key]
