"""A language model's stand-in for the gate: needs no key, says the same every time, and errs as models do.

It does what the prompt that it gets tells it, and about half of the time more than that: `FALSEHOODS` are what it says
then, and what nobody may ever be shown.
"""

import argparse
import json
import re
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from threading import Event
from typing import Any

from pydantic import BaseModel, Field, ValidationError

from assistant.wording import content_words, stem
from evals.model.claims import PassageGiven, find, parts_of, units_of
from evals.model.faults import FALSEHOODS, INVENTED_SUM, Ground, WrittenClaim, faulty_claims, obeyed, true_claim
from evals.model.loopback import DONE, EVENTS, Call, Reply, event, fault, serving

__all__ = ["FALSEHOODS", "scripted_model", "written"]

_TURNS = 16
"""Of so many questions, the first `_ONLY_FAULTS` get nothing but faulty claims, those up to `_FAULTS` some beside true
ones, or up to `_INVENTED` where the passages answer nothing."""
_ONLY_FAULTS = 1
_INVENTED = 4
_FAULTS = 9
_NEAREST = 6
_PIECE = 24

_ASKS_FOR_QUOTES = re.compile(
    r"\brests_on\b|[\"“'`]quotes?[\"”'`]|\bcit(?:e|es|ing|ations?)\b|\bquot(?:e|ing) (?:the|each|every|its|word)\b"
    r"|\b(?:give|add|take|copy|include|write|provide|state|with)\b[^.\n]{0,40}\b(?:quotes?|quotations?)\b",
    re.IGNORECASE,
)
_WANTS_NO_QUOTES = re.compile(
    r"\b(?:no|without|omit|skip|don't|do not|never|leave out)\s+(?:(?:any|give|add|write|include|the)\s+)*"
    r"[\"“'`]?(?:quot(?:e|es|ations?)|cit(?:e|ations?)|rests_on)\b|\brests_on[\"”'`]?\s+(?:is|stays|must be) empty",
    re.IGNORECASE,
)
_LITERALLY = re.compile(r"word for word|verbatim|\bexact|\bcop(?:y|ied|ies)\b|literal|as (?:it|they) stands?", re.I)
_PRONOUN = re.compile(r"\b(?:they|them|those|these|it)\b|\b(?:that|this|there|one)\b(?=\W*$)", re.IGNORECASE)
_OPENING = re.compile(r"^(?:and|but|so|also|then|what about|how about)\s+", re.IGNORECASE)


class _Message(BaseModel):
    role: str
    content: str


class _StreamOptions(BaseModel):
    include_usage: bool = False


class _Request(BaseModel):
    messages: list[_Message]
    model: str = "scripted"
    stream: bool = False
    stream_options: _StreamOptions | None = None

    @property
    def told(self) -> str:
        return "\n".join(message.content for message in self.messages if message.role in ("system", "developer"))

    @property
    def given(self) -> str:
        return "\n".join(message.content for message in self.messages if message.role == "user")


class _Line(BaseModel):
    """A line of what a prompt is given: a passage, an earlier turn or the question."""

    passage: int | None = None
    text: str = ""
    leads_in: str = ""
    heading: list[str] = Field(default=[])
    asked: str | None = None
    answered: str = ""
    question: str | None = None


@contextmanager
def scripted_model(*, port: int = 0) -> Iterator[str]:
    """Serves it on this machine, at the base URL that is given (…/v1)."""
    with serving(_reply, port=port) as base_url:
        yield base_url


def written(told: str, given: str) -> str:
    """What it writes to a system prompt and the lines of JSON that go with it. ValidationError when these are none."""
    lines = [_Line.model_validate_json(line) for line in given.splitlines() if line.strip()]
    question = next((line.question for line in reversed(lines) if line.question is not None), "")
    passages = [
        PassageGiven(line.passage, line.text, line.leads_in, tuple(line.heading))
        for line in lines
        if line.passage is not None
    ]
    if not passages and re.search(r"\b(?:re(?:write|state|phrase|word)|stands? alone)", told, re.IGNORECASE):
        return _restated(question, [line for line in lines if line.asked is not None])
    return _drafted(told, question, passages)


def _drafted(told: str, question: str, passages: Sequence[PassageGiven]) -> str:
    units = [unit for passage in passages for unit in units_of(passage)]
    found = [find(part, units) for part in parts_of(question)]
    nearest = list(dict.fromkeys(unit for one in found for unit in one.units))
    missing = [one.part for one in found if not one.answers] if "missing" in told.lower() else []
    answering = [unit for one in found if one.answers or not missing for unit in one.units]
    claims = [true_claim(unit) for unit in dict.fromkeys(answering)]
    ground = Ground([*nearest, *(unit for unit in units[:_NEAREST] if unit not in nearest)], passages)
    claims = _erred(claims, ground, _hash(question))
    return json.dumps(
        {
            "claims": [_in_the_shape(told, claim) for claim in claims],
            "missing": question if len(missing) == len(found) else (" ".join(missing) or None),
        },
        ensure_ascii=False,
    )


