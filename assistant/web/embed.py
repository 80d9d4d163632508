"""The assistant on other sites' pages: its script, the words and facts that it draws itself from, and a page to frame.

Whose pages may do so is said by the campaign (`[site] allowed_origins`) and held by `edge.Origins`.
"""

import gzip
from functools import lru_cache
from typing import Final

from fastapi import APIRouter, Request
from fastapi.responses import Response
from pydantic import BaseModel

from assistant.domain import Rule
from assistant.web.assets import script_bytes
from assistant.web.edge import policy
from assistant.web.layout import Pages
from assistant.web.schemas import ContactBody, LinkBody
from assistant.web.service import NotReady, Service
from assistant.web.words import element_words

SCRIPT_SECONDS: Final = 300
"""How long a browser keeps /embed.js: the address stays while the bytes change, so not for long."""


class WidgetBody(BaseModel):
    """What the element draws itself from where no page of ours has given it that."""

    words: dict[str, str]
    name: str
    body: str
    page: str
    contact: ContactBody
    starters: list[str]
    worried: list[LinkBody]


def allowed_origins(service: Service) -> tuple[str, ...]:
    """The sites that may show the assistant; none while there is no pack."""
    try:
        return service.pack().campaign.site.allowed_origins
    except NotReady:
        return ()


def embed_routes(pages: Pages) -> APIRouter:
    router = APIRouter(include_in_schema=False)
    service = pages.service

    @router.get("/embed.js")
    async def script(request: Request) -> Response:
        return _script(compressed="gzip" in request.headers.get("accept-encoding", ""))

    @router.get("/api/widget")
    async def widget() -> WidgetBody:
        campaign = service.pack().campaign
        return WidgetBody(
            words=element_words(campaign, pages.language),
            name=campaign.name,
            body=campaign.body,
            page=campaign.page,
            contact=ContactBody.model_validate(campaign.contact, from_attributes=True),
            starters=list(campaign.starters),
            worried=[LinkBody(label=link.label, url=link.url) for link in service.links(Rule.CHILD_AT_RISK)],
        )

    @router.get("/embed")
    async def framed() -> Response:
        """The page to ask on, for a frame: nothing around it, and no conversation, for in there no cookie is kept."""
        headers = {"content-security-policy": policy(framed_by=allowed_origins(service))}
        return pages.show("embed.html", turns=(), conversation="", problem="", typed="", deleted=False, headers=headers)

    return router


def _script(*, compressed: bool) -> Response:
    headers = {
        "cache-control": f"public, max-age={SCRIPT_SECONDS}",
        "vary": "accept-encoding",
        "access-control-allow-origin": "*",
        "cross-origin-resource-policy": "cross-origin",
    }
    if compressed:
        headers["content-encoding"] = "gzip"
    return Response(_compressed() if compressed else script_bytes(), media_type="text/javascript", headers=headers)


@lru_cache(maxsize=1)
def _compressed() -> bytes:
    return gzip.compress(script_bytes(), mtime=0)
