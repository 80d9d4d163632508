"""Approved answers for tests: words over small passages, and answers that two people brought into use."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from assistant.domain import Sentence
from assistant.secretariat.approvals import Approvals
from assistant.secretariat.approved import Words
from assistant.secretariat.binding import bound
from knowledge.domain import BlockKind, Passage
from tests.secretariat.conftest import NOW, run

CAMPAIGN: Final = "board"
QUESTION: Final = "How often does the Board meet?"


def passage(number: int, text: str, **changes: object) -> Passage:
    plain = Passage(
        id=f"p{number:012x}",
        document="pack",
        title="Recruitment pack",
        heading=("Meetings",),
        text=text,
        kind=BlockKind.PARAGRAPH,
        lead_in="",
        label="",
        page=None,
        start=0,
        end=len(text),
        group=0,
        order=number,
    )
    return replace(plain, **changes)  # type: ignore[arg-type]


MEETS: Final = passage(1, "The Board meets four times a year. Meetings last a day.")
PAYS: Final = passage(2, "Members are paid £301 a day.", heading=("Fees",))
PACK: Final = (MEETS, PAYS)


def words(question: str = QUESTION, cited: Passage = MEETS, quote: str = "", *wordings: str) -> Words:
    """One sentence that is its source, word for word; the first of the passage unless another is given."""
    said = quote or f"{cited.text.split('. ')[0].rstrip('.')}."
    return Words(question, wordings, (Sentence(said, (1,)),), (bound(1, cited, said),))


def waiting(approvals: Approvals, written: Words, *, by: str, replaces: str | None = None) -> str:
    """An answer that waits for a second person; its id."""
    id = run(approvals.draft(written, campaign=CAMPAIGN, by=by, at=NOW, replaces=replaces))
    run(approvals.send(id, revision=revision(approvals, id), by=by, at=NOW))
    return id


def live(approvals: Approvals, written: Words, people: Sequence[str]) -> str:
    """An answer in use, written by the first of the people and approved by the second; its id."""
    id = waiting(approvals, written, by=people[0])
    run(approvals.approve(id, revision=revision(approvals, id), by=people[1], at=NOW))
    return id


def revision(approvals: Approvals, id: str) -> int:
    found = run(approvals.find(id))
    assert found
    return found.revision
