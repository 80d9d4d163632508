"""The overview and its files."""

import csv
import io
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from lxml import html  # type: ignore[import-untyped]
from sqlalchemy import insert
from starlette.testclient import TestClient

from assistant.secretariat.audit import Wanted
from assistant.secretariat.overview import Figures, Period
from assistant.secretariat.roles import Role
from assistant.secretariat.switches import Switch
from assistant.tables import DayAskedRow
from assistant.web.console.charts import ranked, stacked
from assistant.web.console.frame import ROOT
from assistant.web.console.overview_tables import days_of
from assistant.web.service import NotReady, PackVersion, Service
from tests.web.console.clients import done, sign_in, somebody
from tests.web.console.conftest import As
from tests.web.scripted import scripted_service

QUESTIONS = ("How often?", "What does it pay?", "bruises on her arm", "my chances", "How often do you meet?")


def ask_all(as_: As) -> None:
    for question in QUESTIONS:
        as_().post("/api/ask", json={"question": question})


def tables(page: str) -> dict[str, list[list[str]]]:
    """Each table's rows by its caption's id, headings first."""
    found = {}
    for table in html.fromstring(page).xpath("//table"):
        rows = [[cell.text_content().strip() for cell in row.xpath("./th|./td")] for row in table.xpath(".//tr")]
        found[table.xpath("./caption/@id")[0]] = rows
    return found


def test_it_is_where_the_console_begins(as_: As) -> None:
    assert as_(Role.READER).get(ROOT).headers["location"] == f"{ROOT}/overview"


def test_the_page_tells_figures_days_subjects_and_ways_each_chart_with_its_table(as_: As) -> None:
    ask_all(as_)

    page = as_(Role.READER).get(f"{ROOT}/overview").text

    shown = tables(page)
    figures = dict(shown["table-figures"][1:])
    assert (figures["Questions"], figures["Questions put to the pack"]) == ("5", "3")
    assert (figures["Answered, in whole or in part"], figures["The pack does not say"]) == ("67%", "33%")
    today = datetime.now(UTC).date().isoformat()
    assert shown["table-days"] == [
        ["Day", "Answered", "Not in the pack", "Declined", "Sent to help", "All"],
        [today, "2", "1", "1", "1", "5"],
    ]
    assert ["pay", "0", "1", "0", "0", "1"] in shown["table-subjects"]
    assert ["A child at risk", "0", "0", "0", "1", "1"] in shown["table-subjects"]
    for chart in html.fromstring(page).xpath("//svg[@role='img']"):
        named = chart.get("aria-labelledby").split()
        assert [chart.xpath(f"./*[@id='{name}']")[0].tag for name in named] == ["title", "desc"]
        assert chart.xpath("./following::table")
    assert "style=" not in page.partition("<main")[2]


def test_a_file_has_the_rows_of_its_table_and_is_in_the_audit(as_: As, service: Service) -> None:
    ask_all(as_)
    client = as_(Role.READER, "Ada")
    shown = tables(client.get(f"{ROOT}/overview?period=all").text)

    for name in ("figures", "days", "subjects", "ways"):
        file = client.get(f"{ROOT}/overview/{name}.csv?period=all")
        assert list(csv.reader(io.StringIO(file.content.decode("utf-8-sig")))) == shown[f"table-{name}"]

    entries = done(service.secretariat.audit.entries(Wanted(action="exported")))
    assert [entry.change.subject for entry in reversed(entries)] == [
        f"overview-{name}" for name in ("figures", "days", "subjects", "ways")
    ]
    assert {entry.who for entry in entries} == {"Ada"}
    assert client.get(f"{ROOT}/overview/people.csv").status_code == 422


def counted(service: Service, *days_ago: int) -> None:
    today = datetime.now(UTC).date()
    row = {"intent": "pay", "outcome": "answered", "mode": "quoting", "questions": 1}
    spent = {"tokens_in": 0, "tokens_out": 0, "dollars": 0.0}
    with service.secretariat.database.engine.begin() as connection:
        for days in days_ago:
            connection.execute(insert(DayAskedRow).values(day=today - timedelta(days=days), **row, **spent))


@pytest.mark.parametrize(
    ("query", "questions"),
    [
        ("", 2),
        ("?period=7", 1),
        ("?period=all", 3),
        ("?period=own&since=2020-01-01&until=yesterday", 3),
        ("?period=x", 3),
    ],
)
def test_the_period_stands_in_the_address(as_: As, service: Service, query: str, questions: int) -> None:
    counted(service, 0, 29, 90)

    page = as_(Role.READER).get(f"{ROOT}/overview{query}").text

    assert dict(tables(page)["table-figures"][1:])["Questions"] == str(questions)


