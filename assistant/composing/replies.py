"""What a model writes, read while it is being written: each claim as soon as it is whole."""

import re
from collections.abc import Iterator
from typing import Any

import pydantic_core
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from assistant.composing import ComposerError
from assistant.domain import Basis, Claim

_STRICT = ConfigDict(json_schema_extra={"additionalProperties": False})
_THOUGHT = re.compile(r"<think>.*?(?:</think>|\Z)", re.DOTALL)
_MOST_CLAIMS = 40


class WrittenBasis(BaseModel):
    model_config = _STRICT

    passage: int = Field(description="The number of a passage")
    quote: str = Field(description="Words of that passage, copied word for word")


class WrittenClaim(BaseModel):
    model_config = _STRICT

    text: str = Field(description="One sentence of the answer")
    rests_on: list[WrittenBasis] = Field(description="The quotes that say so")

    def as_claim(self) -> Claim:
        return Claim(self.text, tuple(Basis(basis.passage, basis.quote) for basis in self.rests_on))


class WrittenReply(BaseModel):
    model_config = _STRICT

    claims: list[WrittenClaim] = Field(description="The answer, sentence by sentence; empty if the passages have none")
    missing: str | None = Field(description="The part of the question that the passages do not answer, or null")


class ReplyReader:
    """Takes a reply in pieces and gives its claims, each once and only when it is whole."""

    def __init__(self) -> None:
        self._text = ""
        self._given = 0
        self._looked = 0

    def take(self, piece: str) -> Iterator[Claim]:
        """The claims that this piece made whole."""
        self._text += piece
        text, begin = self._object()
        for end in range(max(begin, self._looked), len(text)):
            if text[end] == "}":
                yield from self._new(_claims_until(text[begin : end + 1]))
        self._looked = len(text)

    def finish(self) -> tuple[list[Claim], str | None]:
        """The claims not given yet, and what is said to be missing; ComposerError if the reply has another form."""
        text, begin = self._object()
        written = text[begin : text.rfind("}") + 1]
        try:
            reply = WrittenReply.model_validate(pydantic_core.from_json(written))
        except ValidationError as error:
            raise ComposerError(f"the model's reply has another form ({error.error_count()} faults)") from error
        except ValueError as error:
            raise ComposerError("the model's reply is not JSON") from error
        if not reply.claims and not (reply.missing or "").strip():
            raise ComposerError("the model's reply says nothing, not even what is missing")
        return list(self._new(reply.claims)), (reply.missing or "").strip() or None

    def _object(self) -> tuple[str, int]:
        """The text without what a model thinks aloud, and where its JSON begins (its end when it has not)."""
        text = _THOUGHT.sub(lambda match: " " * len(match[0]), self._text)
        begin = text.find("{")
        return text, begin if begin >= 0 else len(text)

    def _new(self, claims: list[WrittenClaim]) -> Iterator[Claim]:
        if len(claims) > _MOST_CLAIMS:
            raise ComposerError(f"the model's reply has more than {_MOST_CLAIMS} claims")
        for claim in claims[self._given :]:
            self._given += 1
            yield claim.as_claim()


def _claims_until(written: str) -> list[WrittenClaim]:
    """The claims of a reply that ends with a brace, if that brace ends a claim: only then do these two close it."""
    try:
        reply: Any = pydantic_core.from_json(written + "]}")
    except ValueError:
        return []
    if not isinstance(reply, dict) or not isinstance(reply.get("claims"), list):
        return []
    try:
        return [WrittenClaim.model_validate(claim) for claim in reply["claims"]]
    except ValidationError as error:
        raise ComposerError(f"a claim of the model has another form ({error.error_count()} faults)") from error
