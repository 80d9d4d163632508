"""Approved answers as pages: written, sent, approved by somebody else, out of use again."""

import csv
import io
import re
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from lxml import html  # type: ignore[import-untyped]
from starlette.testclient import TestClient

from assistant.secretariat.approved import Approved, State
from assistant.secretariat.audit import Wanted as Noted
from assistant.secretariat.roles import Role
from assistant.web.console.frame import ROOT
from assistant.web.service import Service
from tests.web.console.clients import done
from tests.web.console.conftest import As
from tests.web.scripted import PACK, PASSAGES

LIST = f"{ROOT}/approved"
QUESTION = "How often does the Board meet?"
FIRST = f"{PASSAGES[0].id}-0"
SAID = "The Board meets four times a year."


def of(service: Service, id: str) -> Approved:
    found = done(service.secretariat.approvals.find(id))
    assert found
    return found


def begun(client: TestClient, question: str = QUESTION, **form: str) -> str:
    """The id of a new draft."""
    response = client.post(LIST, data={"question": question, **form})
    assert response.status_code == 303
    return str(re.findall(r"/approved/(\w+)/edit", response.headers["location"])[0])


def saved(client: TestClient, service: Service, id: str, do: str, **form: object) -> str:
    """Where the form of a draft leads; what is not given stays as it is."""
    words = of(service, id).words
    kept: dict[str, object] = {"question": words.question, "wordings": "\n".join(words.wordings)}
    for place, sentence in enumerate(words.sentences):
        kept |= {f"sentence-{place}": sentence.text, f"cites-{place}": list(map(str, sentence.citations))}
    data = {"revision": str(of(service, id).revision), "do": do} | kept | form
    response = client.post(f"{LIST}/{id}/edit", data=data)
    assert response.status_code == 303, response.text
    return str(response.headers["location"])


def written(client: TestClient, service: Service, question: str = QUESTION) -> str:
    """A draft with one sentence of the pack; its id."""
    id = begun(client, question)
    saved(client, service, id, "say", add=FIRST)
    return id


def sent(client: TestClient, service: Service) -> str:
    id = written(client, service)
    assert saved(client, service, id, "send") == f"{LIST}/{id}?done=approved_sent"
    return id


def deed(client: TestClient, service: Service, id: str, path: str, reason: str = "") -> int:
    data = {"revision": str(of(service, id).revision), "reason": reason}
    return client.post(f"{LIST}/{id}/{path}", data=data).status_code


def live(as_: As, service: Service) -> str:
    id = sent(as_(Role.REVIEWER, "Grace"), service)
    assert deed(as_(Role.APPROVER, "Ada"), service, id, "approve") == 303
    return id


def test_an_answer_is_written_from_the_pack_by_search_without_javascript(as_: As, service: Service) -> None:
    client = as_(Role.REVIEWER, "Grace")
    id = begun(client)

    to = saved(client, service, id, "search", q="meetings")

    page = html.fromstring(client.get(to).text)
    offered = page.xpath("//input[@name='add']")
    assert [one.get("value") for one in offered] == [f"{PASSAGES[0].id}-0", f"{PASSAGES[0].id}-1"]
    assert page.xpath("//label[@for=$id]", id=offered[0].get("id"))[0].text == SAID
    assert page.xpath("//script") == []
    saved(client, service, id, "say", add=FIRST)
    words = of(service, id).words
    assert [(one.text, one.citations) for one in words.sentences] == [(SAID, (1,))]
    assert [(one.quote, one.passage) for one in words.citations] == [(SAID, PASSAGES[0].id)]


def test_the_preview_is_the_answer_as_the_page_of_candidates_shows_it(as_: As, service: Service) -> None:
    client = as_(Role.REVIEWER, "Grace")
    id = written(client, service)

    page = html.fromstring(client.get(f"{LIST}/{id}").text)

    (answer,) = page.xpath("//article[@id=$id]", id=f"a-{id}")
    assert "Checked by the secretariat on" in answer.text_content()
    assert answer.xpath(".//blockquote/p")[0].text == f"“{SAID}”"
    assert answer.xpath(".//form") == []


def test_a_second_person_brings_it_into_use_and_it_stands_in_the_list(as_: As, service: Service) -> None:
    grace, ada = as_(Role.APPROVER, "Grace"), as_(Role.APPROVER, "Ada")
    id = sent(grace, service)

    assert deed(grace, service, id, "approve") == 403
    assert of(service, id).state is State.WAITING
    assert deed(ada, service, id, "approve") == 303

    assert of(service, id).state is State.LIVE
    row = html.fromstring(ada.get(f"{LIST}?state=live").text).xpath("//tbody/tr")[0].text_content()
    assert QUESTION in row
    assert "Grace" in row
    entries = done(service.secretariat.audit.entries(Noted(subject_kind="approved", subject=id)))
    assert [entry.change.action for entry in entries][:2] == ["approved", "sent_for_approval"]


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"sentence-0": "The Board meets five times a year."}, "do not bear this sentence out"),
        ({"cites-0": []}, "Sentence 1: Tick a source"),
        ({"question": ""}, "Give a question"),
        ({"question": "Ask ann.smith@example.com how often?"}, "Take out the personal details"),
        ({"wordings": "My number is 07700 900123, how often?"}, "Take out the personal details"),
        ({"question": "What are my chances?"}, "gets a fixed reply"),
        ({"sentence-0": ""}, "Give at least one sentence"),
    ],
)
def test_what_does_not_hold_is_told_and_not_sent(as_: As, service: Service, form: dict[str, object], said: str) -> None:
    client = as_(Role.REVIEWER, "Grace")
    id = written(client, service)

    to = saved(client, service, id, "send", **form)

    assert to == f"{LIST}/{id}/edit?check=true"
    summary = html.fromstring(client.get(to).text).xpath("//*[contains(@class, 'govuk-error-summary')]")[0]
    assert said in summary.text_content()
    assert of(service, id).state is State.DRAFT


