"""What a check says that it found."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from scripts.loopback.parts import Topology


@dataclass(frozen=True, slots=True)
class Found:
    """What a check found, beside what it looked for."""

    what: str
    found: str
    wanted: str
    met: bool


Check = Callable[[Topology], Iterator[Found]]


def same(what: str, found: object, wanted: object) -> Found:
    """Exactly this was wanted."""
    return Found(what, str(found), str(wanted), found == wanted or str(found) == str(wanted))


def within(what: str, seconds: float, at_most: float) -> Found:
    """Seconds, and no more than these were wanted."""
    return Found(what, f"{seconds:.1f} s", f"at most {at_most:g}", seconds <= at_most)
