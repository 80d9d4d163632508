"""Run the web service: python server.py [--host HOST] [--port PORT] [--workers N], or --check"""

import argparse
import asyncio
import gc
import os
import signal
import stat
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from assistant.settings import MAX_HEAD, NONE, Settings, SettingsError, load_settings

if TYPE_CHECKING:
    from fastapi import FastAPI

    from assistant.secretariat.stores import Secretariat
    from assistant.web.service import Service

GRACE: Final = 4
"""Seconds that open connections are given at the end; questions under way get some more to be kept whole."""

_ANYWHERE: Final = "0.0.0.0"  # nosec B104  # noqa: S104 - known when it is set, never chosen here

_GARBAGE: Final = (700, 10, 1_000)
"""How often garbage is looked for. Among what is older than a moment a hundred times less often than Python does: there
is hardly any, and with 500 streams open one search holds up everybody for a third of a second.
"""

HEALTH_SECONDS: Final = 60
"""How long a worker may say nothing before it is ended: on a busy machine it takes a while to load."""


def main(arguments: Sequence[str] | None = None) -> int:
    """0 after an orderly end, 1 when the service can't be started, 2 for wrong usage or settings."""
    given = _options(arguments)
    try:
        settings = load_settings(host=given.host, port=given.port, workers=given.workers)
    except SettingsError as error:
        if given.check:
            print(_check_line("settings", f"{error}. Set it in the environment or in .env.", well=False))
            return 1
        print(f"Nothing was started.\n{error}", file=sys.stderr)
        return 2
    if given.check:
        return asyncio.run(_check(settings))
    if given.sign_in_link:
        return _print_link(settings)
    # The server hands the signal that ended it on to whoever had it before: an orderly end is no failure.
    for asked_to_end in (signal.SIGTERM, signal.SIGINT):
        signal.signal(asked_to_end, lambda *_: sys.exit(0))
    if settings.workers == 1:
        return _serve_here(settings)
    return _serve_together(settings)


def make_app() -> "FastAPI":
    """The app of one worker, from the environment."""
    return _app(_service(load_settings()))


def listening(settings: Settings) -> dict[str, Any]:
    """How connections are taken, whether by one process or by several."""
    return {
        "host": settings.host,
        "port": settings.port,
        # The faster parser holds a head that never ends; this one cuts it off.
        "http": "h11",
        "h11_max_incomplete_event_size": MAX_HEAD,
        "forwarded_allow_ips": settings.forwarded_allow_ips,
        "proxy_headers": settings.forwarded_allow_ips != NONE,
        "log_config": None,
        "access_log": False,
        "server_header": False,
        "ws": "none",
        "timeout_graceful_shutdown": GRACE,
    }


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="server.py", description="Answer candidates' questions over HTTP.")
    parser.add_argument("--host", help="the address to listen on (default: HOST, or 127.0.0.1)")
    parser.add_argument("--port", help="the port to listen on (default: PORT, or 8000)")
    parser.add_argument("--workers", help="how many processes answer (default: WORKERS, or 1)")
    parser.add_argument(
        "--sign-in-link",
        action="store_true",
        help="print a link that signs an administrator of the secretariat in, once, and start nothing",
    )
    parser.add_argument(
        "--check",
        action="store_true",
        help="look whether all that answers need is in order, say what is not and what to do, and start nothing",
    )
    return parser.parse_args(arguments)


async def _check(settings: Settings) -> int:
    """0 when all is well, else 1."""
    from assistant.checks.start import before_start
    from assistant.web.logs import configure_logging

    configure_logging("critical", settings.log_format)
    all_well = True
    async for name, finding in before_start(settings):
        print(_check_line(name, str(finding), well=finding.well), flush=True)
        all_well = all_well and finding.well
    return 0 if all_well else 1


def _check_line(name: str, said: str, *, well: bool) -> str:
    return f"{'ok' if well else 'FAIL':<6}{name:<12}{' '.join(said.split())}"


def _service(settings: Settings) -> "Service":
    from assistant.web.logs import configure_logging
    from assistant.wiring import build_service

    configure_logging(settings.log_level, settings.log_format)
    return build_service(settings)


