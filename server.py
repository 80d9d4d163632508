"""Run the web service: python server.py [--host HOST] [--port PORT] [--workers N]"""

import argparse
import os
import signal
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from assistant.settings import Settings, SettingsError, load_settings

if TYPE_CHECKING:
    from fastapi import FastAPI

GRACE: Final = 5
"""Seconds that open connections are given at the end; questions under way get as long again."""


def main(arguments: Sequence[str] | None = None) -> int:
    """0 after an orderly end, 1 when the service can't be started, 2 for wrong usage or settings."""
    given = _options(arguments)
    try:
        settings = load_settings(host=given.host, port=given.port, workers=given.workers)
    except SettingsError as error:
        print(f"Nothing was started.\n{error}", file=sys.stderr)
        return 2
    # The server hands the signal that ended it on to whoever had it before: an orderly end is no failure.
    for asked_to_end in (signal.SIGTERM, signal.SIGINT):
        signal.signal(asked_to_end, lambda *_: sys.exit(0))
    if settings.workers == 1:
        return _serve_here(settings)
    return _serve_together(settings)


def make_app() -> "FastAPI":
    """The app of one worker, from the environment."""
    return _app(load_settings())


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="server.py", description="Answer candidates' questions over HTTP.")
    parser.add_argument("--host", help="the address to listen on (default: HOST, or 127.0.0.1)")
    parser.add_argument("--port", help="the port to listen on (default: PORT, or 8000)")
    parser.add_argument("--workers", help="how many processes answer (default: WORKERS, or 1)")
    return parser.parse_args(arguments)


def _app(settings: Settings) -> "FastAPI":
    from assistant.web.app import create_app
    from assistant.web.logs import configure_logging
    from assistant.wiring import build_service

    configure_logging(settings.log_level)
    return create_app(build_service(settings))


def _serve_here(settings: Settings) -> int:
    import uvicorn

    from assistant.wiring import WiringError

    try:
        app = _app(settings)
    except WiringError as error:
        print(f"Nothing was started.\n{error}", file=sys.stderr)
        return 1
    server = uvicorn.Server(
        uvicorn.Config(
            app,
            host=settings.host,
            port=settings.port,
            log_config=None,
            access_log=False,
            server_header=False,
            ws="none",
            timeout_graceful_shutdown=GRACE,
        )
    )
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

    from assistant.web.logs import configure_logging
    from assistant.wiring import WiringError, build_service

    configure_logging(settings.log_level)
    # Workers end by a signal and leave their locks to a tracker, which clears them away and would complain.
    os.environ["PYTHONWARNINGS"] = "ignore::UserWarning:multiprocessing.resource_tracker"
    try:
        # Once here, so that what can't work is said once, and the tables are made before workers start.
        service = build_service(settings)
    except WiringError as error:
        print(f"Nothing was started.\n{error}", file=sys.stderr)
        return 1
    service.records.close()
    service.close()
    with tempfile.TemporaryDirectory(prefix="assistant-metrics-") as folder:
        os.environ["PROMETHEUS_MULTIPROC_DIR"] = folder
        uvicorn.run(
            "server:make_app",
            factory=True,
            app_dir=str(Path(__file__).parent),
            host=settings.host,
            port=settings.port,
            workers=settings.workers,
            log_config=None,
            access_log=False,
            server_header=False,
            ws="none",
            timeout_graceful_shutdown=GRACE,
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
