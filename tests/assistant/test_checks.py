"""What has to be in order is looked at, and what is not is said with its remedy."""

import asyncio
import shutil
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import pytest

from assistant.budget import Allowance, Budget, BudgetError
from assistant.checks import Check, Checks, Finding
from assistant.checks.looks import (
    budget_left,
    canary_found,
    clock_right,
    disk_free,
    index_served,
    migrations_current,
    model_answers,
    records_written,
    signposts_reviewed,
)
from assistant.database import HEAD, Database, connect, open_database
from assistant.domain import Usage
from assistant.settings import ROOT
from assistant.signposts import load_signposts
from knowledge.domain import Evidence
from knowledge.store import StoreError
from tests.scripted_model import Reply, chat_client, scripted_model
from tests.web.scripted import PASSAGES

NOON = datetime(2027, 1, 1, 12, tzinfo=UTC)


@pytest.fixture
def database(tmp_path: Path) -> Database:
    return open_database(f"sqlite:///{tmp_path / 'records.sqlite3'}")


def test_a_database_in_order_is_found_so(database: Database) -> None:
    async def found() -> list[Finding]:
        now = datetime.now(UTC)
        return [
            await records_written(database),
            await migrations_current(database),
            await clock_right(database, lambda: now, released=now.date()),
        ]

    assert [finding.remedy for finding in asyncio.run(found())] == ["", "", ""]


def test_a_look_before_the_first_start_makes_no_tables(tmp_path: Path) -> None:
    database = connect(f"sqlite:///{tmp_path / 'records.sqlite3'}")

    async def found() -> tuple[Finding, Finding, str | None]:
        return await records_written(database), await migrations_current(database), await database.revision()

    written, current, revision = asyncio.run(found())

    assert (written.well, current.well) == (True, True)
    assert revision is None


@pytest.mark.parametrize(("revision", "remedy"), [("0001", "Back up, then start"), ("9999", "Run the newer version")])
def test_tables_of_another_version_are_told(database: Database, revision: str, remedy: str) -> None:
    from sqlalchemy import text

    with database.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = :revision"), {"revision": revision})

    finding = asyncio.run(migrations_current(database))

    assert f"the tables are at {revision}" in finding.said
    assert remedy in finding.remedy
    assert HEAD in finding.said


def test_records_that_cannot_be_written_are_told(tmp_path: Path, database: Database) -> None:
    from sqlalchemy import text

    with database.engine.begin() as connection:
        connection.execute(
            text("CREATE TRIGGER shut BEFORE UPDATE ON alembic_version BEGIN SELECT RAISE(FAIL, 'no'); END")
        )

    finding = asyncio.run(records_written(database))

    assert not finding.well


@pytest.mark.parametrize(
    ("says", "released", "said"),
    [
        (timedelta(), date(2027, 1, 2), "before this program was made"),
        (timedelta(seconds=31), date(2027, 1, 1), "31 s apart"),
        (timedelta(seconds=-31), date(2027, 1, 1), "31 s apart"),
    ],
)
def test_a_clock_that_is_wrong_is_told(
    database: Database, monkeypatch: pytest.MonkeyPatch, says: timedelta, released: date, said: str
) -> None:
    async def clock() -> datetime:
        return NOON + says

    monkeypatch.setattr(database, "clock", clock)

    finding = asyncio.run(clock_right(database, lambda: NOON, released=released))

    assert said in finding.said
    assert finding.remedy


class _Usage(NamedTuple):
    total: int
    used: int
    free: int


@pytest.mark.parametrize(("free", "well"), [(200_000_000, True), (199_999_999, False)])
def test_less_than_200_mb_free_is_told_also_of_a_folder_that_is_not_made_yet(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, free: int, well: bool
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: _Usage(10**12, 0, free))

    assert asyncio.run(disk_free([tmp_path / "not" / "made"])).well is well


def test_replies_whose_review_date_has_passed_are_named() -> None:
    signposts = load_signposts(ROOT / "knowledge/packs/child-safeguarding-panel")

    assert asyncio.run(signposts_reviewed(signposts, lambda: date(2026, 11, 23))).well
    late = asyncio.run(signposts_reviewed(signposts, lambda: date(2027, 6, 1)))
    assert "crisis" in late.said
    assert "signposts.toml" in late.remedy


