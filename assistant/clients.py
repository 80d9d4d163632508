"""Who is asked elsewhere: models that write and models that embed, and what stands in for them where there is none."""

from typing import TYPE_CHECKING

from pydantic import SecretStr

from assistant.budget import Budget
from assistant.composing import Composer
from assistant.composing.breaker import CircuitBreaker
from assistant.composing.quoting import QuotingComposer
from assistant.conversation import Restater, RuleRestater
from assistant.settings import LOCAL, Settings
from knowledge.embedding import LocalEmbeddings

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

    from knowledge.remote import RemoteEmbeddings

_NO_KEY = "none"
"""Servers of one's own often need no key, and the client will not go without one."""


def open_embeddings(settings: Settings) -> "LocalEmbeddings | RemoteEmbeddings":
    """What makes the vectors of passages and questions."""
    if settings.embedding_model == LOCAL:
        return LocalEmbeddings()
    from langchain_openai import OpenAIEmbeddings

    from knowledge.remote import RemoteEmbeddings

    # Servers other than OpenAI's take text, not the token numbers that this client would send of long ones.
    client = OpenAIEmbeddings(
        model=settings.embedding_model,
        api_key=settings.openai_api_key or SecretStr(_NO_KEY),
        base_url=settings.openai_base_url or None,
        check_embedding_ctx_length=False,
        max_retries=2,
    )
    return RemoteEmbeddings(client, name=settings.embedding_model)


def open_writers(settings: Settings, breaker: CircuitBreaker, budget: Budget | None) -> tuple[Composer, Restater]:
    """Who writes answers and who makes follow-ups stand alone: a model where there is one, and the rules behind it.

    TokensError where the model's tokens can't be counted.
    """
    if not settings.uses_model:
        return QuotingComposer(), RuleRestater()
    from assistant.composing.budgeted import BudgetedCalls
    from assistant.composing.calling import Call, Limits, Prices, stream_reply
    from assistant.composing.fallback import FallbackComposer
    from assistant.composing.model import ModelComposer
    from assistant.restating import ModelRestater
    from knowledge.tokens import count_tokens

    # Loaded now: nobody has to wait for it, and a damaged file is told at the start.
    count_tokens("")
    model = open_chat_model(settings)
    prices = Prices(settings.price_in, settings.price_out)
    call: Call = BudgetedCalls(budget, prices) if budget else stream_reply
    writer = ModelComposer(
        model,
        limits=Limits(settings.first_token_seconds, settings.answer_seconds, settings.answer_tokens),
        prices=prices,
        breaker=breaker,
        call=call,
    )
    restater = ModelRestater(model, RuleRestater(), breaker=breaker, call=call)
    return FallbackComposer(writer, QuotingComposer()), restater


def open_chat_model(settings: Settings) -> "BaseChatModel":
    """The client of the model that writes; nothing is sent yet."""
    from langchain_openai import ChatOpenAI

    return ChatOpenAI(
        model=settings.chat_model,
        api_key=settings.openai_api_key or SecretStr(_NO_KEY),
        base_url=settings.openai_base_url or None,
        max_retries=0,
        timeout=settings.answer_seconds,
        # We keep to deadlines of our own. In Python 3.11 the client's waiting for a piece swallows a word to stop that
        # comes with it, and a stream that nobody listens to goes on to its end.
        stream_chunk_timeout=None,
        stream_usage=True,
        use_responses_api=False,
    )
