"""What is written to the log: one line an event, and never what a candidate typed."""

import logging
import sys
import time
from typing import Final

from assistant.web.turns import fault

OURS: Final = ("assistant", "knowledge", "server")
"""Loggers whose words we chose ourselves."""

_TRUSTED: Final = ("uvicorn", "alembic")
"""Loggers whose words are fixed ones; their tracebacks are cut down all the same."""


class PlainLine(logging.Formatter):
    """`time level logger words`. Of others' loggers only the name and place: their words may quote a candidate's."""

    def format(self, record: logging.LogRecord) -> str:
        at = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created))
        words = record.getMessage() if _may_speak(record.name) else f"withheld {record.filename}:{record.lineno}"
        if record.exc_info and (error := record.exc_info[1]):
            words = f"{words.splitlines()[0] if words else ''} {fault(error)}"
        return f"{at}.{int(record.msecs):03d}Z {record.levelname} {record.name} {' '.join(words.split())}"


def configure_logging(level: str) -> None:
    """Everything to standard error; `level` holds for our own loggers, others speak from warnings up."""
    # The logging module would print a line that it can't format, with its arguments.
    logging.raiseExceptions = False
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(PlainLine())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    for name in OURS:
        logging.getLogger(name).setLevel(level.upper())
    logging.getLogger("uvicorn").setLevel(logging.INFO)


def _may_speak(logger: str) -> bool:
    return logger.split(".")[0] in (*OURS, *_TRUSTED)
