"""What is kept of an answer beside the words that were said: what it was made from, how it was read, where it waits."""

from collections.abc import Sequence
from itertools import groupby
from typing import Any

from sqlalchemy.orm import Session

from assistant.database import insert_into
from assistant.domain import Answer
from assistant.tables import EvidenceRow, LikelyRow, PassageRow, SearchedRow, TurnRow, WaitingRow
from assistant.waiting import queues_of
from knowledge.domain import Passage


def keep(session: Session, turn: TurnRow, answer: Answer) -> None:
    """Everything but the body of the answer."""
    turn.outcome = answer.outcome.value
    turn.rule = answer.rule.value if answer.rule else None
    turn.mode = answer.mode
    turn.tokens_in, turn.tokens_out = answer.usage.tokens_in, answer.usage.tokens_out
    turn.dollars = answer.usage.dollars
    turn.dropped = [{"text": dropped.claim.text, "why": dropped.why} for dropped in answer.dropped]
    turn.working = _working(answer)
    session.add_all(_evidence(turn.number, answer))
    session.add_all(_likely(turn.number, answer))
    session.add_all(WaitingRow(queue=queue, turn=turn.number) for queue in queues_of(answer))
    if turn.question is not None:
        session.add(SearchedRow(turn=turn.number, words=f"{turn.question}\n{answer.text}".casefold()))


def keep_passages(session: Session, passages: Sequence[Passage]) -> None:
    """The words of the pack that were looked at, each passage once."""
    if not passages:
        return
    # In one order, so that two who write at the same moment never wait for each other.
    rows = [_passage(passage) for passage in sorted(passages, key=lambda one: one.id)]
    adding = insert_into(session, PassageRow).values(rows)
    told = {name: adding.excluded[name] for name in ("title", "heading", "page", "text")}
    session.execute(adding.on_conflict_do_update(index_elements=["id"], set_=told))


def _passage(passage: Passage) -> dict[str, Any]:
    return {
        "id": passage.id,
        "title": passage.title,
        "heading": list(passage.heading),
        "page": passage.page,
        "text": passage.text,
        "gone": False,
    }


def _working(answer: Answer) -> dict[str, Any]:
    parts = [{"asked": asked, "probability": chance} for asked, chance in answer.judged.items()]
    return {"restated": answer.restated, "line": answer.line, "parts": parts}


def _evidence(number: int, answer: Answer) -> list[EvidenceRow]:
    used = {citation.passage.id for citation in answer.citations}
    return [
        EvidenceRow(
            turn=number,
            rank=rank,
            passage=evidence.passage.id,
            score=evidence.score,
            dense=evidence.dense,
            lexical=evidence.lexical,
            used=evidence.passage.id in used,
        )
        for rank, evidence in enumerate(answer.evidence, start=1)
    ]


def _likely(number: int, answer: Answer) -> list[LikelyRow]:
    return [
        LikelyRow(
            turn=number,
            part=part,
            rank=rank,
            answered=one.answered,
            passage=one.passage,
            quote=one.quote,
            probability=one.probability,
        )
        for part, own in groupby(answer.likeliest, key=lambda one: one.part)
        for rank, one in enumerate(own, start=1)
    ]
