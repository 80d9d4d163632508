"""What is written to the log: one line an event, and never what a candidate typed."""

import json
import logging
import sys
import threading
import time
from typing import Any, Final

from assistant.tracing import trace_id
from assistant.web.request_id import request_id
from assistant.web.turns import fault

OURS: Final = ("assistant", "knowledge", "server")
"""Loggers whose words we chose ourselves."""

_TRUSTED: Final = ("uvicorn", "alembic")
"""Loggers whose words are fixed ones; their tracebacks are cut down all the same."""

_log = logging.getLogger("assistant")


class PlainLine(logging.Formatter):
    """`time level logger words request=id`."""

    def format(self, record: logging.LogRecord) -> str:
        of_request = f" request={request}" if (request := request_id.get()) else ""
        return f"{_at(record)} {record.levelname} {record.name} {_words(record)}{of_request}"


class JsonLine(logging.Formatter):
    """The same as an object, with what else the event says of itself: the `fields` of its record."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "at": _at(record),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": _words(record),
        }
        around = {"request": request_id.get(), "trace": trace_id()}
        line |= {name: value for name, value in around.items() if value}
        return json.dumps(line | (getattr(record, "fields", {}) if _may_speak(record.name) else {}))


def configure_logging(level: str, form: str = "plain") -> None:
    """Everything to standard error; `level` holds for our own loggers, others speak from warnings up."""
    # The logging module would print a line that it can't format, with its arguments.
    logging.raiseExceptions = False
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLine() if form == "json" else PlainLine())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    for name in OURS:
        logging.getLogger(name).setLevel(level.upper())
    logging.getLogger("uvicorn").setLevel(logging.INFO)
    # These three print past the log, with the words that an error or a warning holds.
    logging.captureWarnings(True)
    threading.excepthook = _on_lost_thread
    sys.unraisablehook = _on_unraisable


def _words(record: logging.LogRecord) -> str:
    """Of others' loggers only the place: their words may quote a candidate's."""
    words = record.getMessage() if _may_speak(record.name) else f"withheld {record.filename}:{record.lineno}"
    if record.exc_info and (error := record.exc_info[1]):
        words = f"{words.splitlines()[0] if words else ''} {fault(error)}"
    return " ".join(words.split())


def _at(record: logging.LogRecord) -> str:
    at = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created))
    return f"{at}.{int(record.msecs):03d}Z"


def _may_speak(logger: str) -> bool:
    return logger.split(".")[0] in (*OURS, *_TRUSTED)


def _on_lost_thread(lost: threading.ExceptHookArgs) -> None:
    _log.error("a thread ended: %s", fault(lost.exc_value) if lost.exc_value else lost.exc_type.__name__)


def _on_unraisable(lost: Any) -> None:
    _log.error("an error was lost: %s", fault(lost.exc_value) if lost.exc_value else lost.exc_type.__name__)
