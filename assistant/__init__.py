"""Floor 1: a question becomes an answer with citations, or a plain "the pack does not say"."""

from datetime import date
from typing import Final

__version__ = "0.1.0"

RELEASED: Final = date(2026, 11, 23)
"""No clock that is right says an earlier day: it is moved on with the version."""
