"""The lists of the console: counts, filters in the address, pages, the file, and "Next" for each browser."""

import csv
import io
import re

import pytest
from starlette.testclient import TestClient

from assistant.secretariat.audit import Wanted as Entries
from assistant.secretariat.roles import Role
from assistant.web.console.frame import ROOT
from assistant.web.service import Service
from tests.web.console.clients import done
from tests.web.console.conftest import As

LIST = f"{ROOT}/queues"


def ask(client: TestClient, question: str) -> str:
    said = client.post("/api/ask", json={"question": question}, headers={"accept": "application/json"})
    assert said.status_code == 200
    return str(said.json()["id"])


def listed(page: str) -> list[str]:
    """The questions of a list, in its order."""
    return re.findall(rf'<a class="govuk-link" href="{ROOT}/answers/[0-9a-f]{{32}}">([^<]+)<', page)


def test_each_queue_has_its_count_and_lists_what_waits_there(as_: As) -> None:
    nobody, reader = as_(), as_(Role.READER)
    for question in ("What is the pay?", "Is there pay?", "What are my chances?", "He has bruises", "How often?"):
        ask(nobody, question)

    page = reader.get(f"{LIST}?queue=declined").text

    assert listed(page) == ["Question not kept", "What are my chances?"]
    assert re.search(r"Declined and signposted <span class=\"ra-count\">\(2\)", page)
    assert re.search(r"Not in the pack <span class=\"ra-count\">\(2\)", page)
    assert re.search(r">Answers <span class=\"ra-count\">\(4\)", page)
    assert "bruises" not in reader.get(LIST).text


def test_filters_stand_in_the_address_and_in_every_link_of_the_list(as_: As) -> None:
    nobody, reader = as_(), as_(Role.READER)
    for number in range(30):
        ask(nobody, f"What is the pay {number}?")
    ask(nobody, "How often?")

    page = reader.get(f"{LIST}?outcome=not_in_pack&text=pay").text

    assert "Answers: 30." in page
    assert len(listed(page)) == 25
    second = re.search(rf'href="({LIST}\?[^"]*page=2)"', page)
    assert second
    address = second[1].replace("&amp;", "&")
    assert "outcome=not_in_pack" in address
    assert "text=pay" in address
    assert len(listed(reader.get(address).text)) == 5
    assert f"{LIST}.csv?outcome=not_in_pack&amp;text=pay" in page


@pytest.mark.parametrize(
    "query",
    ["page=0", "page=-3", "page=99999999999", "queue=no&outcome=such", "since=then&until=9999-12-31", "text=%00%25"],
)
def test_an_address_with_nonsense_in_it_still_gives_a_list(as_: As, query: str) -> None:
    ask(as_(), "How often?")

    assert as_(Role.READER).get(f"{LIST}?{query}").status_code == 200


def test_the_file_holds_what_the_filters_leave_and_no_formula_and_is_in_the_audit(as_: As, service: Service) -> None:
    nobody, reader = as_(), as_(Role.READER, "Ada")
    for question in ("=cmd|' pay'!A1", "Is there pay for kestrels?", "How often?"):
        ask(nobody, question)

    response = reader.get(f"{LIST}.csv?queue=not_in_pack&text=pay")

    rows = list(csv.DictReader(io.StringIO(response.content.decode("utf-8-sig"))))
    assert [row["question"] for row in rows] == ["Is there pay for kestrels?", "'=cmd|' pay'!A1"]
    assert {row["queues"] for row in rows} == {"not_in_pack"}
    (entry,) = done(service.secretariat.audit.entries(Entries(action="exported")))
    assert entry.change.after == {"answers": 2, "searched": True, "queue": "not_in_pack"}


def test_two_browsers_that_press_next_never_get_the_same(as_: As) -> None:
    nobody = as_()
    turns = [ask(nobody, f"What is the pay {number}?") for number in range(2)]
    browsers = [as_(Role.REVIEWER, "Ada"), as_(Role.REVIEWER, "Grace"), as_(Role.REVIEWER, "Ada")]

    places = [one.post(f"{LIST}/next", data={"queue": "not_in_pack"}).headers["location"] for one in browsers]

    assert [place.split("?")[0] for place in places] == [*(f"{ROOT}/answers/{turn}" for turn in turns), LIST]
    assert "done=none_waits" in places[2]
    assert "No answer waits here" in browsers[2].get(places[2]).text


def test_a_reader_looks_and_takes_nothing(as_: As) -> None:
    ask(as_(), "What is the pay?")
    reader = as_(Role.READER)

    assert "Next answer" not in reader.get(LIST).text
    assert reader.post(f"{LIST}/next").status_code == 403


def test_assigned_to_me_are_mine_and_nobody_elses(as_: As) -> None:
    turn = ask(as_(), "What is the pay?")
    ada, grace = as_(Role.REVIEWER, "Ada"), as_(Role.REVIEWER, "Grace")
    page = ada.get(f"{ROOT}/answers/{turn}").text
    to = re.search(r'<option value="([0-9a-f]{32})">Grace', page)
    assert to

    ada.post(f"{ROOT}/answers/{turn}/assign", data={"to": to[1]})

    assert listed(grace.get(f"{LIST}?mine=yes").text) == ["What is the pay?"]
    assert listed(ada.get(f"{LIST}?mine=yes").text) == []
    assert "Given to Grace" in ada.get(LIST).text
