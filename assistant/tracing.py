"""What a question goes through, as spans. Off until `use` is given a tracer; `assistant/otlp.py` is the real one.

A span holds names, numbers and ids that we chose, never words of a candidate, of the pack or of a model. Spans of the
search and of a model's calls are named as OpenTelemetry's conventions for generative AI name them.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Final, Literal, Protocol
from urllib.parse import urlsplit

from assistant.domain import Answer, Event, Question

Attribute = str | bool | int | float | Sequence[str]
Kind = Literal["internal", "server", "client"]


class Span(Protocol):
    """A step while it is under way."""

    def note(self, name: str, value: Attribute) -> None: ...
    def rename(self, name: str) -> None: ...
    def failed(self, kind: str) -> None: ...


class Tracer(Protocol):
    """Makes spans, each within the one that is open. A fault that leaves a span is noted by its kind alone."""

    def span(self, name: str, kind: Kind, attributes: Mapping[str, Attribute]) -> AbstractContextManager[Span]: ...
    def trace_id(self) -> str: ...


def use(tracer: Tracer | None) -> None:
    """From now on this process's spans go to that tracer; None turns them off."""
    _process.tracer = tracer


def is_on() -> bool:
    return _process.tracer is not None


def span(
    name: str, kind: Kind = "internal", attributes: Mapping[str, Attribute] | None = None
) -> AbstractContextManager[Span]:
    """A step, from here to the end of the `with`."""
    return _process.tracer.span(name, kind, attributes or {}) if _process.tracer else nullcontext(_UNSEEN)


def trace_id() -> str:
    """The trace that this is part of, in hex; empty when there is none."""
    return _process.tracer.trace_id() if _process.tracer else ""


def retrieval(source: str) -> AbstractContextManager[Span]:
    """A search of the campaign whose id is `source`."""
    about = {"gen_ai.operation.name": "retrieval", "gen_ai.data_source.id": source}
    return span(f"retrieval {source}", "client", about)


def model_call(model: str, server: str, *, max_tokens: int) -> AbstractContextManager[Span]:
    """One call of a chat model; `server` is its address, empty for OpenAI's own."""
    address = urlsplit(server or "https://api.openai.com")
    about: dict[str, Attribute] = {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "openai",
        "gen_ai.request.model": model,
        "gen_ai.request.max_tokens": max_tokens,
        "gen_ai.request.stream": True,
        "server.address": address.hostname or "",
        "server.port": address.port or (80 if address.scheme == "http" else 443),
    }
    return span(f"chat {model}".strip(), "client", about)


class Answering(Protocol):
    """Answers questions. The last event of a stream is the whole Answer."""

    def stream(self, question: Question) -> AsyncIterator[Event]: ...


@dataclass(frozen=True, slots=True)
class TracedAssistant:
    """An assistant, each of whose answers is a span that says how it ended."""

    inner: Answering

    async def stream(self, question: Question) -> AsyncIterator[Event]:
        with span("answer") as answering:
            async for event in self.inner.stream(question):
                if isinstance(event, Answer):
                    _describe(answering, event)
                yield event


def _describe(answering: Span, answer: Answer) -> None:
    answering.note("assistant.outcome", answer.outcome.value)
    answering.note("assistant.mode", answer.mode)
    if answer.rule:
        answering.note("assistant.rule", answer.rule.value)
    if answer.versions:
        answering.note("assistant.index", answer.versions.index)


class _Process:
    """Steps lie too deep for each to be handed a tracer, so the process has one."""

    tracer: Tracer | None = None


class _Unseen:
    def note(self, name: str, value: Attribute) -> None: ...
    def rename(self, name: str) -> None: ...
    def failed(self, kind: str) -> None: ...


_process: Final = _Process()
_UNSEEN: Final = _Unseen()
