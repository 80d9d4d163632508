"""What is asked of a judge, and what its reply says. A reply that can't be read leaves the answer unscored."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from string import Template
from typing import Literal, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from assistant.domain import Outcome
from evals.domain import Asked

_PROMPTS = Path(__file__).with_name("prompts")
_FENCE = re.compile(r"\A```(?:json)?\n(.*)\n```\Z", re.DOTALL)
_ANSWERED = (Outcome.ANSWERED, Outcome.PARTLY_ANSWERED)

Said = TypeVar("Said", bound="_Said")


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a judge says of an answer, from 0 to 1; None when it said nothing that can be read."""

    value: float | None
    why: str


@dataclass(frozen=True, slots=True)
class Judge:
    """A measure that a model takes: what it is shown, and how its reply is read (with the number of sentences)."""

    name: str
    prompt: Callable[[Asked], str]
    read: Callable[[str, int], Judgement]


class _Said(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    reason: str


class _Sentence(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    number: int
    supported: bool


class _Faithfulness(_Said):
    sentences: list[_Sentence]


class _Relevance(_Said):
    relevant: Literal["yes", "partly", "no"]


_RELEVANT = {"yes": 1.0, "partly": 0.5, "no": 0.0}


def can_be_judged(asked: Asked) -> bool:
    """Whether something was said from the pack: a refusal or a plain "not in the pack" has nothing to judge."""
    return asked.answer.outcome in _ANSWERED and bool(asked.answer.sentences)


def read_faithfulness(reply: str, sentences: int) -> Judgement:
    """The share of the sentences that are supported. Every sentence must be judged, and once."""
    said = _parsed(reply, _Faithfulness)
    if isinstance(said, Judgement):
        return said
    if sorted(one.number for one in said.sentences) != list(range(1, sentences + 1)):
        return Judgement(None, f"judged {[one.number for one in said.sentences]} of {sentences} sentences")
    return Judgement(sum(one.supported for one in said.sentences) / sentences, said.reason)


def read_relevance(reply: str, sentences: int) -> Judgement:  # noqa: ARG001 - every judge is read with both
    """1 for an answer to the question, a half for part of one, 0 for none."""
    said = _parsed(reply, _Relevance)
    return said if isinstance(said, Judgement) else Judgement(_RELEVANT[said.relevant], said.reason)


def _faithfulness_prompt(asked: Asked) -> str:
    return _prompt("faithfulness", question=asked.case.question, sentences=_sentences(asked))


def _relevance_prompt(asked: Asked) -> str:
    before = "\n".join(f"Question: {turn.question}\nAnswer: {turn.answer}\n" for turn in asked.case.turns)
    return _prompt("answer_relevance", before=before, question=asked.case.question, answer=asked.answer.text)


JUDGES = (
    Judge("faithfulness", _faithfulness_prompt, read_faithfulness),
    Judge("answer_relevance", _relevance_prompt, read_relevance),
)


def _prompt(name: str, **parts: str) -> str:
    return Template((_PROMPTS / f"{name}.txt").read_text(encoding="utf-8")).substitute(parts)


def _sentences(asked: Asked) -> str:
    quotes = {citation.number: citation.quote for citation in asked.answer.citations}
    return "\n\n".join(
        "\n".join([f"{number}. {said.text}", *(f'   cites: "{quotes[one]}"' for one in said.citations)])
        for number, said in enumerate(asked.answer.sentences, start=1)
    )


def _parsed(reply: str, model: type[Said]) -> Said | Judgement:
    """The reply as one JSON object, alone or in a fence; otherwise an unscored judgement that says what is wrong."""
    text = reply.strip()
    fenced = _FENCE.match(text)
    try:
        return model.model_validate_json(fenced[1] if fenced else text)
    except ValidationError as error:
        return Judgement(None, f"can't be read ({error.errors()[0]['msg']}): {text[:200]}")
