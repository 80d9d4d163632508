"""Point 15: whatever anybody wrote is shown as the words it is. Nothing runs, nothing is made of it, nothing breaks."""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Dialog, Error, Page, Request, expect

from assistant.domain import Nearest, Outcome, Versions
from assistant.secretariat.roles import Role
from assistant.text import clean
from assistant.web.console.frame import COOKIE, ROOT
from assistant.web.schemas import answer_body
from assistant.web.turns import passage_url
from tests.browser.acted import HELD, Acted, answer
from tests.browser.barriers import sideways
from tests.browser.pages import NARROW, Visit, ask, box
from tests.web.console.clients import done, session_of
from tests.web.scripted import PackDocumentStub, passage

PAYLOADS: Sequence[str] = json.loads(Path(__file__).with_name("payloads.json").read_text(encoding="utf-8"))
NONE = Versions("", "", "", "", "")
_AS_MARKUP = """async (payloads) => {
  let ran = 0
  for (const name of ['alert', 'confirm', 'prompt', 'print']) window[name] = () => { ran += 1 }
  const place = document.body.appendChild(document.createElement('div'))
  for (const payload of payloads) place.appendChild(document.createElement('div')).innerHTML = payload
  await new Promise((done) => setTimeout(done, 300))
  return ran
}"""
OURS = set(
    "a article blockquote br button dd details div dl dt fieldset footer form h1 h2 h3 h4 h5 h6 input label legend "
    "li nav ol p section span strong summary table tbody td textarea th thead tr ul".split()
)


@pytest.fixture
def watched(visit: Visit, site: Acted) -> Iterator[Page]:
    """A narrow page; at the end nothing has run, and nothing was asked of another site."""
    page = visit("/", viewport=NARROW)
    happened: list[str] = []

    def dialog(one: Dialog) -> None:
        happened.append(one.message)
        one.dismiss()

    def request(one: Request) -> None:
        if not one.url.startswith(site.address):
            happened.append(one.url)

    page.on("dialog", dialog)
    page.on("request", request)
    yield page
    assert happened == []


def test_there_are_at_least_a_hundred() -> None:
    assert len(set(PAYLOADS)) >= 100


def test_answers_quotes_titles_and_headings_are_words(watched: Page, site: Acted) -> None:
    for number in range(0, len(PAYLOADS), 40):
        some = PAYLOADS[number : number + 40]
        told = [(text, replace(HELD, title=text, heading=(text, text)), text) for text in some]
        site.assistant.answers[f"Payloads {number}"] = answer(*told, lead_in=some[0])

        shown = ask(watched, f"Payloads {number}")

        for text in some:
            assert words(shown.text_content()).count(words(text)) >= 5, text
        assert_harmless(watched)
    watched.reload()
    assert_harmless(watched)
    assert words(watched.locator(".ra-turn").first.text_content()).count(words(PAYLOADS[0])) >= 5


def test_what_is_missing_and_what_is_near_are_words(watched: Page, site: Acted) -> None:
    near = tuple(Nearest(replace(HELD, heading=(text,)), text) for text in PAYLOADS)
    everything = " ".join(PAYLOADS)
    site.assistant.answers["Near"] = answer(outcome=Outcome.NOT_IN_PACK, missing=everything, nearest=near)

    assert words(everything) in words(ask(watched, "Near").text_content())
    assert_harmless(watched)
    watched.reload()
    assert words(everything) in words(watched.locator(".ra-turn").text_content())
    assert_harmless(watched)


def test_fixed_replies_are_words(watched: Page, site: Acted) -> None:
    for outcome in (Outcome.CLARIFY, Outcome.SIGNPOSTED):
        site.assistant.answers["Reply"] = answer(outcome=outcome, text="\n".join(PAYLOADS))
        shown = ask(watched, "Reply").text_content()

        lines = (line for text in PAYLOADS for line in text.split("\n"))
        assert all(seen(line).removeprefix("- ") in seen(shown) for line in lines)
        assert_harmless(watched)


def test_questions_are_words_as_they_are_asked_and_when_they_are_shown_again(watched: Page, site: Acted) -> None:
    asked = list(_in_questions(PAYLOADS))
    for question in asked:
        ask(watched, question)
        assert seen(watched.locator(".ra-turn h3").last.text_content()) == seen(f"You asked: {question}")
    assert_harmless(watched)
    watched.reload()
    shown = watched.locator(".ra-turn h3").all_text_contents()

    assert [seen(one) for one in shown] == [seen(f"You asked: {question}") for question in asked]
    assert_harmless(watched)


def test_a_question_that_is_given_back_is_words(visit: Visit) -> None:
    bare = visit("/", scripted=False)
    for typed in ("</textarea><script>alert(1)</script>" * 15, '"><img src=x onerror=alert(1)>' * 20):
        box(bare).fill(typed)
        bare.get_by_role("button", name="Ask", exact=True).click()
        expect(box(bare)).to_have_value(typed)
        assert_harmless(bare)
    visit.take()


