"""Kill the server again and again while it is asked: python -m scripts.kill_server [KILLS]

What it acknowledged (answers, feedback) must be in the records, word for word, and the database must be sound. A start
takes seconds, so many more kills are `scripts.kill_records`'s. Exit status 1 when anything that was acknowledged is
lost, 2 for wrong usage.
"""

import json
import random
import sqlite3
import sys
import tempfile
import threading
import time
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import httpx

from scripts.arguments import how_many
from scripts.served import kill, run, served

_ASKERS: Final = 6
_QUESTIONS: Final = ("Hello", "How often does the Panel meet?", "What does it pay?", "What are my chances?")


@dataclass
class Acknowledged:
    """What askers hold in their hands: answers by turn, and what was thought of them."""

    answers: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    feedback: dict[str, bool] = field(default_factory=dict)
    seconds: list[float] = field(default_factory=list)


def main(kills: int) -> int:
    told = Acknowledged()
    chance = random.Random(5)  # noqa: S311 - when to kill
    with tempfile.TemporaryDirectory(prefix="kills-") as name:
        data = Path(name) / "data"
        done = run("ingest.py", DATA_DIR=data)
        if done.returncode:
            raise RuntimeError(done.stderr)
        for number in range(1, kills + 1):
            ask_until_killed(Path(name) / "log.txt", data, told, after=chance.uniform(0.3, 1.5), workers=2)
            print(f"\r{number} of {kills} kills", end="", file=sys.stderr, flush=True)
        print(file=sys.stderr)
        lost = losses(data / "records.sqlite3", told)
    told.seconds.sort()
    middle, late = (told.seconds[int(len(told.seconds) * share)] * 1000 for share in (0.5, 0.99))
    print(
        f"{kills} kills, {len(told.answers)} answers and {len(told.feedback)} judgements acknowledged; "
        f"lost or changed: {len(lost)}; p50 {middle:.0f} ms, p99 {late:.0f} ms"
    )
    for each in lost[:10]:
        print(f"  {each}")
    return 1 if lost else 0


def ask_until_killed(log: Path, data: Path, told: Acknowledged, *, after: float, workers: int) -> None:
    stopped = threading.Event()
    with served(log, DATA_DIR=data, WORKERS=str(workers)) as server:
        address = str(server.http.base_url)
        askers = [threading.Thread(target=_ask, args=(address, told, stopped)) for _ in range(_ASKERS)]
        for asker in askers:
            asker.start()
        before = len(told.answers)
        # The first answer waits for the models to be read.
        while len(told.answers) == before and server.alive:
            time.sleep(0.02)
        time.sleep(after)
        kill(server.process)
        stopped.set()
        for asker in askers:
            asker.join(30)


def losses(file: Path, told: Acknowledged) -> list[str]:
    """What was acknowledged and is not there as it was told; and what SQLite finds wrong with its file."""
    with closing(sqlite3.connect(file)) as records:
        sound = [str(row[0]) for row in records.execute("PRAGMA integrity_check")]
        kept = {
            turn: json.loads(body)
            for turn, body in records.execute("SELECT id, answer FROM turn WHERE state = 'finished'")
        }
        thought = dict(
            records.execute("SELECT turn.id, useful FROM feedback JOIN turn ON turn.number = feedback.turn").fetchall()
        )
    lost = [f"answer {turn}" for turn, body in told.answers.items() if kept.get(turn) != body]
    lost += [f"feedback {turn}" for turn, useful in told.feedback.items() if thought.get(turn) != useful]
    return lost + [found for found in sound if found != "ok"]


def _ask(address: str, told: Acknowledged, stopped: threading.Event) -> None:
    with httpx.Client(base_url=address, timeout=10) as http:
        turn = 0
        while not stopped.is_set():
            try:
                began = time.perf_counter()
                reply = http.post("/api/ask", json={"question": _QUESTIONS[turn % len(_QUESTIONS)]})
                if reply.status_code == httpx.codes.OK:
                    told.answers[reply.json()["id"]] = reply.json()
                    told.seconds.append(time.perf_counter() - began)
                    _judge(http, told, reply.json()["id"], useful=bool(turn % 2))
            except httpx.TransportError:
                return
            turn += 1


def _judge(http: httpx.Client, told: Acknowledged, turn: str, *, useful: bool) -> None:
    if http.post("/api/feedback", json={"answer": turn, "useful": useful}).status_code == httpx.codes.NO_CONTENT:
        told.feedback[turn] = useful


if __name__ == "__main__":
    sys.exit(main(how_many(__doc__, "kills", default=30)))
