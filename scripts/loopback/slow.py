"""Slow clients, and what everybody else notices of them."""

import re
import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from scripts.loopback.found import Found, same, within
from scripts.loopback.parts import Topology
from scripts.loopback.trying import SLOW, closed_after, slowhttptest, watching

_HEALTH_SECONDS: Final = 0.05
_QUIET_SECONDS: Final = 10.0


def slow_clients(run: Topology) -> Iterator[Found]:
    """Whoever sends slowly is closed, and nobody else notices."""
    places = {
        "through the proxy": (f"{run.proxy.address}/healthz", 200),
        "a replica alone": (f"{run.replicas[0].address}/healthz", 200),
        "nginx alone": (f"{run.proxy.address}/metrics", 404),
    }
    with watching(places) as quiet:
        time.sleep(_QUIET_SECONDS)
    yield Found("health before", _told(quiet), "", True)
    for name, options in (("headers", ["-H"]), ("bodies", ["-B", "-s", "4096", "-t", "POST"])):
        with watching(places) as meanwhile:
            said = slowhttptest(run.proxy.address, options, folder=run.folder)
        closed = re.search(r"Exit status:\s*(.+)", said)
        yield same(f"{SLOW} slow {name}", closed[1].strip() if closed else said[-200:], "No open connections left")
        slowest = max(meanwhile["through the proxy"])
        wanted = f"the first at most {_HEALTH_SECONDS * 1000:.0f} ms"
        yield Found("health meanwhile", _told(meanwhile), wanted, slowest <= _HEALTH_SECONDS)
    for name, sent in (
        ("head", "GET / HTTP/1.1\r\nHost: a\r\n"),
        ("body", "POST /api/ask HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\n"),
    ):
        yield within(f"a {name} that stops is closed after", closed_after(run.proxy.address, sent), 6)


def _told(took: Mapping[str, Sequence[float]]) -> str:
    """The slowest look at each place, and a usual one."""
    return "; ".join(
        f"{place} {max(times) * 1000:.0f} ms (median {sorted(times)[len(times) // 2] * 1000:.0f}, of {len(times)})"
        for place, times in took.items()
    )
