"""The passages that a new pack changes, as pages and files show them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from assistant.secretariat.pack_findings import PassageChange, word_differences

SHOWN: Final = 100
"""Passages on the page; the file has all."""


@dataclass(frozen=True, slots=True)
class ShownPassage:
    """`words` are ("same" | "gone" | "new", text); they are worked out only for what is shown."""

    change: PassageChange
    words: tuple[tuple[str, str], ...] = ()

    @property
    def place(self) -> str:
        return " › ".join((self.change.title, *self.change.heading))

    @property
    def cells(self) -> tuple[str, ...]:
        change = self.change
        return (change.kind, change.title, " > ".join(change.heading), change.before, change.after)

    def with_words(self) -> "ShownPassage":
        return ShownPassage(self.change, tuple(word_differences(self.change.before, self.change.after)))


def shown_passages(found: Mapping[str, Any]) -> list[ShownPassage]:
    kept = found.get("passages", ())
    return [ShownPassage(PassageChange(**{**one, "heading": tuple(one["heading"])})) for one in kept]