def _erred(claims: list[WrittenClaim], ground: Ground, turn: int) -> list[WrittenClaim]:
    """The claims as this model makes them of this question: as they are, among faulty ones, or only faulty ones."""
    place, kind = turn % _TURNS, turn // _TURNS
    order = obeyed(ground)
    obeys = [order] if order and kind % 2 else []
    faults = faulty_claims(ground)
    if not faults or place >= (_FAULTS if claims else _INVENTED):
        return [*claims, *obeys]
    made = [faults[(kind + step) % len(faults)] for step in range(1 + kind // 2 % 2)]
    if place < _ONLY_FAULTS:
        return [*made, *obeys]
    return [*claims[:1], *made, *claims[1:], *obeys]


def _in_the_shape(told: str, claim: WrittenClaim) -> dict[str, Any]:
    """A claim as the prompt asks for it. One that asks for quotes, but not for literal ones, gets loose ones."""
    text, rests_on = claim
    if not _ASKS_FOR_QUOTES.search(told) or _WANTS_NO_QUOTES.search(told):
        rests_on = ()
    elif not _LITERALLY.search(told):
        rests_on = tuple((number, " ".join(content_words(quote))) for number, quote in rests_on)
    return {"text": text, "rests_on": [{"passage": number, "quote": quote} for number, quote in rests_on]}


def _restated(question: str, turns: Sequence[_Line]) -> str:
    """The question with the topic of the last turn, if it leans on that; now and then with something invented."""
    last = turns[-1].asked if turns else None
    own = {stem(word) for word in content_words(question)}
    if not last or (len(own) > 1 and not _PRONOUN.search(question)):
        return question
    topic = " ".join(word for word in content_words(last) if stem(word) not in own)
    bare = _OPENING.sub("", question.strip()).rstrip("?!. ")
    invented = f" for {INVENTED_SUM}" if _hash(question) % _TURNS < _ONLY_FAULTS else ""
    restated = _PRONOUN.sub(f"the {topic}", bare, count=1) if topic else bare
    return f"{restated if restated != bare else f'{bare} {topic}'.strip()}{invented}?"


def _hash(text: str) -> int:
    return zlib.crc32(" ".join(text.casefold().split()).encode())


def _reply(call: Call) -> Reply:
    if call.path != "/chat/completions":
        return fault(404, f"the scripted model only serves /chat/completions, not {call.path}", "not_found")
    try:
        request = _Request.model_validate(call.body)
        text = written(request.told, request.given)
    except ValidationError as error:
        return fault(400, f"the scripted model reads lines of JSON only ({error.error_count()} faults)", "not_read")
    usage = _usage(request, text)
    if not request.stream:
        message = {"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"}
        return Reply((_json({**_frame(request, "chat.completion"), "choices": [message], "usage": usage}).encode(),))
    frame = _frame(request, "chat.completion.chunk")
    pieces = [text[start : start + _PIECE] for start in range(0, len(text), _PIECE)]
    events = [_json({**frame, "choices": [_choice({"content": piece})]}) for piece in pieces]
    events.append(_json({**frame, "choices": [_choice({}, "stop")]}))
    if request.stream_options and request.stream_options.include_usage:
        events.append(_json({**frame, "choices": [], "usage": usage}))
    return Reply(map(event, (*events, DONE)), content_type=EVENTS)


def _frame(request: _Request, kind: str) -> dict[str, Any]:
    return {"id": "scripted", "object": kind, "created": 0, "model": request.model}


def _choice(delta: dict[str, str], finish: str | None = None) -> dict[str, Any]:
    return {"index": 0, "delta": delta, "finish_reason": finish}


def _usage(request: _Request, text: str) -> dict[str, int]:
    """Roughly, as four characters a token."""
    read, wrote = sum(len(message.content) for message in request.messages) // 4, len(text) // 4
    return {"prompt_tokens": read, "completion_tokens": wrote, "total_tokens": read + wrote}


def _json(value: dict[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False)


def _main() -> None:
    parser = argparse.ArgumentParser(prog="python -m evals.model.scripted", description="Serve the scripted model.")
    parser.add_argument("--port", type=int, default=8002)
    with scripted_model(port=parser.parse_args().port) as base_url:
        print(f"OPENAI_BASE_URL={base_url}")
        Event().wait()


if __name__ == "__main__":
    _main()
