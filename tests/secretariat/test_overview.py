"""Counts by day: made as questions end, true on every database, and the same after the questions are gone."""

import asyncio
from datetime import date, timedelta

import pytest
from sqlalchemy import create_engine, text

from assistant.daily_counts import rounded
from assistant.database import Database, open_database
from assistant.domain import Answer, Outcome, Rule, Usage
from assistant.records import Records
from assistant.secretariat.overview import Overview, Period
from assistant.secretariat.stores import Secretariat
from tests.secretariat.conftest import NOW, run
from tests.secretariat.test_migration import filled_at_0002

TODAY = NOW.date()


async def ended(records: Records, question: str | None, answer: Answer, *, days_ago: int = 0) -> str:
    at = NOW - timedelta(days=days_ago)
    started = await records.start_turn(None, question, asked_at=at)
    await records.finish_turn(started.turn, answer, {"text": answer.text}, finished_at=at)
    return started.turn


def answer(outcome: Outcome, milliseconds: float = 40.0, rule: Rule | None = None, mode: str = "quoting") -> Answer:
    usage = Usage(100, 20, 0.25) if mode == "model" else Usage()
    return Answer(outcome, "said", rule, mode=mode, timings_ms={"total": milliseconds}, usage=usage)


def test_each_question_counts_once_under_its_day_its_intent_and_how_it_ended(
    database: Database, secretariat: Secretariat
) -> None:
    records = Records(database)

    async def story() -> None:
        await ended(records, "What does it pay?", answer(Outcome.NOT_IN_PACK))
        await ended(records, "Is the role paid?", answer(Outcome.ANSWERED, mode="model"), days_ago=1)
        await ended(records, "When is the deadline?", answer(Outcome.PARTLY_ANSWERED))
        await ended(records, "Who was Ada?", answer(Outcome.NOT_IN_PACK))
        await ended(records, "hello", answer(Outcome.GREETED))
        await ended(records, None, answer(Outcome.SIGNPOSTED, rule=Rule.CHILD_AT_RISK))
        failed = await records.start_turn(None, "What does it pay?", asked_at=NOW)
        for _ in range(2):
            await records.fail_turn(failed.turn, finished_at=NOW)

    run(story())

    figures = run(secretariat.overview.figures(Period()))
    assert figures.first_day == TODAY - timedelta(days=1)
    assert figures.days == {
        TODAY - timedelta(days=1): {"answered": 1},
        TODAY: {"failed": 1, "greeted": 1, "not_in_pack": 2, "partly_answered": 1, "signposted": 1},
    }
    assert figures.intents == {
        "pay": {"answered": 1, "failed": 1, "not_in_pack": 1},
        "child_at_risk": {"signposted": 1},
        "deadline": {"partly_answered": 1},
        "greeting": {"greeted": 1},
        "other": {"not_in_pack": 1},
    }
    assert (figures.questions, figures.put_to_pack) == (7, 4)
    assert (figures.answered_share, figures.abstention_share) == (0.5, 0.5)
    assert (figures.dollars, figures.modes["model"].tokens_in) == (0.25, 100)


def test_a_period_holds_its_first_and_its_last_day_and_no_other(database: Database, secretariat: Secretariat) -> None:
    for days in range(5):
        run(ended(Records(database), "hello", answer(Outcome.ANSWERED, 10.0 * (days + 1)), days_ago=days))

    period = Period(TODAY - timedelta(days=3), TODAY - timedelta(days=1))
    figures = run(secretariat.overview.figures(period))

    assert sorted(figures.days) == [TODAY - timedelta(days=days) for days in (3, 2, 1)]
    assert [milliseconds for milliseconds, _ in figures.times] == [20, 30, 40]
    assert run(secretariat.overview.figures(Period(until=date(2000, 1, 1)))).time_at(0.5) is None


@pytest.mark.parametrize(
    ("share", "expected"), [(0.5, 50), (0.95, 95), (0.99, 99), (1.0, 100)], ids=["median", "p95", "p99", "longest"]
)
def test_a_share_of_the_answers_was_there_within_a_time(
    database: Database, secretariat: Secretariat, share: float, expected: int
) -> None:
    with database.engine.begin() as connection:
        for milliseconds in range(1, 101):
            connection.execute(text(f"INSERT INTO day_time VALUES ('{TODAY}', {milliseconds}, 1)"))

    assert run(secretariat.overview.figures(Period())).time_at(share) == expected


@pytest.mark.parametrize(
    ("milliseconds", "told"), [(0.02, 1), (4.4, 4), (41.7, 42), (999.4, 1000), (1234.5, 1200), (18_490.0, 18_000)]
)
def test_times_are_kept_to_two_figures(milliseconds: float, told: int) -> None:
    assert rounded(milliseconds) == told


def test_only_times_of_questions_put_to_the_pack_count(database: Database, secretariat: Secretariat) -> None:
    run(ended(Records(database), "hello", answer(Outcome.GREETED, 0.1)))
    run(ended(Records(database), "hello", answer(Outcome.ANSWERED, 50)))

    assert run(secretariat.overview.figures(Period())).times == [(50, 1)]


def test_the_last_word_of_who_changes_their_mind_counts(database: Database, secretariat: Secretariat) -> None:
    records = Records(database)
    turn = run(ended(records, "What does it pay?", answer(Outcome.ANSWERED), days_ago=2))

    for useful in (True, True, False):
        run(records.feedback(turn, useful=useful, reason=None, at=NOW))

    figures = run(secretariat.overview.figures(Period(until=TODAY - timedelta(days=2))))
    assert (figures.useful, figures.not_useful) == (0, 1)


def test_many_who_end_at_once_are_all_counted(database: Database, secretariat: Secretariat) -> None:
    records = Records(database)

    async def story() -> None:
        turns = await asyncio.gather(*(ended(records, "pay?", answer(Outcome.ANSWERED)) for _ in range(40)))
        thoughts = (
            records.feedback(turn, useful=place % 2 == 0, reason=None, at=NOW) for place, turn in enumerate(turns)
        )
        await asyncio.gather(*thoughts)
        await asyncio.gather(*(records.feedback(turn, useful=True, reason=None, at=NOW) for turn in turns))

    run(story())

    figures = run(secretariat.overview.figures(Period()))
    assert (figures.questions, figures.useful, figures.not_useful) == (40, 40, 0)


def test_what_the_release_before_kept_is_counted_too(database_address: str) -> None:
    filled_at_0002(database_address)
    engine = create_engine(database_address)
    with engine.begin() as connection:
        timed = '{"text": "Four times.", "timings_ms": {"total": 41.7}}'.replace(":", r"\:")
        connection.execute(text(f"UPDATE turn SET answer = '{timed}', tokens_in = 12, dollars = 0.5"))
    engine.dispose()

    database = open_database(database_address)
    figures = run(Overview(database).figures(Period()))
    database.close()

    assert figures.days == {TODAY: {"answered": 1}}
    assert figures.intents == {"": {"answered": 1}}
    assert (figures.times, figures.not_useful, figures.dollars) == ([(42, 1)], 1, 0.5)
