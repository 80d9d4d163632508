"""How often an approved answer is found for a question that means the same, and for one that is only a near miss.

    python -m scripts.measure_approved [--show] [--cost]

The words and lines of the match were chosen on the pairs for choosing; what counts are the rates on those held out. Of
all questions held out, each is also asked against the approved questions of all other groups. --show lists what was
missed and what was wrongly found among the pairs for choosing (never among those held out). --cost instead times the
step of a question that looks for an approved answer, over a database of SQLite in a folder of its own.
"""

import argparse
import asyncio
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from assistant.cross_encoder import CrossEncoder
from assistant.database import open_database
from assistant.domain import Question, Sentence
from assistant.matching import PassageReader, QuestionReader
from assistant.secretariat.approved import Words
from assistant.secretariat.approved_answers import ApprovedAnswers
from assistant.secretariat.binding import bound
from assistant.secretariat.matching_approved import SameMeaning
from assistant.secretariat.roles import Role
from assistant.secretariat.stores import Secretariat, open_secretariat
from evals.statistics import wilson
from knowledge.domain import Campaign, Passage
from knowledge.embedding import LocalEmbeddings
from tests.secretariat.approved_pairs import CHOOSING, HELD_OUT, Approved, pairs_in


@dataclass(frozen=True, slots=True)
class Rate:
    """How many of how many, and which were not as they should be."""

    found: int
    asked: int
    wrong: tuple[str, ...] = ()

    def shown(self) -> str:
        low, high = wilson(self.found, self.asked)
        return f"{self.found} of {self.asked} ({self.found / self.asked:.1%}, 95% {low:.1%} to {high:.1%})"


def same_meaning() -> SameMeaning:
    """The match as the server makes it."""
    embeddings = LocalEmbeddings()
    return SameMeaning(QuestionReader(embeddings, most=4096), PassageReader(embeddings), CrossEncoder())


def hits(same: SameMeaning, approved: Sequence[Approved]) -> Rate:
    """Questions that mean the same and get the answer."""
    pairs = [(one, asked) for one in approved for asked in one.same]
    missed = [f"{one.question} | {asked}" for one, asked in pairs if not finds(same, one, asked)]
    return Rate(len(pairs) - len(missed), len(pairs), tuple(missed))


def false_matches(same: SameMeaning, approved: Sequence[Approved]) -> Rate:
    """Near misses that get it all the same."""
    pairs = [(one, asked) for one in approved for asked in one.near]
    found = [f"{one.question} | {asked}" for one, asked in pairs if finds(same, one, asked)]
    return Rate(len(found), len(pairs), tuple(found))


def strays(same: SameMeaning, approved: Sequence[Approved]) -> Rate:
    """Questions of one group that get the answer of another."""
    pairs = [
        (one, asked)
        for one in approved
        for other in approved
        if other is not one
        for asked in (other.question, *other.same, *other.near)
    ]
    found = [f"{one.question} | {asked}" for one, asked in pairs if finds(same, one, asked)]
    return Rate(len(found), len(pairs), tuple(found))


def finds(same: SameMeaning, one: Approved, asked: str) -> bool:
    """Whether a question gets the answer that was approved for another."""
    return same.nearness(asked, one.question, (one.citation,)) is not None


@dataclass(frozen=True, slots=True)
class Version:
    """A version of the pack that holds what the answers rest on."""

    passages: Sequence[Passage]
    version: str = "v-1"
    campaign: Campaign = field(default_factory=lambda: Campaign("board", "Members of the Board"))


async def cost(same: SameMeaning) -> None:
    """Prints what the step takes when nothing is approved, and when all of the pairs' questions are."""
    approved = [*pairs_in(CHOOSING), *pairs_in(HELD_OUT)]
    passages = [replace(one.citation.passage, id=f"p-{place}") for place, one in enumerate(approved)]
    version = Version(passages)
    with tempfile.TemporaryDirectory() as folder:
        database = open_database(f"sqlite:///{folder}/records.sqlite3")
        secretariat = open_secretariat(database, by_links=True)
        step = ApprovedAnswers(secretariat.approvals, same)
        near = [asked for one in approved for asked in one.near]
        print(f"nothing approved: {await _median(step, version, near):.2f} ms a question (median)")
        await _approve(secretariat, approved, passages)
        print(f"{len(approved)} approved, none means the same: {await _median(step, version, near):.2f} ms")
        asked = [asked for one in approved for asked in one.same[:1]]
        print(f"{len(approved)} approved, one means the same: {await _median(step, version, asked):.2f} ms")
        database.close()


async def _median(step: ApprovedAnswers, version: Version, asked: Sequence[str]) -> float:
    spent = []
    for question in asked[:200]:
        began = time.perf_counter()
        await step.find(Question(question), version)
        spent.append(1000 * (time.perf_counter() - began))
    return statistics.median(spent)


async def _approve(secretariat: Secretariat, approved: Sequence[Approved], passages: Sequence[Passage]) -> None:
    at = datetime.now(UTC)
    ada = await secretariat.people.starter(at=at)
    grace = await secretariat.people.invite("Grace", Role.APPROVER, by=ada.id, at=at)
    for one, passage in zip(approved, passages, strict=True):
        said = one.citation.quote
        words = Words(one.question, (), (Sentence(said, (1,)),), (bound(1, passage, said),))
        id = await secretariat.approvals.draft(words, campaign="board", by=ada.id, at=at)
        await secretariat.approvals.send(id, revision=0, by=ada.id, at=at)
        await secretariat.approvals.approve(id, revision=1, by=grace.id, at=at)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="measure_approved", description="Rates of the match of approved answers.")
    parser.add_argument("--show", action="store_true", help="list what is not as it should be among those for choosing")
    parser.add_argument("--cost", action="store_true", help="time the step of a question, and nothing else")
    given = parser.parse_args(arguments)
    same = same_meaning()
    if given.cost:
        asyncio.run(cost(same))
        return 0
    for name, file in (("for choosing", CHOOSING), ("held out", HELD_OUT)):
        approved = pairs_in(file)
        began = time.perf_counter()
        hit, wrong = hits(same, approved), false_matches(same, approved)
        each = 1000 * (time.perf_counter() - began) / (hit.asked + wrong.asked)
        print(f"{name}: {len(approved)} approved questions, {each:.1f} ms a question")
        print(f"  found for the same meaning   {hit.shown()}")
        print(f"  found for a near miss        {wrong.shown()}")
        if given.show and file == CHOOSING:
            print(*(f"  missed: {pair}" for pair in hit.wrong), *(f"  wrong: {pair}" for pair in wrong.wrong), sep="\n")
    print(f"of other groups, held out      {strays(same, pairs_in(HELD_OUT)).shown()}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
