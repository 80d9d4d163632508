"""One call of a chat model within its deadlines. The only module that knows in which ways a model's server can fail."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from functools import cache
from time import perf_counter
from typing import TYPE_CHECKING, Any, Protocol

from assistant.composing import ComposerError
from assistant.domain import Usage
from assistant.tracing import Span, model_call

if TYPE_CHECKING:
    from langchain_core.messages import AIMessage
    from langchain_core.runnables import Runnable

Messages = Sequence[tuple[str, str]]
"""Pairs of a role ("system", "human") and a text."""


class NotCalled(ComposerError):
    """The model may not be asked now. It did not fail."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How long a reply may take, from the call, and how long it may be. `answer_tokens` is asked of the server."""

    first_token_seconds: float = 4.0
    answer_seconds: float = 20.0
    answer_tokens: int = 1_200
    answer_characters: int = 12_000


@dataclass(frozen=True, slots=True)
class Prices:
    """US dollars for a million tokens, read and written. None: not known."""

    read: float | None = None
    written: float | None = None

    def of(self, tokens_in: int, tokens_out: int) -> Usage:
        dollars = (tokens_in * (self.read or 0.0) + tokens_out * (self.written or 0.0)) / 1_000_000
        return Usage(tokens_in, tokens_out, dollars)


@dataclass(frozen=True, slots=True)
class Spent:
    """Tokens as the server counted them; comes last, if at all."""

    tokens_in: int
    tokens_out: int


class Call(Protocol):
    """`stream_reply`, or something around it."""

    def __call__(
        self, model: "Runnable[Any, AIMessage]", messages: Messages, limits: Limits
    ) -> AsyncGenerator[str | Spent, None]: ...


async def stream_reply(
    model: "Runnable[Any, AIMessage]", messages: Messages, limits: Limits
) -> AsyncGenerator[str | Spent, None]:
    """The pieces of a reply as they come. ComposerError when it is late, too long, broken off or not a reply at all.

    Closing the iterator closes the connection.
    """
    began, begun = perf_counter(), False
    with model_call(*_address(model), max_tokens=limits.answer_tokens) as call:
        try:
            async with aclosing(_pieces(model, messages, limits)) as pieces:
                async for piece in pieces:
                    if not begun:
                        begun = True
                        call.note("gen_ai.response.time_to_first_chunk", perf_counter() - began)
                    _note_spent(call, piece)
                    yield piece
        except ComposerError as error:
            call.failed(_fault(error))
            raise
        call.note("gen_ai.response.finish_reasons", ["stop"])


async def _pieces(
    model: "Runnable[Any, AIMessage]", messages: Messages, limits: Limits
) -> AsyncGenerator[str | Spent, None]:
    now = asyncio.get_running_loop().time
    began, length, ended, spent = now(), 0, "", None
    async with aclosing(model.astream(list(messages))) as chunks:  # type: ignore[type-var]
        while True:
            seconds = limits.answer_seconds if length else min(limits.first_token_seconds, limits.answer_seconds)
            chunk = await _next(chunks, began + seconds)
            if chunk is None:
                break
            ended = chunk.response_metadata.get("finish_reason") or ended
            spent = _spent(chunk) or spent
            length += len(str(chunk.content))
            if length > limits.answer_characters:
                raise ComposerError(f"the model wrote more than {limits.answer_characters} characters")
            if chunk.text:
                yield str(chunk.text)
    if spent:
        yield spent
    if ended != "stop":
        raise ComposerError(f'the model\'s reply ended with "{ended or "nothing"}" instead of "stop"')


def usage(
    spent: Spent | None, messages: Messages, written: str, *, prices: Prices, count_tokens: Callable[[str], int]
) -> Usage:
    """What a call took, as the server counted, else as we count."""
    if spent:
        return prices.of(spent.tokens_in, spent.tokens_out)
    if not written:
        return Usage()
    return prices.of(sum(count_tokens(text) for _, text in messages), count_tokens(written))


async def _next(chunks: AsyncIterator["AIMessage"], deadline: float) -> "AIMessage | None":
    """The next piece, or None at the end. The deadline rules this wait alone, never what is done with the piece."""
    try:
        async with asyncio.timeout_at(deadline):
            return await anext(chunks, None)
    except TimeoutError as error:
        raise ComposerError("the model did not reply in time") from error
    except _foreign_errors() as error:
        # Not the error's own words: a server may repeat the question in them.
        status = getattr(error, "status_code", None)
        raise ComposerError(f"no usable reply from the model: {status or type(error).__name__}") from error


def _address(model: "Runnable[Any, AIMessage]") -> tuple[str, str]:
    """The model's name, and where its server is; empty where a model (or one with something bound to it) has none."""
    client = getattr(model, "bound", model)
    return getattr(client, "model_name", ""), getattr(client, "openai_api_base", None) or ""


def _note_spent(call: Span, piece: str | Spent) -> None:
    if isinstance(piece, Spent):
        call.note("gen_ai.usage.input_tokens", piece.tokens_in)
        call.note("gen_ai.usage.output_tokens", piece.tokens_out)


def _fault(error: ComposerError) -> str:
    """The status that a server gave, or the kind of the fault."""
    cause = error.__cause__ or error
    return str(getattr(cause, "status_code", None) or type(cause).__name__)


@cache
def _foreign_errors() -> tuple[type[Exception], ...]:
    """What a call can raise. Beside openai's own: the plain errors of libraries that met JSON they did not expect."""
    import httpx2
    from langchain_core.exceptions import LangChainException
    from openai import OpenAIError

    unexpected = (ValueError, TypeError, AttributeError, LookupError, AssertionError, OSError)
    return (OpenAIError, LangChainException, httpx2.HTTPError, *unexpected)


def _spent(chunk: "AIMessage") -> Spent | None:
    counted = chunk.usage_metadata
    return Spent(counted["input_tokens"], counted["output_tokens"]) if counted else None
