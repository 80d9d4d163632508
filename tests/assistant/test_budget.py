"""What the model may be used for in a day: never more, by however many workers, and then the pack is quoted."""

import asyncio
import logging
import tempfile
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import create_engine, text

from assistant.budget import Allowance, Budget, BudgetError
from assistant.composing.breaker import CircuitBreaker
from assistant.composing.budgeted import BudgetedCalls
from assistant.composing.calling import Limits, Prices
from assistant.composing.fallback import FallbackComposer
from assistant.composing.model import ModelComposer
from assistant.composing.quoting import QuotingComposer
from assistant.conversation import RuleRestater
from assistant.database import Database, open_database
from assistant.domain import DraftItem, Question, Restarted, Turn, Usage
from assistant.restating import ModelRestater
from knowledge.tokens import count_tokens
from tests.assistant.test_model_composer import EVIDENCE, GOOD, QUESTION, READING
from tests.databases import fresh, postgres, postgres_is_here
from tests.scripted_model import Reply, ScriptedModel, chat_client, in_pieces, scripted_model

TODAY = date(2026, 11, 23)
LIMITS = Limits(first_token_seconds=0.5, answer_seconds=1.0, answer_tokens=200)
COUNTED = Reply(in_pieces(GOOD), usage=(300, 80))


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def server(request: pytest.FixtureRequest) -> Iterator[str]:
    """A pattern of addresses on one kind of database."""
    with tempfile.TemporaryDirectory(prefix="pg-") as folder:
        if request.param == "sqlite":
            yield f"sqlite:///{folder}/{{name}}.sqlite3"
        elif postgres_is_here():
            with postgres(Path(folder)) as server:
                yield server
        else:
            pytest.skip("PostgreSQL is not installed")


@pytest.fixture(scope="module")
def address(server: str) -> str:
    address = fresh(server) if server.startswith("postgresql") else server.format(name="records")
    open_database(address).close()
    return address


@pytest.fixture
def database(address: str) -> Iterator[Database]:
    database = open_database(address)
    with database.engine.begin() as connection:
        connection.execute(text("DELETE FROM model_day"))
    yield database
    database.close()


def standing(database: Database) -> list[tuple[str, int, int]]:
    with database.engine.connect() as connection:
        return [tuple(row) for row in connection.execute(text("SELECT * FROM model_day ORDER BY day"))]


def test_four_workers_together_never_set_aside_more_than_there_is(database: Database, address: str) -> None:
    async def flood() -> int:
        mine = open_database(address)
        budget = Budget(mine, Allowance(tokens=1_000), day=lambda: TODAY)
        kept = await asyncio.gather(*(budget.set_aside(Usage(20, 10)) for _ in range(20)), return_exceptions=True)
        mine.close()
        assert {type(error) for error in kept if isinstance(error, BaseException)} <= {BudgetError}
        return sum(not isinstance(one, BaseException) for one in kept)

    with ThreadPoolExecutor(4) as threads:
        passed = sum(one.result() for one in [threads.submit(asyncio.run, flood()) for _ in range(4)])

    assert passed == 33
    assert standing(database) == [("2026-11-23", 990, 0)]


def test_what_was_not_used_can_be_used_by_the_next(database: Database) -> None:
    budget = Budget(database, Allowance(tokens=1_000), day=lambda: TODAY)

    async def used() -> None:
        for _ in range(9):
            await budget.settle(await budget.set_aside(Usage(800, 100)), Usage(8, 2))
        with pytest.raises(BudgetError, match="spent"):
            await budget.set_aside(Usage(800, 111))
        await budget.set_aside(Usage(800, 110))

    asyncio.run(used())
    assert standing(database) == [("2026-11-23", 1_000, 0)]


def test_money_is_counted_exactly_however_small_the_sums(database: Database) -> None:
    prices = Prices(0.15, 0.6)
    budget = Budget(database, Allowance(dollars=0.00001), day=lambda: TODAY)

    async def asked() -> int:
        passed = 0
        while True:
            try:
                await budget.settle(await budget.set_aside(prices.of(10, 0)), prices.of(1, 0))
            except BudgetError:
                return passed
            passed += 1

    # That is 66.7 tokens at 0.15 dollars a million; after 57 of them there is no room for another ten.
    assert asyncio.run(asked()) == 57
    assert standing(database) == [("2026-11-23", 57, 57 * 150)]


