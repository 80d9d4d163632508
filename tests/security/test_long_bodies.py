"""Bodies that are far too long cost the server next to nothing, and nothing of them comes back."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

MEMORY = Path("/proc/self/clear_refs")
JSON = {"content-type": "application/json"}


def flood(pieces: int) -> Iterator[bytes]:
    for _ in range(pieces):
        yield b"kestrel " * 12_500


def megabytes(kind: str) -> float:
    status = Path("/proc/self/status").read_text()
    return int(status.split(f"{kind}:")[1].split()[0]) / 1024


@pytest.mark.skipif(not MEMORY.exists(), reason="there is no /proc here to read the memory from")
@pytest.mark.parametrize(
    ("pieces", "headers"),
    [(10, {}), (3000, {}), (3000, {"content-length": "300000000"})],
    ids=["1 MB", "300 MB", "told"],
)
def test_a_long_body_is_refused_in_few_words_and_for_little_memory(
    address: str, pieces: int, headers: dict[str, str]
) -> None:
    httpx.get(f"{address}/healthz")
    before = megabytes("VmRSS")
    MEMORY.write_text("5")

    reply = httpx.post(f"{address}/api/ask", content=flood(pieces), headers=JSON | headers)

    assert reply.status_code == 413
    assert len(reply.content) <= 1024
    assert "kestrel" not in reply.text
    assert megabytes("VmHWM") - before <= 20
