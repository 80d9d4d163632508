"""One answer in the console: what it shows, and marking it."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime

import pytest
from starlette.testclient import TestClient

from assistant.secretariat.roles import Role
from assistant.web.console.frame import ROOT
from assistant.web.service import Service
from tests.web.console.clients import done
from tests.web.console.conftest import As
from tests.web.console.test_queue_pages import LIST, ask
from tests.web.scripted import PASSAGES

RIGHT = {"verdict": "right"}
WRONG = {"verdict": "wrong", "reason": "It says days"}


def show(client: TestClient, turn: str) -> str:
    response = client.get(f"{ROOT}/answers/{turn}")
    assert response.status_code == 200
    return response.text


def review(client: TestClient, turn: str, form: Mapping[str, str] = RIGHT, *, settle: bool = False) -> tuple[int, str]:
    response = client.post(f"{ROOT}/answers/{turn}/{'settle' if settle else 'review'}", data=dict(form))
    return response.status_code, response.headers.get("location", response.text)


def test_an_answer_is_shown_as_the_candidate_saw_it_with_what_it_was_made_from(as_: As) -> None:
    turn = ask(as_(), "How often do you meet?")

    page = show(as_(Role.REVIEWER), turn)

    assert page.count("How often do you meet?") >= 2
    for text in ("The pack says:", "“Members lead reviews.”", "Answered from the pack", "Passages found: 3. Cited: 2."):
        assert text in page
    assert PASSAGES[2].text not in page  # it has a mark that would be one of HTML
    assert "Members speak at &lt;b&gt;events&lt;/b&gt;." in page
    assert "a1b2c3d4" in page
    assert "1.0 ms" in page
    assert "/feedback" not in page


def test_a_question_that_is_not_kept_is_nowhere_on_the_page(as_: As) -> None:
    turn = ask(as_(), "He has bruises")

    page = show(as_(Role.ADMINISTRATOR), turn)

    assert "bruises" not in page
    assert "Question not kept" in page
    assert "A rule stopped it: a child at risk." in page
    assert "approved/new" not in page


def test_only_an_administrator_sees_the_reference_of_the_conversation(as_: As) -> None:
    said = as_().post("/api/ask", json={"question": "How often?"}, headers={"accept": "application/json"}).json()

    assert said["conversation"] in show(as_(Role.ADMINISTRATOR), said["id"])
    assert said["conversation"] not in show(as_(Role.APPROVER), said["id"])


def test_marks_are_kept_and_the_answer_leaves_its_queue(as_: As, service: Service) -> None:
    turn = ask(as_(), "How often?")
    ada = as_(Role.REVIEWER, "Ada")
    form = {
        "verdict": "incomplete",
        "reason": "Where is not said",
        "pack_at_fault": "yes",
        "comment": "Ask the panel",
        "sentence-1": "right",
        "sentence-2": "needs_work",
        "sentence-2-reason": "too short",
        "citation-2": "wrong",
        "citation-2-reason": "off the point",
        "sentence-9": "wrong",
        "back": "queue=not_in_pack&evil=1",
    }

    status, place = review(ada, turn, form)

    assert (status, place) == (303, f"{LIST}?queue=not_in_pack&done=reviewed")
    page = show(ada, turn)
    for text in (
        "Right but incomplete",
        "Where is not said",
        "The pack is at fault",
        "Ask the panel",
        "Sentence 2: Needs work. too short",
        "Quote 2: Wrong. off the point",
    ):
        assert text in page
    assert "Sentence 9" not in page
    assert done(service.secretariat.queues.waiting()) == 0


@pytest.mark.parametrize(
    ("form", "told"),
    [
        ({}, "Say what the answer is as a whole"),
        ({"verdict": "splendid"}, "Say what the answer is as a whole"),
        ({"verdict": "wrong", "reason": "  "}, "Give a reason for the answer as a whole"),
        ({"verdict": "right", "sentence-1": "wrong", "sentence-1-reason": "no"}, "the answer can&#39;t be right"),
        ({"verdict": "right", "citation-1": "needs_work"}, "Give a reason for each mark that is not right"),
    ],
)
def test_what_is_missing_from_the_form_is_told_and_what_was_typed_stays(
    as_: As, service: Service, form: dict[str, str], told: str
) -> None:
    turn = ask(as_(), "How often?")

    status, page = review(as_(Role.REVIEWER), turn, {"comment": "keep this", **form})

    assert status == 422
    assert told in page
    assert ">keep this</textarea>" in page
    found = done(service.secretariat.answers.find(turn, at=datetime.now(UTC)))
    assert found
    assert found.reviews == ()


def test_an_answer_that_somebody_has_is_not_marked_by_another(as_: As) -> None:
    turn = ask(as_(), "What is the pay?")
    ada, grace = as_(Role.REVIEWER, "Ada"), as_(Role.REVIEWER, "Grace")
    ada.post(f"{LIST}/next", data={"queue": "not_in_pack"})

    status, page = review(grace, turn)
    assert status == 409
    assert "Ada has this answer until" in page
    assert "Put it back" in show(ada, turn)
    assert "Put it back" not in show(grace, turn)

    ada.post(f"{ROOT}/answers/{turn}/free")
    assert review(grace, turn)[0] == 303


def test_where_two_differ_an_approver_says_which_counts(as_: As) -> None:
    turn = ask(as_(), "How often?")
    ada, grace, joan = as_(Role.REVIEWER, "Ada"), as_(Role.REVIEWER, "Grace"), as_(Role.APPROVER, "Joan")
    review(ada, turn)
    assert review(joan, turn, WRONG, settle=True)[0] == 409

    review(grace, turn, WRONG)

    assert 'Marks differ <span class="ra-count">(1)' in ada.get(LIST).text
    assert "Keep as the mark that counts" not in show(grace, turn)
    assert review(grace, turn, WRONG, settle=True)[0] == 403
    assert "Keep as the mark that counts" in show(joan, turn)
    assert review(joan, turn, WRONG, settle=True)[0] == 303
    assert re.search(r"Joan, [^<]*</h3>\s*<p[^>]*><strong>Wrong</strong>\. This mark counts", show(ada, turn))


def test_comments_are_shown_with_their_author_and_an_empty_one_is_none(as_: As, service: Service) -> None:
    turn = ask(as_(), "How often?")
    ada = as_(Role.REVIEWER, "Ada")

    for words in ("<b>Look</b>", "   "):
        assert ada.post(f"{ROOT}/answers/{turn}/comment", data={"words": words}).status_code == 303

    assert show(ada, turn).count("&lt;b&gt;Look&lt;/b&gt;") == 1
    found = done(service.secretariat.answers.find(turn, at=datetime.now(UTC)))
    assert found
    assert [comment.name for comment in found.comments] == ["Ada"]


def test_from_an_answer_one_can_write_an_approved_one_or_draft_for_the_pack(as_: As) -> None:
    turn = ask(as_(), "What is the pay?")

    page = show(as_(Role.REVIEWER), turn)

    assert f'href="{ROOT}/approved/new?turn={turn}"' in page
    assert f'href="{ROOT}/gaps/draft?turn={turn}"' in page
    assert "approved/new" not in show(as_(Role.READER), turn)


def test_an_answer_that_is_not_there_is_said_not_to_be(as_: As) -> None:
    reviewer = as_(Role.REVIEWER)

    assert reviewer.get(f"{ROOT}/answers/{'0' * 32}").status_code == 404
    for place in ("review", "assign", "case"):
        assert reviewer.post(f"{ROOT}/answers/{'0' * 32}/{place}", data=RIGHT).status_code == 404
