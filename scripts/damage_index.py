"""Damage the index in 25 ways, before a start and while it is served: python -m scripts.damage_index

Right is: every question gets the answer that an undamaged index gives, or a plain notice (503); no worker dies; and
/readyz tells within five seconds. Exit status 1 when one of that is not so, 2 for wrong usage.
"""

import os
import random
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final

import httpx

from scripts.arguments import none
from scripts.served import Served, run, served

QUESTIONS: Final = (
    "How often does the Panel meet?",
    "Who supports new members?",
    "How many members does the Panel seek to appoint?",
    "What are the key responsibilities?",
    "What does it pay?",
    "When was the Panel set up?",
)
_TOLD_SECONDS: Final = 5.0
_SEGMENT: Final = ("header.bin", "data_level0.bin", "length.bin", "link_lists.bin")

Damage = Callable[[Path], None]


@dataclass(frozen=True)
class Verdict:
    """What came of one case: answers that were right, plain notices, anything else, and whether it was told."""

    right: int
    notices: int
    wrong: tuple[str, ...]
    told: bool
    alive: bool

    @property
    def holds(self) -> bool:
        return self.alive and self.told and not self.wrong

    def __str__(self) -> str:
        told = "told by /readyz" if self.told else "NOT TOLD"
        wrong = f", WRONG: {'; '.join(self.wrong)}" if self.wrong else ""
        return f"{self.right} right, {self.notices} notices, {told}{'' if self.alive else ', SERVER DEAD'}{wrong}"


def damages() -> Iterator[tuple[str, Damage]]:
    """By name: what is done to the folder of a version."""
    yield "Chroma's segment deleted", _delete_segment
    for name in _SEGMENT:
        yield f"{name} emptied", partial(_cut, name=name, share=0.0)
        yield f"{name} halved", partial(_cut, name=name, share=0.5)
        yield f"{name} overwritten in places", partial(_overwrite, name=name)
    yield "chroma.sqlite3 overwritten at its head", partial(_overwrite, name="chroma.sqlite3", at=0.0)
    yield "chroma.sqlite3 overwritten in its middle", partial(_overwrite, name="chroma.sqlite3", at=0.4)
    yield "chroma.sqlite3 overwritten near its end", partial(_overwrite, name="chroma.sqlite3", at=0.8)
    yield "chroma.sqlite3 halved", partial(_cut, name="chroma.sqlite3", share=0.5)
    yield "chroma.sqlite3 deleted", partial(_delete, name="chroma.sqlite3")
    yield "vectors.npy halved", partial(_cut, name="vectors.npy", share=0.5)
    yield "vectors.npy overwritten in places", partial(_overwrite, name="vectors.npy")
    yield "passages.jsonl halved", partial(_cut, name="passages.jsonl", share=0.5)
    yield "passages.jsonl overwritten in places", partial(_overwrite, name="passages.jsonl")
    yield "campaign.json deleted", partial(_delete, name="campaign.json")
    yield "MANIFEST.json halved", partial(_cut, name="MANIFEST.json", share=0.5)
    yield "MANIFEST.json deleted", partial(_delete, name="MANIFEST.json")


def main() -> int:
    with tempfile.TemporaryDirectory(prefix="damage-") as name:
        folder = Path(name)
        whole = folder / "whole"
        done = run("ingest.py", DATA_DIR=whole)
        if done.returncode:
            raise RuntimeError(done.stderr)
        with served(folder / "log.txt", DATA_DIR=whole) as server:
            expected = {question: heard(server.ask(question).json()) for question in QUESTIONS}
        failed = 0
        for case, (title, damage) in enumerate(damages(), start=1):
            for when, tried in (("before a start", before_a_start), ("while served", while_served)):
                data = folder / "damaged"
                shutil.copytree(whole, data)
                verdict = tried(folder / "log.txt", data, damage, expected)
                shutil.rmtree(data)
                failed += not verdict.holds
                print(f"{case:2} {title}, {when}: {'holds' if verdict.holds else 'FAILS'} {verdict}", flush=True)
    print(f"{case} kinds of damage, each before a start and while served: {failed} failed")
    return 1 if failed else 0


def before_a_start(log: Path, data: Path, damage: Damage, expected: Mapping[str, Any]) -> Verdict:
    damage(_version(data))
    with served(log, DATA_DIR=data) as server:
        return judged(server, expected)


def while_served(log: Path, data: Path, damage: Damage, expected: Mapping[str, Any]) -> Verdict:
    with served(log, DATA_DIR=data) as server:
        damage(_version(data))
        return judged(server, expected)


def judged(server: Served, expected: Mapping[str, Any]) -> Verdict:
    try:
        return _judged(server, expected)
    except httpx.TransportError as error:
        return Verdict(
            0, 0, (f"{type(error).__name__}, server ended with {server.process.poll()}",), False, server.alive
        )


def _judged(server: Served, expected: Mapping[str, Any]) -> Verdict:
    right, notices, wrong = 0, 0, []
    told = _told(server)
    for question, said in expected.items():
        reply = server.ask(question)
        if reply.status_code == 503 and reply.json()["detail"]:
            notices += 1
        elif reply.status_code == 200 and heard(reply.json()) == said:
            right += 1
        else:
            wrong.append(f"{reply.status_code} {question}")
    return Verdict(right, notices, tuple(wrong), told, server.alive and server.http.get("/healthz").status_code == 200)


def heard(answer: Mapping[str, Any]) -> Mapping[str, Any]:
    """What an asker is told: the same of the same pack, whoever searched it."""
    return {name: answer[name] for name in ("outcome", "text", "sentences", "citations", "missing", "nearest")}


def _told(server: Served) -> bool:
    end = time.monotonic() + _TOLD_SECONDS
    while time.monotonic() < end:
        if server.checks.get("index", "ok") != "ok":
            return True
        time.sleep(0.1)
    return False


def _version(data: Path) -> Path:
    [pointer] = data.glob("index/*/CURRENT")
    return pointer.parent / pointer.read_text().strip()


def _found(version: Path, name: str) -> Path:
    [path] = version.rglob(name)
    return path


def _delete_segment(version: Path) -> None:
    shutil.rmtree(_found(version, "header.bin").parent)


def _delete(version: Path, *, name: str) -> None:
    _found(version, name).unlink()


def _cut(version: Path, *, name: str, share: float) -> None:
    path = _found(version, name)
    # One byte where there was none: a file that can't be cut can still be made another.
    size = path.stat().st_size
    os.truncate(path, int(size * share) if size else 1)


def _overwrite(version: Path, *, name: str, at: float = 0.3) -> None:
    path = _found(version, name)
    content = bytearray(path.read_bytes()) or bytearray(1)
    begin = int(len(content) * at)
    garbage = random.Random(begin).randbytes(4096)  # noqa: S311 - the same damage in every run
    content[begin : begin + 4096] = garbage[: max(len(content) - begin, 1)]
    path.write_bytes(content)


if __name__ == "__main__":
    none(__doc__)
    sys.exit(main())
