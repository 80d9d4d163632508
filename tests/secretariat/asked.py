"""Turns as the records keep them, for the tests of what the secretariat does with answers."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from assistant.database import Database
from assistant.domain import Answer, Citation, Claim, Dropped, Likely, Outcome, Rule, Sentence
from assistant.records import Records
from knowledge.domain import Evidence, Passage
from tests.secretariat.conftest import NOW, run
from tests.web.scripted import PASSAGES

LINE = 0.22


def answer(outcome: Outcome = Outcome.ANSWERED, passages: Sequence[Passage] = PASSAGES[:1], **changes: Any) -> Answer:
    """An answer that quotes the first line of each passage."""
    quotes = [passage.text.split("\n")[0] for passage in passages]
    citations = tuple(
        Citation(number, *pair) for number, pair in enumerate(zip(passages, quotes, strict=True), start=1)
    )
    fields: dict[str, Any] = {
        "outcome": outcome,
        "text": "\n".join(quotes) or "The pack does not say.",
        "sentences": tuple(Sentence(one.quote, (one.number,)) for one in citations),
        "citations": citations,
        "evidence": tuple(Evidence(passage, 0.5, 0.4, 3.0) for passage in PASSAGES[:3]),
        "line": LINE,
        "judged": {"how often?": 0.9},
    }
    return Answer(**(fields | changes))


def silent(**changes: Any) -> Answer:
    return answer(Outcome.NOT_IN_PACK, (), judged={"pay?": 0.01}, **changes)


def ask(
    database: Database,
    question: str | None,
    said: Answer,
    *,
    at: datetime = NOW,
    conversation: str | None = None,
) -> tuple[str, str]:
    """Keep a question and what was said to it; the ids of the turn and of its conversation."""
    records = Records(database)
    started = run(records.start_turn(conversation, question, asked_at=at))
    run(records.finish_turn(started.turn, said, {"text": said.text, "outcome": said.outcome}, finished_at=at))
    return started.turn, started.conversation


DECLINED = Answer(Outcome.DECLINED, "I cannot say how you would do.", Rule.OWN_CHANCES)
SIGNPOSTED = Answer(Outcome.SIGNPOSTED, "Call 999.", Rule.CHILD_AT_RISK)
LOST = answer(mode="model", dropped=(Dropped(Claim("It pays £9.", ()), "its quote is not in the pack"),))
NEARLY = answer(
    Outcome.NOT_IN_PACK,
    (),
    judged={"how long?": 0.2},
    likeliest=(Likely(0, 0.2, PASSAGES[0].id, "Meetings last a day.", 0.3),),
)
