"""The switches, the people and the audit, as pages."""

import csv
import io
import re
from datetime import UTC, datetime

import pytest

from assistant.secretariat.audit import Change, Wanted
from assistant.secretariat.roles import Role
from assistant.secretariat.switches import Switch
from assistant.web.console.csv_files import csv_file
from assistant.web.console.frame import ROOT
from assistant.web.service import Service
from tests.web.console.clients import done, somebody
from tests.web.console.conftest import As

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


def test_a_switch_is_turned_with_a_reason_that_everybody_sees_and_the_audit_keeps(as_: As, service: Service) -> None:
    client = as_(Role.APPROVER, "Ada")

    turned = client.post(f"{ROOT}/settings/chat", data={"to": "off", "reason": "Wrong dates in the pack"})

    assert turned.headers["location"] == f"{ROOT}/settings?done=turned_off"
    page = as_(Role.READER).get(turned.headers["location"]).text
    assert "Answers to candidates: Off" in page
    assert "within five seconds" in page
    assert re.search(r"Ada set this on .* Reason: Wrong dates in the pack", page)
    (entry,) = done(service.secretariat.audit.entries(Wanted(subject_kind="switch")))
    assert (entry.who, entry.change.action, entry.change.subject) == ("Ada", "turned_off", "chat")
    assert entry.change.before == {"off": False, "reason": ""}
    assert entry.change.after == {"off": True, "reason": "Wrong dates in the pack"}


@pytest.mark.parametrize("form", [{"to": "off", "reason": "  "}, {"to": "off"}, {"to": "", "reason": "why"}, {}])
def test_without_a_reason_nothing_is_turned(as_: As, service: Service, form: dict[str, str]) -> None:
    page = as_(Role.APPROVER).post(f"{ROOT}/settings/model", data=form)

    assert page.status_code == 422
    assert 'href="#reason-model"' in page.text
    assert not done(service.secretariat.switches.positions())[Switch.MODEL].off


def test_a_reader_sees_the_switches_and_cannot_turn_them(as_: As) -> None:
    assert "<button" not in as_(Role.READER).get(f"{ROOT}/settings").text.partition("<main")[2]


def test_somebody_new_gets_a_link_that_is_shown_once_and_signs_them_in_with_their_role(as_: As) -> None:
    administrator = as_(Role.ADMINISTRATOR)

    page = administrator.post(f"{ROOT}/people", data={"name": "Grace <Hopper>", "role": "approver"}).text

    (link,) = re.findall(r"<code>http://testserver([^<]+)</code>", page)
    assert "Grace &lt;Hopper&gt;" in page
    assert link not in administrator.get(f"{ROOT}/people").text
    grace = as_()
    assert grace.get(link).status_code == 303
    assert "Signed in as Grace &lt;Hopper&gt; (approver)" in grace.get(f"{ROOT}/you").text


@pytest.mark.parametrize("form", [{"name": " ", "role": "reader"}, {"name": "Grace", "role": "none"}])
def test_somebody_without_a_name_or_a_role_is_not_added(as_: As, service: Service, form: dict[str, str]) -> None:
    before = len(done(service.secretariat.people.all()))

    assert as_(Role.ADMINISTRATOR).post(f"{ROOT}/people", data=form).status_code == 422
    assert len(done(service.secretariat.people.all())) == before + 1  # the administrator


def test_an_administrator_changes_and_takes_away_roles_but_not_their_own(as_: As, service: Service) -> None:
    administrator, grace = as_(Role.ADMINISTRATOR, "Ada"), as_(Role.REVIEWER, "Grace")
    ada, her = (somebody(service, *one) for one in ((Role.ADMINISTRATOR, "Ada"), (Role.REVIEWER, "Grace")))

    assert administrator.post(f"{ROOT}/people/{ada.id}/role", data={"role": "reader"}).status_code == 422
    assert administrator.post(f"{ROOT}/people/{her.id}/role", data={"role": "owner"}).status_code == 422
    assert grace.get(f"{ROOT}/settings").status_code == 200
    assert administrator.post(f"{ROOT}/people/{her.id}/role", data={"role": "none"}).status_code == 303

    assert grace.get(f"{ROOT}/settings").status_code == 403
    assert administrator.post(f"{ROOT}/people/nobody/role", data={"role": "reader"}).status_code == 404


def test_the_audit_is_filtered_by_its_address_and_the_file_holds_the_same(as_: As, service: Service) -> None:
    for number in range(60):
        change = Change(None, "reviewed", "turn", f"t{number}", None, {"verdict": "right"})
        done(service.secretariat.audit.note(change, at=NOW))
    client = as_(Role.READER)

    page = client.get(f"{ROOT}/audit?action=reviewed&since=2026-11-23&until=2026-11-23")

    assert "Entries: 60" in page.text
    assert page.text.count('id="entry-') == 50
    (older,) = re.findall(r'href="([^"]+before=\d+)"', page.text)
    assert client.get(older.replace("&amp;", "&")).text.count('id="entry-') == 10
    file = client.get(f"{ROOT}/audit.csv?action=reviewed&subject=t7")
    rows = list(csv.DictReader(io.StringIO(file.content.decode("utf-8-sig"))))
    assert [(row["action"], row["subject"], row["after"]) for row in rows] == [
        ("reviewed", "t7", '{"verdict": "right"}')
    ]
    (exported,) = done(service.secretariat.audit.entries(Wanted(action="exported")))
    assert exported.change.after
    assert exported.change.after["subject"] == "t7"


def test_a_filter_that_cannot_be_read_is_no_fault(as_: As) -> None:
    page = as_(Role.READER).get(f"{ROOT}/audit?since=yesterday&until=2026-13-45&person=%00'--&before=5")

    assert page.status_code == 200


def test_the_audit_says_when_an_entry_was_tampered_with(as_: As, service: Service) -> None:
    client = as_(Role.READER)
    assert "All entries are as they were made." in client.get(f"{ROOT}/audit?check=true").text
    with service.secretariat.database.engine.begin() as connection:
        connection.exec_driver_sql("DROP TRIGGER audit_not_updated")
        connection.exec_driver_sql("UPDATE audit SET action = 'nothing' WHERE number = 1")

    assert "Entry 1 is not as it was made" in client.get(f"{ROOT}/audit?check=true").text


@pytest.mark.parametrize(
    "typed",
    ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", " =1+1", "＝1", '=HYPERLINK("https://elsewhere.example")'],
)
def test_no_cell_of_a_file_is_a_formula(typed: str) -> None:
    file = csv_file("list", ["said"], [[typed]])

    cell = list(csv.reader(io.StringIO(bytes(file.body).decode("utf-8-sig"), newline="")))[1][0]

    assert cell == f"'{typed}"


def test_numbers_words_and_moments_stay_as_they_are_in_a_file() -> None:
    file = csv_file("list", ["a", "b", "c", "d", "e"], [[-3, 0.5, "café, “x”", NOW, None]])

    assert bytes(file.body).startswith(b"\xef\xbb\xbf")
    row = list(csv.reader(io.StringIO(bytes(file.body).decode("utf-8-sig"))))[1]
    assert row == ["-3", "0.5", "café, “x”", "2026-11-23T12:00:00+00:00", ""]