def test_own_days_leave_out_what_is_before_and_after(as_: As, service: Service) -> None:
    counted(service, 0, 3, 5, 90)
    today = datetime.now(UTC).date()
    since, until = (today - timedelta(days=days) for days in (5, 3))

    page = as_(Role.READER).get(f"{ROOT}/overview?period=own&since={since}&until={until}").text

    assert [row[0] for row in tables(page)["table-days"][1:]] == [
        str(since),
        str(since + timedelta(days=1)),
        str(until),
    ]
    assert f'value="{since}"' in page


def test_a_time_without_questions_is_no_fault(as_: As, service: Service) -> None:
    for query in ("", "?period=all", "?period=own&since=2026-13-45", "?period=own&since=2030-01-01&until=2020-01-01"):
        page = as_(Role.READER).get(f"{ROOT}/overview{query}")
        assert page.status_code == 200
        assert "Nobody has asked anything" in page.text
    counted(service, 3)
    assert as_(Role.READER).get(f"{ROOT}/overview?period=own&since=2030-01-01&until=2020-01-01").status_code == 200


def test_a_long_time_is_shown_by_weeks_that_begin_on_mondays() -> None:
    first, last = date(2026, 1, 1), date(2026, 6, 30)
    asked = {first: {"answered": 1}, date(2026, 1, 4): {"answered": 2}, last: {"not_in_pack": 4}}
    figures = Figures(first, asked, {}, {}, [], 0, 0)

    days = days_of(figures, Period(), last)

    assert days.weekly
    assert days.columns[0] == ("2025-12-29", {"answered": 3})
    assert days.columns[-1] == ("2026-06-29", {"not_in_pack": 4})
    assert len(days.columns) == 27
    assert sum(sum(counts.values()) for _, counts in days.columns) == 7


def test_a_chart_keeps_to_its_frame_whatever_the_counts() -> None:
    for chart in (
        stacked([]),
        stacked([("a", [0, 0, 0, 0])]),
        stacked([(str(place), [place, 1, 2, 3]) for place in range(60)]),
        *(chart for _, _, chart in ranked([("a", 3), ("b", 0)])),
    ):
        for bar in chart.bars:
            assert bar.x >= 0
            assert bar.x + bar.width <= chart.width + 0.1
            assert bar.y >= 0
            assert bar.y + bar.height <= chart.height + 0.1


def test_it_says_what_is_off_what_is_overdue_and_that_no_pack_is_served(as_: As, service: Service) -> None:
    signposts = (
        '[greeted]\noutcome = "greeted"\nreview = 2020-01-31\ntext = "Hello."\n'
        '[thanked]\noutcome = "greeted"\nreview = 2999-01-31\ntext = "Fine."\n'
    )
    (service.settings.pack_dir / "signposts.toml").write_text(signposts)
    ada = somebody(service, Role.APPROVER, "Ada")
    off = service.secretariat.switches.set(Switch.CHAT, off=True, reason="test", by=ada.id, at=datetime.now(UTC))
    done(off)

    page = as_(Role.READER).get(f"{ROOT}/overview").text

    assert "Answers to candidates are off." in page
    assert "read again by now: greeted." in page
    assert "The language model is off" not in page
    (service.settings.pack_dir / "signposts.toml").write_text("no such = thing")
    assert "can&#39;t be read" in as_(Role.READER).get(f"{ROOT}/overview").text


def test_without_a_pack_it_says_that_nothing_can_be_answered(tmp_path: Path) -> None:
    def nothing() -> PackVersion:
        raise NotReady("none")

    service = scripted_service(tmp_path, pack=nothing)
    from assistant.web.app import create_app

    with TestClient(create_app(service)) as client:
        sign_in(client, service, Role.READER)
        page = client.get(f"{ROOT}/overview", headers={"accept": "text/html"})

    assert page.status_code == 200
    assert "No pack is being served" in page.text


def test_the_people_are_a_file_too(as_: As, service: Service) -> None:
    client = as_(Role.ADMINISTRATOR, "=Ada")

    rows = list(csv.DictReader(io.StringIO(client.get(f"{ROOT}/people.csv").content.decode("utf-8-sig"))))

    assert [(row["name"], row["role"]) for row in rows] == [("'=Ada", "administrator")]
    (entry,) = done(service.secretariat.audit.entries(Wanted(action="exported")))
    assert entry.change.subject == "people"
