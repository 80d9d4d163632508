"""How long words are kept, who carries it out, and by which command."""

import asyncio
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from assistant.database import Database, RecordsError
from assistant.domain import Answer, Outcome
from assistant.records import Records
from assistant.secretariat.audit import Wanted
from assistant.secretariat.erasure import Erasure
from assistant.secretariat.people import Person
from assistant.secretariat.retention import AGAIN, EVERY, Retention, Rule, main
from assistant.secretariat.stores import Secretariat
from assistant.settings import Settings, SettingsError, load_settings
from tests.secretariat.conftest import NOW, run

CLOSES = date(2026, 12, 18)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Of a campaign that says when it closes."""
    pack = tmp_path / "board"
    pack.mkdir()
    (pack / "campaign.toml").write_text('name = "Board"\ncloses = 2026-12-18\n')
    return Settings(_env_file=None, pack_dir=pack, data_dir=tmp_path / "data")  # type: ignore[call-arg]


def ask(database: Database, *days_ago: float) -> None:
    async def story() -> None:
        records = Records(database)
        for days in days_ago:
            at = NOW - timedelta(days=days)
            started = await records.start_turn(None, f"asked {days:g} days ago", asked_at=at)
            await records.finish_turn(started.turn, Answer(Outcome.ANSWERED, "Yes."), {"text": "Yes."}, finished_at=at)

    run(story())


def kept(database: Database) -> Sequence[str]:
    with database.engine.connect() as connection:
        return [row[0] for row in connection.exec_driver_sql("SELECT question FROM turn ORDER BY asked_at")]


@pytest.mark.parametrize(
    ("closes", "now", "cut_off"),
    [
        (None, datetime(2027, 6, 1, tzinfo=UTC), datetime(2026, 12, 3, 2, tzinfo=UTC)),
        (CLOSES, datetime(2026, 12, 18, 12, tzinfo=UTC), datetime(2026, 6, 21, 14, tzinfo=UTC)),
        (CLOSES, datetime(2027, 1, 17, 21, 59, tzinfo=UTC), datetime(2026, 7, 21, 23, 59, tzinfo=UTC)),
        (CLOSES, datetime(2027, 1, 17, 22, tzinfo=UTC), datetime(2027, 1, 16, 22, tzinfo=UTC)),
        (CLOSES, datetime(2027, 3, 1, tzinfo=UTC), datetime(2027, 2, 28, tzinfo=UTC)),
    ],
    ids=["no closing date", "on the last day", "30 days later, early enough", "30 days later", "long after"],
)
def test_words_go_180_days_after_they_were_typed_and_30_days_after_closing(
    closes: date | None, now: datetime, cut_off: datetime
) -> None:
    assert Rule(180, 30, closes).cut_off(now) == cut_off


@pytest.mark.parametrize("hours", [0, 1, 7, 23])
def test_nothing_is_ever_kept_beyond_its_time_although_the_rule_is_carried_out_only_now_and_then(hours: int) -> None:
    """Each time it is done, what would be too old at the next, or the one after, goes."""
    rule = Rule(180, 30, None)
    looked = NOW + timedelta(hours=hours)

    oldest_left = rule.cut_off(looked)

    assert looked + 2 * EVERY - oldest_left <= timedelta(days=180)


def test_the_campaigns_own_closing_date_counts_before_that_of_the_settings(
    secretariat: Secretariat, settings: Settings, tmp_path: Path
) -> None:
    assert run(secretariat.retention.rule(settings)).closes == CLOSES
    later = settings.model_copy(update={"closing_date": date(2030, 1, 1)})
    assert run(secretariat.retention.rule(later)).closes == CLOSES

    (settings.pack_dir / "campaign.toml").write_text('name = "Board"\n')

    assert run(secretariat.retention.rule(settings)).closes is None
    assert run(secretariat.retention.rule(later)).closes == date(2030, 1, 1)


def test_an_administrator_makes_the_time_after_closing_shorter_and_never_longer(
    secretariat: Secretariat, settings: Settings, ada: Person
) -> None:
    retention = secretariat.retention
    run(retention.set_after_closing(10, by=ada.id, at=NOW))
    assert run(retention.rule(settings)).after_closing == 10

    stricter = settings.model_copy(update={"retention_after_closing_days": 5})
    run(retention.set_after_closing(20, by=ada.id, at=NOW))

    assert run(retention.rule(stricter)).after_closing == 5
    changes = [entry.change for entry in run(secretariat.audit.entries(Wanted(action="set_retention")))]
    assert [(change.before, change.after) for change in changes] == [
        ({"after_closing": 10}, {"after_closing": 20}),
        ({"after_closing": None}, {"after_closing": 10}),
    ]


@pytest.mark.parametrize(
    "wrong",
    [
        {"RETENTION_DAYS": "181"},
        {"RETENTION_AFTER_CLOSING_DAYS": "31"},
        {"CLOSING_DATE": "soon"},
        {"RETENTION_DAYS": "0"},
    ],
)
def test_no_setting_makes_the_time_longer_than_the_limit(
    wrong: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in wrong.items():
        monkeypatch.setenv(name, value)

    with pytest.raises(SettingsError, match=next(iter(wrong))):
        load_settings(_env_file=None)


def test_what_is_due_is_erased_and_told_in_the_audit_with_its_count(
    database: Database, secretariat: Secretariat, settings: Settings
) -> None:
    ask(database, 200, 180, 179.95, 179, 1)

    assert run(secretariat.retention.run(settings, at=NOW)) == 3

    assert kept(database) == ["asked 179 days ago", "asked 1 days ago"]
    (entry,) = run(secretariat.audit.entries(Wanted(subject_kind="retention")))
    assert (entry.who, entry.change.action) == ("", "erased")
    assert entry.change.after
    assert entry.change.after["questions"] == 3
    assert run(secretariat.erasure.is_swept())


def test_thirty_days_after_closing_only_the_last_day_is_left(
    database: Database, secretariat: Secretariat, settings: Settings
) -> None:
    ask(database, 3, 0)
    at = datetime(2027, 1, 18, 1, tzinfo=UTC)
    started = run(Records(database).start_turn(None, "asked just now", asked_at=at - timedelta(minutes=5)))

    run(secretariat.retention.run(settings, at=at))

    assert started
    assert kept(database) == ["asked just now"]


def test_of_many_processes_one_does_it_and_an_hour_later_one_again(
    database: Database, secretariat: Secretariat, settings: Settings
) -> None:
    ask(database, 200)
    workers = [Retention(database, Erasure(database)) for _ in range(4)]

    async def look(at: datetime) -> list[int]:
        done = await asyncio.gather(*(one.run_if_due(settings, at=at) for one in workers))
        return [count for count in done if count is not None]

    assert run(look(NOW)) == [1]
    assert run(look(NOW + timedelta(minutes=30))) == []
    assert run(look(NOW + EVERY)) == [0]
    assert run(look(NOW - timedelta(days=3))) == [0], "a clock that went back stops nobody"
    assert run(secretariat.retention.ran_at()) == NOW - timedelta(days=3)


def test_a_campaign_that_cannot_be_read_leaves_the_limit_in_force(
    database: Database, secretariat: Secretariat, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    (settings.pack_dir / "campaign.toml").write_text("closes = soon")
    ask(database, 181, 1)

    assert run(secretariat.retention.run(settings, at=NOW)) == 1
    assert "CLOSING_DATE" in caplog.text


def test_the_command_erases_what_is_due_and_says_how_much(
    database: Database,
    database_address: str,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    ask(database, 400, 300)
    monkeypatch.setenv("DATABASE_URL", database_address)
    monkeypatch.setenv("PACK_DIR", str(settings.pack_dir))
    monkeypatch.setenv("DATA_DIR", str(settings.data_dir))

    assert main() == 0
    assert capsys.readouterr().out == "retention: 2 questions erased\n"

    monkeypatch.setenv("DATABASE_URL", "sqlite:////dev/null/nowhere.sqlite3")
    assert main() == 1
    monkeypatch.setenv("RETENTION_DAYS", "many")
    assert main() == 2


def test_behind_a_long_write_it_waits_its_turn_and_what_it_could_not_do_it_does_the_next_time(
    database: Database, secretariat: Secretariat, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask(database, 200, 1)

    async def never_free(_erasure: Erasure) -> None:
        raise RecordsError("somebody kept reading")

    with monkeypatch.context() as busy:
        busy.setattr(Erasure, "sweep", never_free)
        with pytest.raises(RecordsError, match="kept reading"):
            run(secretariat.retention.run_if_due(settings, at=NOW))
    with database.engine.begin() as writing:
        writing.execute(text("UPDATE retention SET swept = swept"))
        with ThreadPoolExecutor(1) as thread:
            waiting = thread.submit(lambda: run(secretariat.retention.run_if_due(settings, at=NOW + AGAIN)))
            with pytest.raises(TimeoutError):
                waiting.result(timeout=0.3)
            writing.commit()

    assert waiting.result() == 0
    assert kept(database) == ["asked 1 days ago"]
    assert run(secretariat.retention.run_if_due(settings, at=NOW + 2 * AGAIN)) is None
