"""The app: its routes put together, what happens around each request, and its start and end."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from typing import Final

from fastapi import FastAPI
from starlette.staticfiles import StaticFiles

from assistant.database import RecordsError
from assistant.web.about import about_routes
from assistant.web.ask import ask_routes
from assistant.web.edge import RequestLog, SafeHeaders
from assistant.web.errors import answer_problems
from assistant.web.limits import AskLimits, BodyCap
from assistant.web.metrics import Metrics
from assistant.web.openai_api import openai_routes
from assistant.web.pages import page_routes
from assistant.web.rendering import HERE
from assistant.web.service import Service
from assistant.web.turns import Turns

PATIENCE: Final = 5.0
"""Seconds that questions under way are given at the end."""

_DAY: Final = 86_400

_log = logging.getLogger("assistant.web")


def create_app(service: Service) -> FastAPI:
    """The whole web service. It closes what `service` holds when it ends."""
    metrics = Metrics()
    turns = Turns(service, metrics)
    limits = AskLimits(service.settings.ask_limit, clock=time.monotonic)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        tidying = asyncio.create_task(_tidy_daily(service))
        yield
        tidying.cancel()
        with suppress(asyncio.CancelledError):
            await tidying
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
    app.include_router(page_routes(service, turns, limits))
    app.mount("/static", StaticFiles(directory=HERE / "static"))
    answer_problems(app)
    app.add_middleware(BodyCap, max_body=service.settings.max_body)
    app.add_middleware(SafeHeaders)
    app.add_middleware(RequestLog)
    return app


async def _tidy_daily(service: Service) -> None:
    """Erase what was kept long enough, at the start and every day."""
    while True:
        before = datetime.now(UTC) - timedelta(days=service.settings.retention_days)
        try:
            gone = await service.records.purge(before=before)
            _log.info("retention: %s turns erased", gone)
        except RecordsError as error:
            _log.error("retention: nothing erased: %s", error)
        await asyncio.sleep(_DAY)
