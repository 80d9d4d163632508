"""Data protection: the rule, one conversation's export, and its erasure, for administrators alone."""

import json

import pytest
from lxml import html  # type: ignore[import-untyped]
from starlette.testclient import TestClient

from assistant.secretariat.audit import Wanted
from assistant.secretariat.roles import Role
from assistant.web.console.frame import ROOT
from assistant.web.service import Service
from tests.secretariat.held import all_that_is_held
from tests.web.console.clients import done
from tests.web.console.conftest import As

CANARY = "kestrel"


def ask(client: TestClient, question: str) -> dict[str, str]:
    asked: dict[str, str] = client.post("/api/ask", json={"question": question}).json()
    return asked


def test_the_rule_is_told_in_words_and_made_stricter_by_an_administrator(as_: As, service: Service) -> None:
    (service.settings.pack_dir / "campaign.toml").write_text('name = "Board"\ncloses = 2026-12-18\n')
    client = as_(Role.ADMINISTRATOR, "Ada")
    assert "30 days later, all that was asked until then is gone: on 18 January 2027" in client.get(f"{ROOT}/data").text

    saved = client.post(f"{ROOT}/data/retention", data={"days": " 7 "})

    assert saved.headers["location"] == f"{ROOT}/data?done=kept_for"
    assert "on 26 December 2026" in client.get(f"{ROOT}/data").text
    (entry,) = done(service.secretariat.audit.entries(Wanted(action="set_retention")))
    assert (entry.who, entry.change.after) == ("Ada", {"after_closing": 7})


@pytest.mark.parametrize("days", ["31", "-1", "", "soon", "٣", "1e1"])
def test_a_number_of_days_that_is_none_or_too_high_changes_nothing(as_: As, service: Service, days: str) -> None:
    page = as_(Role.ADMINISTRATOR).post(f"{ROOT}/data/retention", data={"days": days})

    assert page.status_code == 422
    assert "Give a number from 0 to 30" in page.text
    assert done(service.secretariat.retention.rule(service.settings)).after_closing == 30


def test_a_conversation_is_found_by_a_reference_and_its_words_are_not_shown(as_: As) -> None:
    asked = ask(as_(), f"What does a {CANARY} pay?")
    client = as_(Role.ADMINISTRATOR)

    for reference in (asked["conversation"], asked["id"]):
        page = client.post(f"{ROOT}/data/conversation", data={"reference": reference})
        assert page.status_code == 200
        assert f"Conversation {asked['conversation']}" in page.text
        assert CANARY not in page.text
    assert f"Conversation {asked['conversation']}" in client.get(f"{ROOT}/data/answers/{asked['id']}").text
    unknown = client.post(f"{ROOT}/data/conversation", data={"reference": "0" * 32})
    assert unknown.status_code == 404
    assert "There is no conversation with this reference." in unknown.text


def test_what_is_held_comes_as_json_and_as_text_and_is_audited(as_: As, service: Service) -> None:
    asked = ask(as_(), f"What does a {CANARY} pay?")
    client, form = as_(Role.ADMINISTRATOR, "Ada"), {"reference": asked["conversation"]}

    held = client.post(f"{ROOT}/data/conversation/export.json", data=form)
    text = client.post(f"{ROOT}/data/conversation/export.txt", data=form)

    assert json.loads(held.text)["turns"][0]["question"] == f"What does a {CANARY} pay?"
    assert f"question: What does a {CANARY} pay?" in text.text
    for file in (held, text):
        assert file.headers["content-disposition"].startswith("attachment")
        assert file.headers["cache-control"] == "no-store"
    entries = done(service.secretariat.audit.entries(Wanted(action="exported")))
    assert [(entry.who, entry.change.subject) for entry in entries] == [("Ada", asked["conversation"])] * 2
    assert client.post(f"{ROOT}/data/conversation/export.pdf", data=form).status_code == 404
    assert client.post(f"{ROOT}/data/conversation/export.json", data={"reference": "x"}).status_code == 404


def test_erasing_needs_a_reason_from_the_list_and_is_audited_without_words(as_: As, service: Service) -> None:
    asked, another = ask(as_(), f"What does a {CANARY} pay?"), ask(as_(), "How often?")
    client, form = as_(Role.ADMINISTRATOR, "Ada"), {"reference": asked["id"]}
    for why in ("", "candidate", f"because {CANARY}"):
        refused = client.post(f"{ROOT}/data/conversation/erase", data=form | {"why": why})
        assert refused.status_code == 422
        assert html.fromstring(refused.text).xpath("//*[@id='why-error']")
    assert CANARY.encode() in all_that_is_held(service.secretariat.database)

    gone = client.post(f"{ROOT}/data/conversation/erase", data=form | {"why": "request"})

    assert gone.headers["location"] == f"{ROOT}/data?done=erased"
    assert CANARY.encode() not in all_that_is_held(service.secretariat.database)
    assert done(service.secretariat.erasure.held(another["conversation"]))
    (entry,) = done(service.secretariat.audit.entries(Wanted(action="erased")))
    assert (entry.who, entry.change.subject) == ("Ada", asked["conversation"])
    assert client.post(f"{ROOT}/data/conversation/erase", data=form | {"why": "request"}).status_code == 404


def test_a_candidates_own_button_does_the_same(as_: As, service: Service) -> None:
    candidate = as_()
    candidate.headers["origin"] = "http://testserver"
    candidate.post("/ask", data={"question": f"What does a {CANARY} pay?"})

    assert candidate.post("/conversation/delete").status_code == 303

    assert CANARY.encode() not in all_that_is_held(service.secretariat.database)
    (entry,) = done(service.secretariat.audit.entries(Wanted(action="erased")))
    assert (entry.who, entry.change.after) == ("", {"why": "candidate", "questions": 1, "cases": 0})