def _app(service: "Service") -> "FastAPI":
    from assistant.web.app import create_app

    app = create_app(_traced(service) if service.settings.otel_exporter_otlp_endpoint else service)
    # All that is there now stays to the end. To look through it for garbage would hold up everybody for a tenth of a
    # second, again and again.
    gc.collect()
    gc.freeze()
    gc.set_threshold(*_GARBAGE)
    return app


def _traced(service: "Service") -> "Service":
    """The same service, whose answers leave traces from now on, in each worker by a connection of its own."""
    from assistant.otlp import OtlpTracer
    from assistant.tracing import TracedAssistant, use

    settings = service.settings
    tracer = OtlpTracer(settings.otel_exporter_otlp_endpoint, service=settings.otel_service_name)
    use(tracer)

    def close() -> None:
        service.close()
        tracer.close()

    return replace(service, assistant=TracedAssistant(service.assistant), close=close)


def _print_link(settings: Settings) -> int:
    """For whoever may read the database anyway: they can let themselves in."""
    from assistant.database import RecordsError, open_database
    from assistant.secretariat.stores import open_secretariat

    if settings.uses_oidc:
        print("The secretariat signs in through OIDC_ISSUER: there are no links.", file=sys.stderr)
        return 2
    try:
        database = open_database(settings.database)
        print(_link(settings, open_secretariat(database, by_links=True)))
        database.close()
    except RecordsError as error:
        print(f"No link was made.\n{error}", file=sys.stderr)
        return 1
    return 0


def _show_link(settings: Settings, secretariat: "Secretariat") -> None:
    """On the terminal, and never through the log: who reads the link may sign in by it."""
    if settings.uses_oidc:
        return
    # Lines for programs are collected, and so is a file.
    if settings.log_format == "json" or stat.S_ISREG(os.fstat(sys.stdout.fileno()).st_mode):
        print("To sign in to the console: python server.py --sign-in-link prints a link.", flush=True)
        return
    link = _link(settings, secretariat)
    print(f"\nThe secretariat's console, for one person, once, within 15 minutes:\n\n    {link}\n", flush=True)


def _link(settings: Settings, secretariat: "Secretariat") -> str:
    from assistant.web.console.sign_in import sign_in_link

    async def made() -> str:
        at = datetime.now(UTC)
        starter = await secretariat.people.starter(at=at)
        return await secretariat.sessions.link(starter.id, by=None, at=at)

    host = "127.0.0.1" if settings.host in (_ANYWHERE, "::") else settings.host
    name = f"[{host}]" if ":" in host else host
    return f"http://{name}:{settings.port}{sign_in_link(asyncio.run(made()))}"


def _serve_here(settings: Settings) -> int:
    import uvicorn

    from assistant.wiring import WiringError

    try:
        service = _service(settings)
    except WiringError as error:
        print(f"Nothing was started.\n{error}", file=sys.stderr)
        return 1
    _show_link(settings, service.secretariat)
    app = _app(service)
    server = uvicorn.Server(uvicorn.Config(app, **listening(settings)))
    try:
        server.run()
    except SystemExit as ended:
        if ended.code:
            print(f"Port {settings.port} of {settings.host} can't be used: choose another PORT.", file=sys.stderr)
        return 1 if ended.code else 0
    return 0


def _serve_together(settings: Settings) -> int:
    """Each worker makes its own of everything; what they count lies in a folder that they share."""
    import uvicorn

    from assistant.wiring import WiringError

    # Workers end by a signal and leave their locks to a tracker, which clears them away and would complain.
    os.environ["PYTHONWARNINGS"] = "ignore::UserWarning:multiprocessing.resource_tracker"
    try:
        # Once here, so that what can't work is said once, and the tables are made before workers start.
        service = _service(settings)
    except WiringError as error:
        print(f"Nothing was started.\n{error}", file=sys.stderr)
        return 1
    _show_link(settings, service.secretariat)
    service.records.close()
    asyncio.run(service.shares.close())
    service.close()
    # Each worker reads its settings anew, and limits are kept where several can find them.
    os.environ["WORKERS"] = str(settings.workers)
    with tempfile.TemporaryDirectory(prefix="assistant-metrics-") as folder:
        os.environ["PROMETHEUS_MULTIPROC_DIR"] = folder
        uvicorn.run(
            "server:make_app",
            factory=True,
            app_dir=str(Path(__file__).parent),
            workers=settings.workers,
            timeout_worker_healthcheck=HEALTH_SECONDS,
            **listening(settings),
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