def test_a_second_answer_to_the_same_question_is_told(as_: As, service: Service) -> None:
    live(as_, service)
    client = as_(Role.REVIEWER, "Grace")
    id = written(client, service, "How frequently does the Board meet?")

    to = saved(client, service, id, "send")

    assert f"An answer in use is for the same question: {QUESTION}" in client.get(to).text


LONG = "I have cared for my brother since 2019 and work nights, so how often does the Board meet please?"


def asked_in(client: TestClient, question: str) -> str:
    return str(client.post("/api/ask", json={"question": question}).json()["id"])


def test_from_a_turn_the_answer_is_taken_over_and_the_question_is_the_secretariats_own(
    as_: As, service: Service
) -> None:
    client = as_(Role.REVIEWER, "Grace")
    turn = asked_in(as_(), LONG)

    page = html.fromstring(client.get(f"{LIST}/new?turn={turn}").text)

    assert LONG in page.text_content()
    assert page.xpath("//textarea[@name='question']")[0].text_content().strip() == ""
    id = begun(client, LONG, turn=turn)
    words = of(service, id).words
    assert [one.text for one in words.sentences] == [SAID, "Members lead reviews."]
    assert [one.quote for one in words.citations] == [SAID, "Members lead reviews."]
    to = saved(client, service, id, "send")
    assert "This repeats what the candidate typed" in client.get(to).text
    assert saved(client, service, id, "send", question=QUESTION).endswith("done=approved_sent")


def test_what_is_in_use_is_corrected_by_a_draft_that_takes_its_place(as_: As, service: Service) -> None:
    old = live(as_, service)
    client = as_(Role.REVIEWER, "Grace")
    assert client.get(f"{LIST}/{old}/edit").status_code == 409

    new = begun(client, "", replaces=old)
    saved(client, service, new, "send", wordings="How many times a year do you meet?")
    assert of(service, old).state is State.LIVE
    deed(as_(Role.APPROVER, "Ada"), service, new, "approve")

    assert (of(service, old).state, of(service, new).state) == (State.WITHDRAWN, State.LIVE)


def test_it_is_withdrawn_with_a_reason_or_not_at_all(as_: As, service: Service) -> None:
    id, ada = live(as_, service), as_(Role.APPROVER, "Ada")

    assert deed(ada, service, id, "withdraw") == 422
    assert deed(ada, service, id, "withdraw", "The Board now decides anew") == 303

    assert of(service, id).state is State.WITHDRAWN
    assert "The Board now decides anew" in ada.get(f"{LIST}/{id}").text


def test_a_stale_answer_shows_what_changed_and_comes_back_when_it_is_still_right(as_: As, service: Service) -> None:
    id, ada = live(as_, service), as_(Role.APPROVER, "Ada")
    before = replace(PASSAGES[0], text=f"{PASSAGES[0].text} Lunch is free.")
    # The pack that was ingested in between; what is served is the one it had before.
    done(service.secretariat.approvals.withdraw_stale("board", [before], at=datetime.now(UTC)))

    page = html.fromstring(ada.get(f"{LIST}/{id}").text)
    assert [one.text_content() for one in page.xpath("//ins")] == ["now: Lunch is free."]
    assert "Approved answers (1)" in " ".join(page.xpath("//nav")[0].text_content().split())
    assert deed(ada, service, id, "still-right") == 303

    assert of(service, id).state is State.LIVE
    assert of(service, id).replaced == ()


def test_a_page_that_is_out_of_date_is_told_so(as_: As, service: Service) -> None:
    ada = as_(Role.APPROVER, "Ada")
    id = sent(as_(Role.REVIEWER, "Grace"), service)

    response = ada.post(f"{LIST}/{id}/approve", data={"revision": "0"})

    assert response.status_code == 409
    assert "Somebody has changed this" in response.text
    assert ada.get(f"{LIST}/nothing").status_code == 404


def test_the_file_holds_what_the_list_does_and_its_export_is_noted(as_: As, service: Service) -> None:
    live(as_, service)
    written(as_(Role.REVIEWER, "Grace"), service, "=Where is it?")
    client = as_(Role.READER)

    file = client.get(f"{LIST}.csv?state=draft")

    (row,) = csv.DictReader(io.StringIO(file.content.decode("utf-8-sig")))
    assert (row["state"], row["question"], row["answer"]) == ("draft", "'=Where is it?", SAID)
    (entry,) = done(service.secretariat.audit.entries(Noted(action="exported")))
    assert entry.change.after == {"state": "draft"}


def test_a_reader_looks_and_is_offered_nothing_to_do(as_: As, service: Service) -> None:
    id = live(as_, service)

    main = html.fromstring(as_(Role.READER).get(f"{LIST}/{id}").text).xpath("//main")[0]

    assert main.xpath(".//button") == []
    assert PACK.pack_version in main.xpath(".//blockquote//a/@href")[0]
