"""OpenAI's chat completions and models, so that what speaks to OpenAI can speak to us. Stateless, as theirs is."""

import json
import time
from collections.abc import AsyncIterator, Sequence
from functools import partial
from typing import Any, Final, Literal

from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse, Response
from fastapi.sse import KEEPALIVE_COMMENT
from pydantic import BaseModel, Field

from assistant.domain import MAX_QUESTION, Question, Said, Turn, Usage
from assistant.text import clean
from assistant.web.ask import SILENCE, EventStream, caller, json_only
from assistant.web.contract import COMPLETED, MODELS, openai_problems
from assistant.web.errors import Problem
from assistant.web.limits import Limits
from assistant.web.schemas import AnswerBody, CitationBody, SentenceBody
from assistant.web.service import Service
from assistant.web.turns import HISTORY, Reply, Turns

MODEL: Final = "recruitment-pack-assistant"
"""The one model there is. A request may name any: what answers is the same."""

_LONGEST_TURN: Final = 2000


class ContentPart(BaseModel):
    type: str
    text: str = ""


class Message(BaseModel):
    role: str
    content: str | list[ContentPart] | None = None

    @property
    def words(self) -> str:
        if isinstance(self.content, list):
            return "\n".join(part.text for part in self.content if part.type in ("text", "input_text"))
        return self.content or ""


class StreamOptions(BaseModel):
    include_usage: bool = False


class Completion(BaseModel):
    """What is read of a request; settings of a model (temperature and so on) change nothing here."""

    messages: list[Message] = Field(min_length=1)
    stream: bool = False
    stream_options: StreamOptions | None = None
    n: Literal[1] | None = None


def openai_routes(service: Service, turns: Turns, limits: Limits) -> APIRouter:
    router = APIRouter(prefix="/v1", tags=["OpenAI's shapes"])

    @router.post("/chat/completions", dependencies=[Depends(json_only)], responses=COMPLETED)
    async def complete(request: Request, body: Completion) -> Response:
        """The last user message is the question, the ones before it its history."""
        question = _question(body.messages)
        await limits.check(caller(request))
        # What the guard refused once must not come back as history.
        before = (turn for turn in history(body.messages) if not service.screen(Question(turn.question)))
        reply = await turns.ask(question, history=tuple(before))
        base = str(request.base_url).rstrip("/")
        if body.stream:
            usage = body.stream_options is not None and body.stream_options.include_usage
            chunks = _chunks(reply, base, usage=usage)
            return EventStream(chunks, left=partial(turns.stop, reply))
        return JSONResponse(_completion(await reply.whole(), reply.usage, base))

    @router.get("/models", responses=MODELS)
    async def models() -> dict[str, Any]:
        """The one model there is."""
        return {"object": "list", "data": [_model()]}

    @router.get("/models/{name}", responses=openai_problems(404))
    async def model(name: str) -> dict[str, Any]:
        """The one model there is, by its name."""
        if name != MODEL:
            raise Problem(404, f"There is no such model here; the one there is is called {MODEL}.")
        return _model()

    return router


def history(messages: Sequence[Message]) -> tuple[Turn, ...]:
    """The last questions before the last one, each with the reply that follows it, oldest first."""
    turns: list[Turn] = []
    asked = ""
    for message in messages[: _last_question(messages)]:
        words = clean(message.words)[:_LONGEST_TURN]
        if message.role == "user":
            asked = words[:MAX_QUESTION]
        elif message.role == "assistant" and asked and words:
            turns.append(Turn(asked, words))
            asked = ""
    return tuple(turns[-HISTORY:])


def annotations(
    text: str, sentences: Sequence[SentenceBody], citations: Sequence[CitationBody], base: str
) -> list[Any]:
    """For each sentence that stands in the text, where it stands and what it rests on."""
    by_number = {citation.number: citation for citation in citations}
    found = []
    end = 0
    for sentence in sentences:
        start = text.find(sentence.text, end)
        if start < 0:
            continue
        end = start + len(sentence.text)
        found += [_annotation(by_number[number], start, end, base) for number in sentence.citations]
    return found


