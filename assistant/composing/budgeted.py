"""Calls of a model within the budget of the day."""

from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from typing import TYPE_CHECKING, Any, Final

from assistant.budget import Budget, BudgetError
from assistant.composing import ComposerError
from assistant.composing.calling import Limits, Messages, NotCalled, Prices, Spent, stream_reply, usage
from assistant.domain import Usage
from knowledge.tokens import count_tokens as count_o200k

if TYPE_CHECKING:
    from langchain_core.messages import AIMessage
    from langchain_core.runnables import Runnable

_FRAME_TOKENS: Final = 1_000
"""More than the shape of a reply and the marks around messages, which a server counts too."""


class BudgetedCalls:
    """`stream_reply`, when the budget holds what the call may cost at most. Else NotCalled."""

    def __init__(self, budget: Budget, prices: Prices, *, count_tokens: Callable[[str], int] = count_o200k) -> None:
        self._budget = budget
        self._prices = prices
        self._count_tokens = count_tokens

    async def __call__(
        self, model: "Runnable[Any, AIMessage]", messages: Messages, limits: Limits
    ) -> AsyncGenerator[str | Spent, None]:
        try:
            aside = await self._budget.set_aside(self._most(messages, limits))
        except BudgetError as error:
            raise NotCalled(str(error)) from error
        reply = _Reply()
        try:
            async with aclosing(stream_reply(model, messages, limits)) as pieces:
                async for piece in pieces:
                    reply.take(piece)
                    yield piece
        except ComposerError as error:
            reply.was_refused = error.__cause__ is not None and not isinstance(error.__cause__, TimeoutError)
            raise
        finally:
            await self._budget.settle(aside, self._used(messages, reply))

    def _most(self, messages: Messages, limits: Limits) -> Usage:
        """No kind of token is shorter than a byte."""
        read = sum(len(text.encode()) for _, text in messages)
        return self._prices.of(read + _FRAME_TOKENS, limits.answer_tokens)

    def _used(self, messages: Messages, reply: "_Reply") -> Usage:
        """As the server counted. What was broken off was read for and paid for; what was refused was not."""
        if reply.spent or reply.written or reply.was_refused:
            return usage(reply.spent, messages, reply.written, prices=self._prices, count_tokens=self._count_tokens)
        return self._prices.of(sum(self._count_tokens(text) for _, text in messages), 0)


class _Reply:
    def __init__(self) -> None:
        self.spent: Spent | None = None
        self.written = ""
        self.was_refused = False

    def take(self, piece: str | Spent) -> None:
        if isinstance(piece, Spent):
            self.spent = piece
        else:
            self.written += piece
