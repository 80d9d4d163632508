"""The app: its routes put together, what happens around each request, and its start and end."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Final

from fastapi import FastAPI
from fastapi.responses import Response
from fastapi.telemetry import TelemetryConfig

from assistant.database import RecordsError
from assistant.domain import Question
from assistant.secretariat.retention import AGAIN, EVERY
from assistant.web.about import about_routes
from assistant.web.ask import ask_routes
from assistant.web.assets import asset_routes
from assistant.web.caps import BodyCap
from assistant.web.console import console_routes
from assistant.web.console.frame import ROOT, Console
from assistant.web.console.uploads import upload_room
from assistant.web.contract import publish
from assistant.web.conversation_pages import conversation_routes
from assistant.web.edge import Origins, RequestLog, SafeHeaders
from assistant.web.embed import allowed_origins, embed_routes
from assistant.web.errors import Problem, answer_problems
from assistant.web.feedback_pages import feedback_routes
from assistant.web.layout import Pages
from assistant.web.limits import Limits
from assistant.web.metrics import Metrics
from assistant.web.notice_pages import notice_routes
from assistant.web.openai_api import openai_routes
from assistant.web.pack_pages import pack_routes
from assistant.web.pages import page_routes
from assistant.web.service import Service
from assistant.web.traced import TracedRequests
from assistant.web.turns import Turns
from assistant.web.watch import Watch

PATIENCE: Final = 3.0
"""Seconds that questions under way are given at the end, when their connections are gone."""

_TELEMETRY: Final[TelemetryConfig] = {
    "tracing": False,
    "metrics": False,
    "logs": False,
    "operation_spans": False,
    "auto_configure": False,
}
"""Off: it would put what candidates typed into spans and logs."""

_log = logging.getLogger("assistant.web")


def create_app(service: Service) -> FastAPI:
    """The whole web service. It closes what `service` holds when it ends."""
    metrics = Metrics()
    watch = Watch(service, metrics)
    turns = Turns(service, metrics)
    limits = Limits(service.shares, service.settings.ask_limit)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        works = (_warm(service), _keep_to_retention(service), watch.follow())
        background = [asyncio.create_task(work) for work in works]
        yield
        for task in background:
            task.cancel()
        await asyncio.wait(background)
        await turns.close(within=PATIENCE)
        await service.shares.close()
        await asyncio.to_thread(service.records.close)
        await asyncio.to_thread(service.close)

    app = FastAPI(
        title="Recruitment pack assistant",
        lifespan=lifespan,
        # The pages for trying out an API load scripts from elsewhere; the contract itself is public.
        docs_url=None,
        redoc_url=None,
        telemetry=_TELEMETRY,
    )
    # Not `include_router`, which makes each route a second time, while the first request waits.
    for router in (
        ask_routes(service, turns, limits),
        openai_routes(service, turns, limits),
        about_routes(service, metrics, watch),
    ):
        app.router.routes.extend(router.routes)
    _add_pages(app, service, turns, limits)
    answer_problems(app)
    publish(app)
    app.add_middleware(BodyCap, max_body=service.settings.max_body, room=upload_room(service))
    app.add_middleware(Origins, allowed=lambda: allowed_origins(service))
    app.add_middleware(SafeHeaders)
    app.add_middleware(RequestLog, metrics=metrics)
    app.add_middleware(TracedRequests)
    return app


def _add_pages(app: FastAPI, service: Service, turns: Turns, limits: Limits) -> None:
    pages = Pages(service)
    console = Console(service)

    def problem_page(problem: Problem, path: str) -> Response:
        return console.problem(problem) if path.startswith(ROOT) else pages.problem(problem)

    app.state.problem_page = problem_page
    for router in (
        *console_routes(console),
        asset_routes(),
        page_routes(pages, turns, limits),
        feedback_routes(pages, limits),
        conversation_routes(pages, limits),
        notice_routes(pages),
        pack_routes(pages),
        embed_routes(pages),
    ):
        app.router.routes.extend(router.routes)


async def _warm(service: Service) -> None:
    """What the guard loads when it is first asked, nobody has to wait for."""
    await asyncio.to_thread(service.screen, Question("Hello"))


async def _keep_to_retention(service: Service) -> None:
    """Erase what was kept long enough, at the start and every hour. Of several processes one does it."""
    retention = service.secretariat.retention
    while True:
        pause = EVERY
        try:
            gone = await retention.run_if_due(service.settings, at=datetime.now(UTC))
            if gone is not None:
                _log.info("retention: %s questions erased", gone)
        except RecordsError as error:
            _log.error("retention: not all was erased, it is tried again in a minute: %s", error)
            pause = AGAIN
        await asyncio.sleep(pause.total_seconds())
