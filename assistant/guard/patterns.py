"""Tables of patterns: what a rule recognises, and what it must not be taken for."""

import re
from dataclasses import dataclass
from functools import cache

from assistant.guard.cues import compiled, read


@dataclass(frozen=True, slots=True)
class Row:
    """Fits a text when `says` is found and `unless` is not."""

    says: re.Pattern[str]
    unless: re.Pattern[str] | None

    def fits(self, text: str) -> bool:
        return bool(self.says.search(text)) and not (self.unless and self.unless.search(text))


@cache
def rows(rule: str) -> tuple[Row, ...]:
    """The rows of a rule in patterns.toml."""
    table = read("patterns")[rule]
    parts = table.get("parts", {})
    return tuple(
        Row(compiled(row["says"], parts), compiled(row["unless"], parts) if "unless" in row else None)
        for row in table["rows"]
    )