def _annotation(citation: CitationBody, start: int, end: int, base: str) -> dict[str, Any]:
    title = " > ".join([citation.title, *citation.heading])
    place = {"start_index": start, "end_index": end, "url": base + citation.url, "title": title}
    return {"type": "url_citation", "url_citation": place}


def _last_question(messages: Sequence[Message]) -> int:
    places = [place for place, message in enumerate(messages) if message.role == "user"]
    if not places:
        raise Problem(422, "There is no user message to answer.")
    return places[-1]


def _question(messages: Sequence[Message]) -> str:
    question = clean(messages[_last_question(messages)].words)
    if not 1 <= len(question) <= MAX_QUESTION:
        fault = f"has {len(question)} characters; a question has 1 to {MAX_QUESTION}"
        raise Problem(422, f"The last user message {fault}.", errors=[{"field": "messages", "detail": fault}])
    return question


def _model() -> dict[str, Any]:
    return {"id": MODEL, "object": "model", "created": 0, "owned_by": "secretariat"}


def _usage(usage: Usage) -> dict[str, int]:
    return {
        "prompt_tokens": usage.tokens_in,
        "completion_tokens": usage.tokens_out,
        "total_tokens": usage.tokens_in + usage.tokens_out,
    }


def _completion(answer: AnswerBody, usage: Usage, base: str) -> dict[str, Any]:
    notes = annotations(answer.text, answer.sentences, answer.citations, base)
    message = {"role": "assistant", "content": answer.text, "refusal": None, "annotations": notes}
    return {
        "id": f"chatcmpl-{answer.id}",
        "object": "chat.completion",
        "created": int(time.time()),
        "model": MODEL,
        "choices": [{"index": 0, "message": message, "logprobs": None, "finish_reason": "stop"}],
        "usage": _usage(usage),
        "answer": answer.model_dump(mode="json"),
    }


async def _chunks(reply: Reply, base: str, *, usage: bool) -> AsyncIterator[bytes]:
    """Sentences as they are released; the last chunk holds the annotations and the whole answer."""
    head = {
        "id": f"chatcmpl-{reply.turn}",
        "object": "chat.completion.chunk",
        "created": int(time.time()),
        "model": MODEL,
    }
    said: list[str] = []
    yield _chunk(head, {"role": "assistant", "content": ""})
    while True:
        try:
            event = await reply.next(within=SILENCE)
        except TimeoutError:
            yield KEEPALIVE_COMMENT
            continue
        except Problem as problem:
            yield _data(problem.openai())
            return
        if isinstance(event, Said):
            said.append(event.sentence.text if not said else "\n" + event.sentence.text)
            yield _chunk(head, {"content": said[-1]})
        elif isinstance(event, AnswerBody):
            break
    if rest := unsaid(event, "".join(said)):
        said.append(rest)
        yield _chunk(head, {"content": rest})
    notes = annotations("".join(said), event.sentences, event.citations, base)
    yield _chunk(head, {"annotations": notes}, finish_reason="stop", answer=event.model_dump(mode="json"))
    if usage:
        yield _data({**head, "choices": [], "usage": _usage(reply.usage)})
    yield b"data: [DONE]\n\n"


def unsaid(answer: AnswerBody, said: str) -> str:
    """What the whole answer holds beyond the sentences that were said: sentences left, and the words after the last."""
    if not said:
        return answer.text
    left = "".join("\n" + sentence.text for sentence in answer.sentences if sentence.text not in said)
    last = answer.sentences[-1].text if answer.sentences else ""
    place = answer.text.rfind(last) if last else -1
    return left + (answer.text[place + len(last) :] if place >= 0 else "")


def _chunk(head: dict[str, Any], delta: dict[str, Any], *, finish_reason: str | None = None, **more: Any) -> bytes:
    choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish_reason}
    return _data({**head, "choices": [choice], **more})


def _data(body: dict[str, Any]) -> bytes:
    return f"data: {json.dumps(body, ensure_ascii=False)}\n\n".encode()
