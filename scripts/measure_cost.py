"""What one question costs the database and a language model: python -m scripts.measure_cost [QUESTIONS]

Over the real pack, on SQLite (the statements are the same on PostgreSQL). A scripted model stands for a real one: what
it is sent is real; what it would write is counted as the quoted answer in the form that the model is asked for.
"""

import logging
import statistics
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import cycle, islice
from pathlib import Path
from typing import Any, Final

import tiktoken
from fastapi.testclient import TestClient
from sqlalchemy import Engine, event

from assistant.settings import Settings
from assistant.web.app import create_app
from assistant.wiring import build_service
from benchmarks.texts import ingest, questions, settings_for
from tests.scripted_model import Reply, draft, scripted_model

_WRITES: Final = ("INSERT", "UPDATE", "DELETE")
_WARMING: Final = 10


def main(count: int) -> int:
    logging.disable(logging.INFO)
    with tempfile.TemporaryDirectory() as name:
        settings = settings_for(Path(name)).model_copy(update={"ask_limit": None})
        ingest(settings)
        print("| of one question | quoting | with a model |\n| --- | --- | --- |")
        quoted, answers = _asked(settings, count)
        with scripted_model(Reply(pieces=[draft(("So it is.", [(1, "nothing")]))])) as model:
            written, _ = _asked(settings.model_copy(update={"openai_base_url": model.base_url}), count)
            sent = [_tokens("".join(str(one["content"]) for one in each["messages"])) for each in model.asked]
        for what in quoted:
            print(f"| {what} | {quoted[what]:.1f} | {written[what]:.1f} |")
        replies = [_tokens(_as_claims(answer)) for answer in answers]
        print(f"| calls of the model | 0 | {len(sent) / (count + _WARMING):.2f} |")
        print(f"| tokens sent a call, median (most) | 0 | {statistics.median(sent):.0f} ({max(sent)}) |")
        print(f"| tokens written a call, mean | 0 | {statistics.mean(replies):.0f} |")
    return 0


def _asked(settings: Settings, count: int) -> tuple[dict[str, float], list[Any]]:
    """What each question cost on average, and the answers."""
    service = build_service(settings)
    engine = service.records.database.engine
    before = _bytes(settings)
    asked = list(islice(cycle(questions()), count + _WARMING))
    with TestClient(create_app(service)) as http:
        for question in asked[:_WARMING]:
            http.post("/api/ask", json={"question": question})
        with _watched(engine) as counts:
            answers = [http.post("/api/ask", json={"question": question}).json() for question in asked[_WARMING:]]
    grown = _bytes(settings) - before
    counted = {
        "transactions that write": counts["written"] / count,
        "transactions that only read": (counts["begun"] - counts["written"]) / count,
        "rows written": counts["rows"] / count,
        "kB kept": grown / len(asked) / 1000,
        "ms, median": statistics.median(answer["timings_ms"]["total"] for answer in answers),
    }
    return counted, answers


@contextmanager
def _watched(engine: Engine) -> Iterator[Counter[str]]:
    counts: Counter[str] = Counter()
    writing: set[int] = set()

    def begin(_connection: Any) -> None:
        counts["begun"] += 1

    def execute(connection: Any, _cursor: Any, statement: str, parameters: Any, _context: Any, many: bool) -> None:
        if statement.lstrip().upper().startswith(_WRITES):
            counts["rows"] += len(parameters) if many else max(1, statement.count("), ("))
            writing.add(id(connection))

    def commit(connection: Any) -> None:
        if id(connection) in writing:
            writing.discard(id(connection))
            counts["written"] += 1

    listeners = (("begin", begin), ("before_cursor_execute", execute), ("commit", commit))
    for name, listener in listeners:
        event.listen(engine, name, listener)
    try:
        yield counts
    finally:
        for name, listener in listeners:
            event.remove(engine, name, listener)


def _bytes(settings: Settings) -> int:
    """Of the database; its log is empty once nobody has it open."""
    return sum(file.stat().st_size for file in settings.data_dir.glob("records.sqlite3*"))


def _as_claims(answer: dict[str, Any]) -> str:
    quotes = {one["number"]: one["quote"] for one in answer["citations"]}
    said: Sequence[Any] = answer["sentences"]
    return draft(*((one["text"], [(number, quotes[number]) for number in one["citations"]]) for one in said))


def _tokens(text: str) -> int:
    return len(tiktoken.get_encoding("o200k_base").encode(text))


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 40))
