"""The public data as sets of questions: collections to search, and examples of evidence to judge."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TypeVar

from assistant.domain import Question, Turn
from evals.public.data import (
    ConversationRow,
    PassageRow,
    PublicDataError,
    SentenceRow,
    SpokenRow,
    answer_sentences,
    answerable_lists,
    conversations,
    guidance,
    held_out,
)

Found = TypeVar("Found")


@dataclass(frozen=True, slots=True)
class Asked:
    """A question, the turns before it (oldest first), and the positions of the passages that answer it."""

    text: str
    turns: tuple[Turn, ...]
    answers: frozenset[int]

    @property
    def earlier(self) -> tuple[str, ...]:
        """What was asked before."""
        return tuple(turn.question for turn in self.turns)


@dataclass(frozen=True, slots=True)
class Collection:
    """Passages, and questions that some of them answer."""

    name: str
    passages: tuple[str, ...]
    asked: tuple[Asked, ...]


class Truth(StrEnum):
    """What the evidence of an example is: it answers; it is silent; it answered until those sentences were left out."""

    ANSWERS = "answers"
    SILENT = "silent"
    LEFT_OUT = "left out"


@dataclass(frozen=True, slots=True)
class Example:
    """A question and the texts that it is judged against. `answering` are the sentences that answer, where known.

    `id` is that of the question: an example and its twin with the evidence left out share it.
    """

    id: str
    question: Question
    texts: tuple[str, ...]
    truth: Truth
    answering: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class ExampleSet:
    """Examples of one source, and all `texts` of that source: the pack, so to speak, that they were found in."""

    name: str
    texts: tuple[str, ...]
    examples: tuple[Example, ...]


def guidance_collections(folder: Path) -> list[Collection]:
    """Guidance twice: the question alone, and after its scenario where it has one."""
    passages, questions = guidance(folder)
    places = {passage.id: place for place, passage in enumerate(passages)}
    texts = tuple(passage.text for passage in passages)
    gold = [frozenset(_of(places, [row.gold_rule_id], row.id)) for row in questions]
    alone = tuple(Asked(row.question, (), places) for row, places in zip(questions, gold, strict=True))
    told = tuple(
        Asked(f"{row.scenario} {row.question}".strip(), (), places)
        for row, places in zip(questions, gold, strict=True)
        if row.scenario
    )
    return [Collection("guidance", texts, alone), Collection("guidance, with scenario", texts, told)]


def conversation_collections(folder: Path) -> list[Collection]:
    """One a collection of passages, with the conversations that some of them answer."""
    passages, rows = conversations(folder)
    names = sorted({passage.collection for passage in passages})
    return [_conversations(name, passages, rows) for name in names]


def sentence_sets(folder: Path, each: int | None) -> list[ExampleSet]:
    """One a source, from the half held out: up to `each` that are answered, as many that are not, and twins."""
    rows = [row for row in answer_sentences(folder) if held_out(row)]
    return [
        _sentences(source, [row for row in rows if row.source == source], each)
        for source in sorted({row.source for row in rows})
    ]


def list_set(folder: Path, each: int | None) -> ExampleSet:
    """Lists of passages, up to `each` that answer and as many that don't."""
    rows = answerable_lists(folder)
    examples = (
        Example(row.id, Question(row.question), row.passages, Truth.ANSWERS if row.answerable else Truth.SILENT)
        for row in rows
    )
    texts = dict.fromkeys(text for row in rows for text in row.passages)
    return ExampleSet("lists", tuple(texts), _sampled(examples, each))


def conversation_set(folder: Path, each: int | None) -> ExampleSet:
    """Conversations judged against what a retriever found for them, answerable or not.

    Left out: those that are answered in part or underspecified, and those whose answer the retriever did not find.
    """
    passages, rows = conversations(folder)
    texts = {passage.id: passage.text for passage in passages}
    examples = (
        Example(row.id, _question(row.turns), tuple(_of(texts, row.rag_top3_ids, row.id)), truth)
        for row in rows
        if (truth := _truth(row))
    )
    return ExampleSet("conversations", tuple(dict.fromkeys(texts.values())), _sampled(examples, each))


def _conversations(name: str, passages: Sequence[PassageRow], rows: Sequence[ConversationRow]) -> Collection:
    own = [passage for passage in passages if passage.collection == name]
    places = {passage.id: place for place, passage in enumerate(own)}
    asked = []
    for row in rows:
        if row.collection == name and row.gold_passage_ids:
            question = _question(row.turns)
            gold = frozenset(_of(places, row.gold_passage_ids, row.id))
            asked.append(Asked(question.text, question.history, gold))
    return Collection(f"conversations, {name}", tuple(passage.text for passage in own), tuple(asked))


def _of(passages: Mapping[str, Found], ids: Sequence[str], row: str) -> list[Found]:
    lacking = [id for id in ids if id not in passages]
    if lacking:
        raise PublicDataError(f"row {row} names passages that the file of its passages lacks: {', '.join(lacking)}")
    return [passages[id] for id in ids]


def _question(spoken: Sequence[SpokenRow]) -> Question:
    """The last thing asked, with the turns before it; what was not replied to has an empty answer."""
    turns: list[Turn] = []
    for turn in spoken:
        if turn.speaker == "user":
            turns.append(Turn(turn.text, ""))
        elif turns:
            turns[-1] = Turn(turns[-1].question, f"{turns[-1].answer}\n{turn.text}".strip())
    return Question(turns[-1].question, tuple(turns[:-1]))


def _truth(row: ConversationRow) -> Truth | None:
    if row.answerability == "UNANSWERABLE":
        return Truth.SILENT
    found = set(row.rag_top3_ids) & set(row.gold_passage_ids)
    return Truth.ANSWERS if row.answerability == "ANSWERABLE" and found else None


def _sentences(source: str, rows: Sequence[SentenceRow], each: int | None) -> ExampleSet:
    labelled = _sampled((_labelled(row) for row in rows), each)
    twins = [twin for example in labelled for twin in _without_answer(example)]
    texts = dict.fromkeys(_text(row.sentences) for row in rows)
    return ExampleSet(source, tuple(texts), (*labelled, *twins))


def _labelled(row: SentenceRow) -> Example:
    answering = frozenset(
        _line(sentence) for sentence, label in zip(row.sentences, row.labels, strict=True) if label and sentence.strip()
    )
    truth = Truth.ANSWERS if row.answerable else Truth.SILENT
    return Example(row.id, Question(row.question), (_text(row.sentences),), truth, answering)


def _without_answer(example: Example) -> Iterator[Example]:
    """The example without the sentences that answer; none where they are unknown or nothing else is left."""
    if example.truth is not Truth.ANSWERS or not example.answering:
        return
    rest = [line for text in example.texts for line in text.splitlines() if line not in example.answering]
    if rest:
        yield Example(example.id, example.question, ("\n".join(rest),), Truth.LEFT_OUT)


def _sampled(examples: Iterable[Example], each: int | None) -> tuple[Example, ...]:
    """Up to `each` of each truth, the same on every run; a larger sample holds the smaller one."""
    ordered = sorted(examples, key=lambda one: hashlib.sha256(one.id.encode()).digest())
    return tuple(one for truth in Truth for one in [own for own in ordered if own.truth is truth][:each])


def _text(sentences: Sequence[str]) -> str:
    """A sentence a line, so that it stays one when the text is read."""
    return "\n".join(_line(sentence) for sentence in sentences if sentence.strip())


def _line(sentence: str) -> str:
    return " ".join(sentence.split())