def test_money_and_tokens_each_end_the_day_and_the_next_begins_anew(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    day = TODAY
    budget = Budget(database, Allowance(tokens=100, dollars=1.0), day=lambda: day)

    async def left(usage: Usage) -> bool:
        try:
            await budget.set_aside(usage)
        except BudgetError:
            return False
        return True

    async def asked() -> list[bool]:
        nonlocal day
        found = [await left(one) for one in (Usage(101, 0), Usage(1, 0, 1.1), Usage(60, 0, 0.6), Usage(1, 0, 0.5))]
        found.append(await left(Usage(41, 0)))
        day = date(2026, 11, 24)
        return [*found, await left(Usage(60, 0, 0.6))]

    with caplog.at_level(logging.WARNING, "assistant.budget"):
        assert asyncio.run(asked()) == [False, False, True, False, False, True]
    assert [record.message for record in caplog.records] == [
        "the model's budget of 2026-11-23 is spent: the pack is quoted until midnight UTC"
    ]


def test_a_database_that_fails_means_no_call() -> None:
    broken = Database(create_engine("sqlite:////nowhere/at/all.sqlite3"))

    with pytest.raises(BudgetError, match="can't be read"):
        asyncio.run(Budget(broken, Allowance(tokens=100)).set_aside(Usage(1, 0)))
    broken.close()


@pytest.fixture
def calls(database: Database) -> Callable[..., BudgetedCalls]:
    def make(**allowance: float) -> BudgetedCalls:
        budget = Budget(database, Allowance(**allowance), day=lambda: TODAY)  # type: ignore[arg-type]
        return BudgetedCalls(budget, Prices(1.0, 10.0))

    return make


def composer(model: ScriptedModel, call: BudgetedCalls, breaker: CircuitBreaker | None = None) -> FallbackComposer:
    writer = ModelComposer(chat_client(model), limits=LIMITS, call=call, breaker=breaker)
    return FallbackComposer(writer, QuotingComposer())


def drafted(composer: FallbackComposer) -> Sequence[DraftItem]:
    async def collect() -> list[DraftItem]:
        return [item async for item in composer.compose(QUESTION, READING, EVIDENCE)]

    return asyncio.run(collect())


def test_a_call_counts_as_the_models_server_counted_it(calls: Callable[..., BudgetedCalls], database: Database) -> None:
    with scripted_model(COUNTED) as model:
        items = drafted(composer(model, calls(tokens=50_000)))

    assert not any(isinstance(item, Restarted) for item in items)
    assert standing(database) == [("2026-11-23", 380, 300 * 1_000 + 80 * 10_000)]


def test_when_the_budget_is_spent_the_model_is_not_called_and_the_pack_is_quoted(
    calls: Callable[..., BudgetedCalls], database: Database
) -> None:
    breaker = CircuitBreaker(failures=1)
    with scripted_model(COUNTED) as model:
        writing = composer(model, calls(tokens=5_000), breaker)
        modes = [any(isinstance(item, Restarted) for item in drafted(writing)) for _ in range(12)]

        spent = modes.index(True)
        assert modes == [False] * spent + [True] * (12 - spent)
        assert len(model.asked) == spent > 1
    assert breaker.lets_through()
    assert standing(database)[0][1] == spent * 380 <= 5_000


@pytest.mark.parametrize(
    ("reply", "tokens"),
    [
        (Reply(status=500, body="{}"), (0, 0)),
        (Reply(hang=5.0), (1, 2_000)),
        (Reply(in_pieces(GOOD), finish="length", usage=(300, 200)), (500, 500)),
        (Reply(in_pieces(GOOD)[:3], finish=None, done=False), (1, 2_000)),
    ],
    ids=["refused", "silent", "cut off with its count", "broken off"],
)
def test_a_call_that_fails_counts_with_what_it_cost(
    calls: Callable[..., BudgetedCalls], database: Database, reply: Reply, tokens: tuple[int, int]
) -> None:
    with scripted_model(reply) as model:
        items = drafted(composer(model, calls(tokens=50_000)))

    assert any(isinstance(item, Restarted) for item in items)
    ((_, counted, _),) = standing(database)
    assert tokens[0] <= counted <= tokens[1]


def test_an_asker_who_leaves_before_the_first_word_gets_no_call_for_nothing(
    calls: Callable[..., BudgetedCalls], database: Database
) -> None:
    async def ask_and_leave(model: ScriptedModel) -> None:
        writing = ModelComposer(chat_client(model), limits=LIMITS, call=calls(tokens=50_000))
        items = writing.compose(QUESTION, READING, EVIDENCE)
        asked = asyncio.ensure_future(anext(items))
        await asyncio.sleep(0.2)
        assert model.asked
        asked.cancel()
        await asyncio.wait([asked])

    with scripted_model(Reply(hang=2.0)) as model:
        asyncio.run(ask_and_leave(model))

    ((_, counted, _),) = standing(database)
    assert 100 < counted < 2_000


def test_restating_a_follow_up_counts_too_and_goes_by_the_rules_when_the_budget_is_spent(
    calls: Callable[..., BudgetedCalls], database: Database
) -> None:
    question = Question("And where?", (Turn("How often does the Board meet?", "Every two weeks."),))
    with scripted_model(Reply(["Where does the Board meet?"], usage=(200, 10))) as model:
        client = chat_client(model)
        restated = asyncio.run(ModelRestater(client, RuleRestater(), call=calls(tokens=50_000)).restate(question))
        spent = asyncio.run(ModelRestater(client, RuleRestater(), call=calls(tokens=300)).restate(question))

        assert len(model.asked) == 1
    assert restated.text == "Where does the Board meet?"
    assert spent == asyncio.run(RuleRestater().restate(question))
    assert standing(database)[0][1] == 210


@given(words=st.lists(st.tuples(st.sampled_from(["system", "human"]), st.text(max_size=300)), max_size=4))
def test_no_call_can_cost_more_than_is_set_aside_for_it(words: list[tuple[str, str]]) -> None:
    most = BudgetedCalls(None, Prices(1.0, 10.0))._most(words, LIMITS)  # type: ignore[arg-type]

    assert most.tokens_in >= sum(count_tokens(text) for _, text in words) + 500
    assert most.tokens_out == LIMITS.answer_tokens
