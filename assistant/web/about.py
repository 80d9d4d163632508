"""What is being served and how it fares: the pack, a look into the search, health, readiness, metrics."""

import asyncio
import secrets
from typing import Annotated, Literal

from fastapi import APIRouter, Header, Query
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel

from assistant.domain import MAX_QUESTION
from assistant.text import clean
from assistant.web.contract import problems
from assistant.web.errors import PROBLEM, Problem
from assistant.web.metrics import CONTENT_TYPE, Metrics
from assistant.web.schemas import CampaignBody, ContactBody, DocumentBody, FoundBody, PackBody, found_body
from assistant.web.service import NotReady, PackVersion, Service
from assistant.web.turns import passage_url
from assistant.web.watch import Watch


class ReadyBody(BaseModel):
    """What of the service is well, by the name of what was looked at: "ok", or what is not."""

    status: Literal["ok", "degraded"]
    checks: dict[str, str]


def about_routes(service: Service, metrics: Metrics, watch: Watch) -> APIRouter:
    router = APIRouter()

    @router.get("/api/pack", tags=["pack"], responses=problems(503))
    async def pack() -> PackBody:
        """The campaign, its documents, and the version being served."""
        return _pack_body(service.pack())

    @router.get("/api/search", include_in_schema=False)
    async def search(
        q: Annotated[str, Query(max_length=2 * MAX_QUESTION)],
        authorization: Annotated[str, Header()] = "",
    ) -> list[FoundBody]:
        _let_in(service, authorization)
        pack = service.pack()
        found = await asyncio.to_thread(service.search, clean(q))
        url = passage_url(pack.campaign.id, pack.pack_version)
        return [found_body(evidence, url) for evidence in found]

    @router.get("/healthz", tags=["health"])
    async def healthz() -> dict[str, str]:
        """The process is up."""
        return {"status": "ok"}

    @router.get("/readyz", tags=["health"], response_model=ReadyBody, responses=problems(503))
    async def readyz() -> Response:
        """Whether questions can be answered: `checks` says what is not well; 503 when no answer can be given."""
        findings = await watch.look()
        checks = {name: "ok" if finding.well else str(finding) for name, finding in findings.items()}
        amiss = {name: said for name, said in checks.items() if said != "ok"}
        if any(finding.stops for finding in findings.values()):
            problem = Problem(503, "; ".join(f"{name}: {said}" for name, said in amiss.items()))
            return JSONResponse(problem.document() | {"checks": checks}, 503, media_type=PROBLEM)
        return JSONResponse({"status": "degraded" if amiss else "ok", "checks": checks})

    @router.get("/metrics", include_in_schema=False)
    async def metrics_page() -> Response:
        try:
            pack = service.pack()
            versions = {"index": pack.version, "pack": pack.pack_version}
        except NotReady:
            versions = {"index": "", "pack": ""}
        await watch.look()
        page = await asyncio.to_thread(metrics.page, **versions, queues=await watch.queues())
        return Response(page, media_type=CONTENT_TYPE)

    return router


def _let_in(service: Service, authorization: str) -> None:
    """Only the secretariat; nobody, while no token is set."""
    token = service.settings.secretariat_token
    scheme, _, shown = authorization.partition(" ")
    known = token is not None and secrets.compare_digest(shown.encode(), token.get_secret_value().encode())
    if scheme.lower() != "bearer" or not known:
        raise Problem(403, "This is for the secretariat: send its token as Authorization: Bearer.")


def _pack_body(pack: PackVersion) -> PackBody:
    campaign = pack.campaign
    return PackBody(
        campaign=CampaignBody(
            id=campaign.id,
            name=campaign.name,
            body=campaign.body,
            page=campaign.page,
            contact=ContactBody.model_validate(campaign.contact, from_attributes=True),
            starters=list(campaign.starters),
            opens=campaign.opens.isoformat() if campaign.opens else None,
            closes=campaign.closes.isoformat() if campaign.closes else None,
        ),
        version=pack.pack_version,
        index=pack.version,
        url=f"/pack/{campaign.id}/{pack.pack_version}",
        documents=[
            DocumentBody(
                id=document.id,
                title=document.title,
                file=document.file,
                dated=document.dated.isoformat() if document.dated else None,
                amends=document.amends,
            )
            for document in pack.documents
        ],
        passages=len(pack.passages),
    )