def test_a_pack_and_its_files_are_words(watched: Page, site: Acted, monkeypatch: pytest.MonkeyPatch) -> None:
    """Names of campaigns, contacts, documents and files too."""
    texts = [text for text in PAYLOADS if text.strip()]
    documents = tuple(PackDocumentStub(f"d{number}", text, text) for number, text in enumerate(texts))
    passages = tuple(
        replace(passage(number, text, heading=(text,)), document=f"d{number}") for number, text in enumerate(texts)
    )
    attack = '"><script>alert(1)</script><img src=x onerror=alert(1)> {{7*7}}'
    contact = replace(site.pack.campaign.contact, name=attack, email=attack, url="https://example.org/" + attack)
    campaign = replace(site.pack.campaign, name=attack, body=attack, contact=contact, starters=tuple(texts[:40]))
    pack = replace(
        site.pack, version="v-a77ac4", pack_version="a77ac4", campaign=campaign, documents=documents, passages=passages
    )
    monkeypatch.setattr(site, "pack", pack)

    watched.goto(site.address + "/pack")
    shown = words(watched.locator("main").text_content())
    assert all(words(text) in shown for text in texts)
    assert_harmless(watched)
    for path in ("/", "/privacy", "/about-ai"):
        watched.goto(site.address + path)
        assert words(attack) in words(watched.locator("body").text_content())
        assert_harmless(watched)


def test_the_console_shows_what_candidates_wrote_and_read_as_words(watched: Page, site: Acted) -> None:
    _, session = session_of(site.service, Role.ADMINISTRATOR, "Ada")
    watched.context.add_cookies([{"name": COOKIE, "value": session, "url": site.address + ROOT}])
    plain = _elements(watched, site, "How often?", ["Four times a year."])

    assert _elements(watched, site, " ".join(PAYLOADS), PAYLOADS) <= plain
    shown = words(watched.locator("main").text_content())
    assert words(" ".join(PAYLOADS)) in shown
    assert [text for text in PAYLOADS if words(text) not in shown] == []


def test_the_same_as_markup_do_run_and_our_policy_stops_them(visit: Visit) -> None:
    """What shows that the tests above would see it."""
    assert visit("about:blank#://").evaluate(_AS_MARKUP, list(PAYLOADS)) > 10
    ours = visit("/")

    with pytest.raises(Error, match="TrustedHTML"):
        ours.evaluate(_AS_MARKUP, list(PAYLOADS))
    visit.take()


def test_an_answer_of_three_thousand_words_is_shown_whole_and_breaks_nothing(watched: Page, site: Acted) -> None:
    told = [(f"Sentence {number} says that the Board meets in Leeds or by video, as it did.", HELD, HELD.text)
            for number in range(200)]  # fmt: skip
    site.assistant.answers["All of it"] = answer(*told)
    assert sum(len(text.split()) for text, _, _ in told) == 3000

    shown = ask(watched, "All of it")

    expect(shown.locator(".ra-sentences > li")).to_have_count(200)
    assert_harmless(watched)


def assert_harmless(page: Page) -> None:
    """Only elements and attributes of ours, no address that runs, and all of it in the width of the screen."""
    found = page.evaluate("""() => {
      const all = [...document.querySelectorAll('main *')]
      const names = [...new Set(all.map((one) => one.localName))]
      const runs = all.flatMap((one) => [...one.attributes].filter(({ name, value }) =>
        name.startsWith('on') || name === 'style' || name === 'srcdoc' ||
        (['href', 'src', 'action', 'formaction'].includes(name) && /^\\s*(javascript|data|vbscript):/i.test(value))))
      return [names, runs.map(({ name, value }) => `${name}=${value}`)]
    }""")
    assert set(found[0]) - OURS - {"role-assistant"} == set()
    assert found[1] == []
    assert sideways(page) == []


def _elements(page: Page, site: Acted, question: str, told: Sequence[str]) -> set[str]:
    """What the page of an answer is made of: names of elements, and of attributes that run."""
    now, records = datetime.now(UTC), site.service.records
    turn = done(records.start_turn(None, question, asked_at=now)).turn
    said = answer(*((text, replace(HELD, title=text, heading=(text,)), text) for text in told))
    body = answer_body(said, id=turn, conversation="", url=passage_url("", ""), links=(), versions=NONE)
    done(records.finish_turn(turn, said, body.model_dump(mode="json"), finished_at=now))
    page.goto(f"{site.address}{ROOT}/answers/{turn}")
    found: list[str] = page.evaluate("""() => [...document.querySelectorAll('main *')].flatMap((one) => [one.localName,
      ...one.getAttributeNames().filter((name) => name.startsWith('on') || name === 'style')])""")
    return set(found)


def words(text: str | None) -> str:
    return re.sub(r"\s+", " ", text or "").strip()


def seen(text: str | None) -> str:
    """Words without the signs that nobody sees."""
    return words(clean(text or ""))


def _in_questions(payloads: Sequence[str]) -> Iterator[str]:
    """As few questions as they fit in. Those with an @ would be nobody's business here."""
    question = ""
    for text in payloads:
        if len(question) + len(text) > 480:
            yield question
            question = ""
        question = f"{question} {text}"
    yield question
