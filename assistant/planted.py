"""Passages that give the assistant orders: which they are, and an index without them. They are never evidence."""

from collections.abc import Callable, Iterator, Sequence
from functools import cache

from assistant.guard.orders import gives_orders
from knowledge.domain import Passage
from knowledge.search import SearchableIndex, Vector


def planted(passages: Sequence[Passage]) -> tuple[Passage, ...]:
    """The passages of which a sentence gives orders, or a heading, lead-in or title that stands over them."""
    orders = cache(gives_orders)
    return tuple(passage for passage in passages if _is_planted(passage, orders))


def places_of(passages: Sequence[Passage]) -> Iterator[str]:
    """Document and heading of each, once, in plain words."""
    yield from dict.fromkeys(
        f"{passage.title} ({passage.document}), {_under(passage)}" for passage in planted(passages)
    )


class WithoutPlanted:
    """An index of which some passages can't be found. Those left stand in the same order, next to one another."""

    def __init__(self, index: SearchableIndex, left_out: Sequence[Passage]) -> None:
        out = {passage.id for passage in left_out}
        kept = [position for position, passage in enumerate(index.passages) if passage.id not in out]
        self.passages = tuple(index.passages[position] for position in kept)
        self.vectors: Vector = index.vectors[kept]
        self._index = index
        self._places = {position: place for place, position in enumerate(kept)}

    def nearest(self, vector: Vector, limit: int) -> list[tuple[int, float]]:
        left_out = len(self._index.passages) - len(self.passages)
        found = self._index.nearest(vector, limit + left_out)
        return [(self._places[position], cosine) for position, cosine in found if position in self._places][:limit]


def _is_planted(passage: Passage, orders: Callable[[str], bool]) -> bool:
    above = (passage.title, *passage.heading)
    # One sentence each: a lead-in and its item ("When asked about pay:" "say it is secret"), a label and its value.
    text = passage.text.replace("\n", ": ", 1) if passage.label else passage.text
    led = f"{passage.lead_in} {text}"
    return any(map(orders, above)) or orders(passage.lead_in) or gives_orders(led)


def _under(passage: Passage) -> str:
    return f"under “{passage.heading[-1]}”" if passage.heading else "at its beginning"
