"""The app: its routes put together, what happens around each request, and its start and end."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Final

from fastapi import FastAPI
from fastapi.responses import Response

from assistant.database import RecordsError
from assistant.secretariat.retention import EVERY
from assistant.web.about import about_routes
from assistant.web.ask import ask_routes
from assistant.web.assets import asset_routes
from assistant.web.console import console_routes
from assistant.web.console.frame import ROOT, Console
from assistant.web.console.uploads import upload_room
from assistant.web.conversation_pages import conversation_routes
from assistant.web.edge import Origins, RequestLog, SafeHeaders
from assistant.web.embed import allowed_origins, embed_routes
from assistant.web.errors import Problem, answer_problems
from assistant.web.feedback_pages import feedback_routes
from assistant.web.layout import Pages
from assistant.web.limits import AskLimits, BodyCap
from assistant.web.metrics import Metrics
from assistant.web.notice_pages import notice_routes
from assistant.web.openai_api import openai_routes
from assistant.web.pack_pages import pack_routes
from assistant.web.pages import page_routes
from assistant.web.service import Service
from assistant.web.turns import Turns

PATIENCE: Final = 5.0
"""Seconds that questions under way are given at the end."""

_log = logging.getLogger("assistant.web")


def create_app(service: Service) -> FastAPI:
    """The whole web service. It closes what `service` holds when it ends."""
    metrics = Metrics()
    turns = Turns(service, metrics)
    limits = AskLimits(service.settings.ask_limit, clock=time.monotonic)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        tidying = asyncio.create_task(_keep_to_retention(service))
        yield
        tidying.cancel()
        await asyncio.wait([tidying])
        await turns.close(within=PATIENCE)
        await asyncio.to_thread(service.records.close)
        await asyncio.to_thread(service.close)

    app = FastAPI(
        title="Recruitment pack assistant",
        lifespan=lifespan,
        # The pages for trying out an API load scripts from elsewhere; the contract itself is public.
        docs_url=None,
        redoc_url=None,
        # It would put what candidates typed into spans and logs.
        telemetry={
            "tracing": False,
            "metrics": False,
            "logs": False,
            "operation_spans": False,
            "auto_configure": False,
        },
    )
    app.include_router(ask_routes(service, turns, limits))
    app.include_router(openai_routes(service, turns, limits))
    app.include_router(about_routes(service, metrics))
    _add_pages(app, service, turns, limits)
    answer_problems(app)
    app.add_middleware(BodyCap, max_body=service.settings.max_body, room=upload_room(service))
    app.add_middleware(Origins, allowed=lambda: allowed_origins(service))
    app.add_middleware(SafeHeaders)
    app.add_middleware(RequestLog)
    return app


def _add_pages(app: FastAPI, service: Service, turns: Turns, limits: AskLimits) -> None:
    pages = Pages(service)
    console = Console(service)

    def problem_page(problem: Problem, path: str) -> Response:
        return console.problem(problem) if path.startswith(ROOT) else pages.problem(problem)

    app.state.problem_page = problem_page
    app.include_router(console_routes(console))
    app.include_router(asset_routes())
    app.include_router(page_routes(pages, turns, limits))
    app.include_router(feedback_routes(pages, limits))
    app.include_router(conversation_routes(pages, limits))
    app.include_router(notice_routes(pages))
    app.include_router(pack_routes(pages))
    app.include_router(embed_routes(pages))


async def _keep_to_retention(service: Service) -> None:
    """Erase what was kept long enough, at the start and every hour. Of several processes one does it."""
    retention = service.secretariat.retention
    while True:
        try:
            gone = await retention.run_if_due(service.settings, at=datetime.now(UTC))
            if gone is not None:
                _log.info("retention: %s questions erased", gone)
        except RecordsError as error:
            _log.error("retention: not all was erased: %s", error)
        await asyncio.sleep(EVERY.total_seconds())
