"""The files of public data, row by row. They lie beside the project and none of them is committed."""

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Literal, Self, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError, model_validator

SENTENCES = "answer_sentences.jsonl"
LISTS = "answerable_lists.jsonl"
GUIDANCE = ("guidance_passages.jsonl", "guidance_questions.jsonl")
CONVERSATIONS = ("conversations_passages.jsonl", "conversations.jsonl")
FILES = (SENTENCES, LISTS, *GUIDANCE, *CONVERSATIONS)

Row = TypeVar("Row", bound="_Row")


class PublicDataError(Exception):
    """A file of public data can't be used; the message names the file, the line and what is wrong."""


class _Row(BaseModel):
    model_config = ConfigDict(frozen=True)


class SentenceRow(_Row):
    """A question to one passage, sentence by sentence; a label of 1 says that the sentence answers."""

    id: str
    source: str
    question: str
    sentences: tuple[str, ...]
    labels: tuple[int, ...]
    answerable: bool

    @model_validator(mode="after")
    def _a_label_each(self) -> Self:
        if len(self.labels) != len(self.sentences):
            raise ValueError(f"{len(self.labels)} labels for {len(self.sentences)} sentences")
        return self


class ListRow(_Row):
    """A question to several passages: does any of them answer?"""

    id: str
    question: str
    passages: tuple[str, ...]
    answerable: bool


class PassageRow(_Row):
    """A passage that is searched; `collection` is empty where there is only one."""

    id: str
    text: str
    collection: str = ""


class GuidanceRow(_Row):
    """A question about a rule, perhaps after the asker's situation."""

    id: str
    question: str
    scenario: str
    gold_rule_id: str


class SpokenRow(_Row):
    """One turn of a conversation."""

    speaker: Literal["user", "agent"]
    text: str


class ConversationRow(_Row):
    """A conversation whose last turn is the question; `rag_top3_ids` is what a strong retriever found for it."""

    id: str
    collection: str
    turns: tuple[SpokenRow, ...]
    answerability: Literal["ANSWERABLE", "PARTIAL", "UNDERSPECIFIED", "UNANSWERABLE"]
    gold_passage_ids: tuple[str, ...]
    rag_top3_ids: tuple[str, ...]


def missing(folder: Path) -> list[str]:
    """The files that the folder lacks."""
    return [name for name in FILES if not (folder / name).is_file()]


def answer_sentences(folder: Path) -> list[SentenceRow]:
    return _rows(folder / SENTENCES, SentenceRow)


def answerable_lists(folder: Path) -> list[ListRow]:
    return _rows(folder / LISTS, ListRow)


def guidance(folder: Path) -> tuple[list[PassageRow], list[GuidanceRow]]:
    passages, questions = GUIDANCE
    return _rows(folder / passages, PassageRow), _rows(folder / questions, GuidanceRow)


def conversations(folder: Path) -> tuple[list[PassageRow], list[ConversationRow]]:
    passages, questions = CONVERSATIONS
    return _rows(folder / passages, PassageRow), _rows(folder / questions, ConversationRow)


def held_out(row: SentenceRow) -> bool:
    """Whether the passage is in the half that is only ever measured on; whoever tunes keeps to the other half."""
    passage = "\n".join(row.sentences)
    return hashlib.sha256(passage.encode()).digest()[0] % 2 == 0


def _rows(file: Path, model: type[Row]) -> list[Row]:
    return list(_read(file, model))


def _read(file: Path, model: type[Row]) -> Iterator[Row]:
    try:
        with file.open(encoding="utf-8") as lines:
            for number, line in enumerate(lines, start=1):
                try:
                    yield model.model_validate(json.loads(line))
                except (json.JSONDecodeError, ValidationError) as error:
                    raise PublicDataError(
                        f"{file}, line {number} is not as the README of the data says: {error}"
                    ) from error
    except OSError as error:
        raise PublicDataError(f"{file} can't be read ({error.strerror}): name the folder of the public data") from error
