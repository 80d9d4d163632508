"""How long the console takes to list, search and show answers when there are many.

    python -m scripts.measure_console [--answers 10000] [--rounds 30] [--database postgresql+psycopg://...]

Fills an empty database (SQLite in a temporary folder unless one is given) with answers of usual length, one in five of
them reviewed, and asks for pages as a signed-in reviewer, in process: the time is the server's and the test client's.
Prints milliseconds for each kind of page, and all of them together: median, 95th percentile and longest by the clock,
and the 95th percentile of the processor's time, which does not count what other programs of the machine take.
"""

import argparse
import itertools
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from sqlalchemy.orm import Session
from starlette.testclient import TestClient

from assistant.database import Database
from assistant.domain import Answer, Citation, Claim, Dropped, Likely, Outcome, Rule, Sentence, Versions
from assistant.kept_answers import keep, keep_passages
from assistant.records import new_id
from assistant.secretariat.roles import Role
from assistant.secretariat.tables import ReviewRow
from assistant.tables import ConversationRow, FeedbackRow, TurnRow, WaitingRow
from assistant.waiting import Queue
from assistant.web.app import create_app
from assistant.web.console.frame import ROOT
from assistant.web.schemas import answer_body
from knowledge.domain import Evidence, Passage
from tests.web.console.clients import sign_in
from tests.web.scripted import PACK, passage, scripted_service

_AT_A_TIME: Final = 500
_PASSAGES, _EVIDENCE = 300, 12
_WORDS: Final = [
    "".join(letters) for letters in itertools.islice(itertools.product("bdfglm", "aeiou", "nprst", "aeiou"), 750)
]
_RARE: Final = "kestrel"
_OUTCOMES: Final = dict(zip(Outcome, (45, 8, 30, 3, 8, 2, 3, 1), strict=True))
"""How often of a hundred a question ends so."""


def main(arguments: Sequence[str]) -> int:
    """0 when all was measured."""
    parser = argparse.ArgumentParser(prog="python -m scripts.measure_console", description=__doc__.split("\n")[0])
    parser.add_argument("--answers", type=int, default=10_000, help="how many answers there are")
    parser.add_argument("--rounds", type=int, default=30, help="how often each page is asked for")
    parser.add_argument("--database", default="", help="the address of an empty database")
    given = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        settings = {"database_url": given.database} if given.database else {}
        service = scripted_service(Path(folder), **settings)
        passages = _passages()
        service = replace(service, pack=lambda: replace(PACK, passages=tuple(passages[20:])))
        with TestClient(create_app(service)) as client:
            began = time.perf_counter()
            reviewer = sign_in(client, service, Role.REVIEWER, "Ada").id
            _fill(service.secretariat.database, passages, given.answers, reviewer)
            print(f"{given.answers} answers kept in {time.perf_counter() - began:.0f} s")
            _measure(client, given.answers, reviewer, given.rounds)
    return 0


def _passages() -> list[Passage]:
    chance = random.Random(1)  # noqa: S311 - nothing is kept secret by it
    return [passage(number, f"{_text(chance, 25)}. {_text(chance, 25)}.") for number in range(_PASSAGES)]


def _fill(database: Database, passages: Sequence[Passage], answers: int, reviewer: str) -> None:
    chance = random.Random(2)  # noqa: S311
    opened = datetime.now(UTC) - timedelta(days=60)
    for start in range(0, answers, _AT_A_TIME):
        with Session(database.engine) as session, session.begin():
            if start == 0:
                keep_passages(session, passages)
            for number in range(start, min(start + _AT_A_TIME, answers)):
                _ask(session, chance, passages, opened + timedelta(minutes=8 * number), reviewer)


def _ask(session: Session, chance: random.Random, passages: Sequence[Passage], at: datetime, reviewer: str) -> None:
    answer = _answer(chance, passages)
    conversation, turn = ConversationRow(id=new_id(), started_at=at), new_id()
    question = f"{_text(chance, 12)}{f' {_RARE}' if chance.random() < 0.001 else ''}?"
    row = TurnRow(id=turn, conversation=conversation.id, asked_at=at, state="finished", question=question)
    session.add(conversation)
    session.flush()
    session.add(row)
    session.flush()
    body = answer_body(
        answer,
        id=turn,
        conversation=conversation.id,
        url=lambda one: f"/pack/board/a1b2c3d4#{one.id}",
        links=(),
        versions=Versions("a1b2c3d4", "v", "", "", ""),
    )
    row.answer, row.finished_at = body.model_dump(mode="json"), at
    keep(session, row, answer)
    _think(session, chance, row.number, at, reviewer)