@pytest.mark.parametrize(
    ("version", "problem", "well", "stops"),
    [
        ("v-1", "", True, False),
        ("v-1", "v-2 is damaged", False, False),
        (None, "", False, True),
    ],
)
def test_only_an_index_that_serves_nothing_stops_answers(
    version: str | None, problem: str, well: bool, stops: bool
) -> None:
    finding = asyncio.run(index_served(lambda: version, lambda: problem))

    assert (finding.well, finding.stops) == (well, stops)


def test_a_search_that_does_not_find_the_packs_own_words_is_told() -> None:
    def well(search: Callable[[str], Sequence[Evidence]]) -> bool:
        return asyncio.run(canary_found(lambda: PASSAGES, search)).well

    def away(_words: str) -> Sequence[Evidence]:
        raise StoreError("nothing is served")

    own = {passage.text: Evidence(passage, 0.9, 0.9, 1.0) for passage in PASSAGES}
    assert well(lambda words: [own[words]])
    assert not well(lambda _: [])
    assert not well(lambda words: [own[PASSAGES[1].text]])
    assert not well(away)


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        (Reply(["ready"]), "the model replies"),
        (Reply(status=401, body='{"error": {"message": "bad key"}}'), "401"),
    ],
)
def test_a_model_is_asked_in_earnest(reply: Reply, said: str) -> None:
    with scripted_model(reply) as model:
        finding = asyncio.run(model_answers(chat_client(model), max_tokens=100, left_alone=lambda: False))

    assert said in finding.said
    assert finding.well is (reply.status == 200)
    assert len(model.asked) == 1


def test_a_model_that_is_left_alone_is_not_asked() -> None:
    with scripted_model(Reply(["ready"])) as model:
        finding = asyncio.run(model_answers(chat_client(model), max_tokens=100, left_alone=lambda: True))

    assert "left alone" in finding.said
    assert model.asked == []


def test_a_budget_that_is_spent_is_told_until_the_day_is_over(database: Database) -> None:
    today = date(2027, 1, 1)
    budget = Budget(database, Allowance(tokens=10), day=lambda: today)
    before = asyncio.run(budget_left(budget))

    with pytest.raises(BudgetError):
        asyncio.run(budget.set_aside(Usage(11, 0)))

    assert before.well
    assert "spent" in asyncio.run(budget_left(budget)).said
    today = date(2027, 1, 2)
    assert asyncio.run(budget_left(budget)).well


class _Looks:
    def __init__(self) -> None:
        self.count = 0

    async def __call__(self) -> Finding:
        self.count += 1
        return Finding(f"look {self.count}")


def test_what_is_dear_is_remembered_and_what_is_cheap_is_looked_at_each_time() -> None:
    now = 0.0
    live, dear, late = _Looks(), _Looks(), _Looks()
    checks = Checks(
        [Check("live", live), Check("dear", dear, lasts=60), Check("late", late, lasts=300, at_start=False)],
        clock=lambda: now,
    )

    async def found() -> dict[str, str]:
        await checks.refresh()
        return {name: finding.said for name, finding in (await checks.findings()).items()}

    assert asyncio.run(found()) == {"live": "look 1", "dear": "look 1"}
    now = 59.0
    assert asyncio.run(found()) == {"live": "look 2", "dear": "look 1"}
    now = 300.0
    assert asyncio.run(found()) == {"live": "look 3", "dear": "look 2", "late": "look 1"}


def test_a_check_that_fails_or_never_ends_keeps_no_other_from_being_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("assistant.checks._PATIENCE", 0.01)

    async def breaks() -> Finding:
        raise ZeroDivisionError("kestrel")

    async def hangs() -> Finding:
        await asyncio.sleep(60)
        raise AssertionError

    found = asyncio.run(Checks([Check("breaks", breaks), Check("hangs", hangs), Check("well", _Looks())]).findings())

    assert [finding.well for finding in found.values()] == [False, False, True]
    assert "no reply within" in found["hangs"].said
    assert "ZeroDivisionError" in found["breaks"].said
    assert "kestrel" not in str(found)
