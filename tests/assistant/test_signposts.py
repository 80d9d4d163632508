"""The fixed replies: whole, plain, and the secretariat's own where it has any."""

import re
from datetime import date
from pathlib import Path

import pytest

from assistant.domain import Outcome, Rule
from assistant.signposts import DEFAULTS, Reply, Signposts, SignpostsError, load_signposts

PACK = Path(__file__).parents[2] / "knowledge" / "packs" / "child-safeguarding-panel"
ENTRY = '[{name}]\noutcome = "{outcome}"\nreview = 2030-01-01\ntext = "{text}"\n'


@pytest.fixture(params=[PACK, Path("no folder")], ids=["pack", "default"])
def signposts(request: pytest.FixtureRequest) -> Signposts:
    return load_signposts(request.param)


@pytest.mark.parametrize(
    "words",
    [
        "999",
        "social care team at the child's local council",
        "101",
        "0808 800 5000",
        "0800 1111",
        "This assistant can't take reports and nobody is watching this chat",
    ],
)
def test_a_child_at_risk_is_told_every_way_to_get_help(signposts: Signposts, words: str) -> None:
    assert words in signposts.refusal(Reply.CHILD_AT_RISK).text


@pytest.mark.parametrize("words", ["Samaritans: call 116 123", "text SHOUT to 85258", "NHS: call 111", "999"])
def test_somebody_in_crisis_is_told_who_listens(signposts: Signposts, words: str) -> None:
    assert words in signposts.refusal(Reply.CRISIS).text


@pytest.mark.parametrize("reply", [Reply.CHILD_AT_RISK, Reply.CRISIS])
def test_no_signpost_prints_opening_hours(signposts: Signposts, reply: Reply) -> None:
    assert not re.search(r"\b\d{1,2}(?::\d\d)?\s?[ap]m\b|24 hours|24/7|weekdays|Monday", signposts.refusal(reply).text)


@pytest.mark.parametrize("reply", [Reply.CHILD_AT_RISK, Reply.CRISIS])
def test_every_number_in_a_signpost_can_be_pressed(signposts: Signposts, reply: Reply) -> None:
    addresses = " ".join(link.url for link in signposts.replies[reply].links)

    for number in re.findall(r"\d(?:[\d ]*\d)?", signposts.refusal(reply).text):
        assert number.replace(" ", "") in addresses


@pytest.mark.parametrize("reply", Reply)
def test_a_child_of_thirteen_can_read_every_reply(signposts: Signposts, reply: Reply) -> None:
    assert _grade(signposts.refusal(reply).text) <= 8.0


@pytest.mark.parametrize("reply", [Reply.INSTRUCTIONS, Reply.OFF_TOPIC])
def test_a_declined_attempt_is_told_so_in_words_that_detectors_know(signposts: Signposts, reply: Reply) -> None:
    words = "Sorry, I cannot help with that. I can only answer from the published information pack."

    assert signposts.refusal(reply).text == words


def test_personal_details_are_left_to_the_person_to_take_out(signposts: Signposts) -> None:
    text = signposts.refusal(Reply.PERSONAL_DATA).text

    assert "take them out" in text
    assert "Nothing was stored or sent" in text


def test_only_rules_have_a_rule(signposts: Signposts) -> None:
    rules = {reply.value for reply in Reply if signposts.refusal(reply).rule is not None}

    assert rules == {rule.value for rule in Rule}


def test_the_links_of_an_answer_that_no_rule_made_are_none(signposts: Signposts) -> None:
    assert signposts.links(None) == ()
    assert signposts.links(Rule.CRISIS)


def test_an_entry_of_the_campaign_takes_the_place_of_the_default(tmp_path: Path) -> None:
    (tmp_path / "signposts.toml").write_text(ENTRY.format(name="thanked", outcome="greeted", text="Croeso."))

    signposts = load_signposts(tmp_path)

    assert signposts.refusal(Reply.THANKED).text == "Croeso."
    assert signposts.refusal(Reply.CRISIS) == load_signposts(DEFAULTS.parent).refusal(Reply.CRISIS)


def test_a_review_date_that_has_passed_is_noticed(tmp_path: Path) -> None:
    (tmp_path / "signposts.toml").write_text(ENTRY.format(name="thanked", outcome="greeted", text="Croeso."))

    signposts = load_signposts(tmp_path)

    assert Reply.THANKED in signposts.overdue(date(2030, 1, 2))
    assert Reply.THANKED not in signposts.overdue(date(2030, 1, 1))


def test_no_reply_is_overdue_when_it_ships(signposts: Signposts) -> None:
    assert signposts.overdue(date(2026, 12, 1)) == ()


@pytest.mark.parametrize(
    ("written", "named"),
    [
        ("[child_at_rsk]\n", "child_at_rsk"),
        (ENTRY.format(name="crisis", outcome="signposted", text="Help.") + 'colour = "red"\n', "crisis.colour"),
        (ENTRY.format(name="crisis", outcome="signposted", text=""), "crisis.text"),
        (ENTRY.format(name="crisis", outcome="declined", text="Help."), "signposted"),
        (ENTRY.format(name="crisis", outcome="odd", text="Help."), "crisis.outcome"),
        ('[crisis]\noutcome = "signposted"\ntext = "Help."\n', "crisis.review"),
        (
            ENTRY.format(name="crisis", outcome="signposted", text="H") + 'links = [{label="x", url="javascript:x"}]',
            "url",
        ),
        ("[crisis\n", "TOML"),
    ],
    ids=["entry", "key", "no text", "other outcome", "no outcome", "no date", "address", "not TOML"],
)
def test_what_is_wrong_in_a_signposts_file_is_named(tmp_path: Path, written: str, named: str) -> None:
    (tmp_path / "signposts.toml").write_text(written)

    with pytest.raises(SignpostsError, match=re.escape(named)) as raised:
        load_signposts(tmp_path)

    assert str(tmp_path / "signposts.toml") in str(raised.value)


def test_a_reply_keeps_the_outcome_that_it_is_counted_as(signposts: Signposts) -> None:
    assert signposts.refusal(Reply.CRISIS).outcome is Outcome.SIGNPOSTED
    assert signposts.refusal(Reply.PERSONAL_DATA).outcome is Outcome.DECLINED
    assert signposts.refusal(Reply.CLARIFY).outcome is Outcome.CLARIFY


def _grade(text: str) -> float:
    """The Flesch-Kincaid grade: years at school, in the American count."""
    words = re.findall(r"[A-Za-z']+", text)
    sentences = max(1, len(re.findall(r"[.?!:](?:\s|\"|$)|\n-", text)))
    syllables = sum(_syllables(word) for word in words)
    return 0.39 * len(words) / sentences + 11.8 * syllables / len(words) - 15.59


def _syllables(word: str) -> int:
    groups = re.findall(r"[aeiouy]+", word.lower().removesuffix("e"))
    return max(1, len(groups))