def _think(session: Session, chance: random.Random, turn: int, at: datetime, reviewer: str) -> None:
    if chance.random() < 0.1:
        session.add(FeedbackRow(turn=turn, useful=False, reason="It did not answer my question", at=at))
        session.add(WaitingRow(queue=Queue.NOT_USEFUL, turn=turn))
    if chance.random() < 0.2:
        session.flush()
        session.query(WaitingRow).filter(WaitingRow.turn == turn).delete()
        told = {"verdict": "right", "pack_at_fault": False, "authoritative": False, "marks": []}
        session.add(ReviewRow(turn=turn, person=reviewer, at=at, **told))


def _answer(chance: random.Random, passages: Sequence[Passage]) -> Answer:
    outcome = chance.choices(list(_OUTCOMES), weights=list(_OUTCOMES.values()))[0]
    searched = outcome in (Outcome.ANSWERED, Outcome.PARTLY_ANSWERED, Outcome.NOT_IN_PACK)
    found = chance.sample(list(passages), _EVIDENCE) if searched else []
    cited = found[: chance.randint(1, 4)] if outcome is not Outcome.NOT_IN_PACK else []
    citations = tuple(Citation(number, one, one.text.split(". ")[0]) for number, one in enumerate(cited, start=1))
    lost = (Dropped(Claim(_text(chance, 20), ()), "its quote is not in the pack"),) if chance.random() < 0.05 else ()
    return Answer(
        outcome=outcome,
        text="\n".join(one.quote for one in citations) or _text(chance, 30),
        rule=Rule.OWN_CHANCES if outcome is Outcome.DECLINED else None,
        sentences=tuple(Sentence(one.quote, (one.number,)) for one in citations),
        citations=citations,
        timings_ms={"search": 6.0, "judge": 30.0, "total": 38.0},
        evidence=tuple(Evidence(one, chance.random(), chance.random(), chance.random() * 9) for one in found),
        judged={"part": chance.random()} if searched else {},
        line=0.22,
        likeliest=tuple(Likely(0, 0.5, one.id, one.text[:80], 0.4) for one in found[:2]),
        dropped=lost,
    )


def _text(chance: random.Random, words: int) -> str:
    return " ".join(chance.choices(_WORDS, k=words)).capitalize()


def _measure(client: TestClient, answers: int, reviewer: str, rounds: int) -> None:
    chance = random.Random(3)  # noqa: S311
    spent: list[tuple[float, float]] = []
    print(f"{'':40} {'median':>8} {'p95':>8} {'longest':>8} {'p95 cpu':>8}")
    for name, pages in _asked_for(client, answers, reviewer, chance):
        own = [_spent(client, pages()) for _ in range(rounds)]
        spent += own
        _print(name, own)
    _print("list, search and answer, all together", spent)


def _asked_for(
    client: TestClient, answers: int, reviewer: str, chance: random.Random
) -> Iterator[tuple[str, Callable[[], str]]]:
    """What is asked for, as functions that give an address, another each time where there are several."""
    queues, deep = f"{ROOT}/queues", answers // 25
    _spent(client, queues)  # the version that is served is looked through once
    yield "all answers, newest", lambda: queues
    yield "all answers, any page", lambda: f"{queues}?page={chance.randint(1, deep)}"
    yield "a queue, any page", lambda: f"{queues}?queue={chance.choice(list(Queue))}&page={chance.randint(1, 40)}"
    yield "an outcome and days", lambda: f"{queues}?outcome=not_in_pack&since=2020-01-01&until=2099-01-01"
    yield "marked by somebody", lambda: f"{queues}?reviewer={reviewer}"
    yield "search for a rare word", lambda: f"{queues}?text={_RARE}"
    yield "search for a common word", lambda: f"{queues}?text={chance.choice(_WORDS)[:2]}"
    yield "search for two words in a queue", lambda: f"{queues}?queue=not_in_pack&text={chance.choice(_WORDS)}+{_RARE}"
    yield "search for what is not there", lambda: f"{queues}?text=zzzzzz{chance.randint(1, 9)}"
    turns = _turns(client)
    yield "one answer", lambda: f"{ROOT}/answers/{chance.choice(turns)}"


def _turns(client: TestClient) -> list[str]:
    page = client.get(f"{ROOT}/queues?page=3").text
    return [part[:32] for part in page.split(f"{ROOT}/answers/")[1:]]


def _spent(client: TestClient, address: str) -> tuple[float, float]:
    """Milliseconds by the clock and of the processor."""
    began, busy = time.perf_counter(), time.process_time()
    response = client.get(address)
    spent = (time.perf_counter() - began) * 1000, (time.process_time() - busy) * 1000
    assert response.status_code == 200, response.status_code
    return spent


def _print(name: str, spent: Sequence[tuple[float, float]]) -> None:
    clock, busy = ([one[place] for one in spent] for place in (0, 1))
    times = (statistics.median(clock), _p95(clock), max(clock), _p95(busy))
    print(f"{name:40} {' '.join(f'{one:8.1f}' for one in times)}  ({len(spent)} requests)")


def _p95(spent: Sequence[float]) -> float:
    return statistics.quantiles(spent, n=20, method="inclusive")[-1]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
