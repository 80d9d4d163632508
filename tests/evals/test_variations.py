"""Made cases: what the rules promise of every case that they make, and the forms that they make them in."""

from collections.abc import Sequence
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.domain import Outcome, Turn
from evals.cases import load_cases, pack_folder
from evals.domain import Case, World
from evals.model.scripted import FALSEHOODS
from evals.variations import RULES, made_cases
from evals.variations.altering import alteration, in_digits
from evals.variations.leave_out import is_withheld
from evals.variations.paraphrase import paraphrase
from evals.variations.planted import CANARIES, orders
from evals.variations.scripted import MOST
from evals.variations.standing import any_stands, rests_on, stands
from knowledge.pack import load_pack
from knowledge.passages import split
from knowledge.sentences import sentences


@cache
def written() -> dict[str, Case]:
    return {case.id: case for case in load_cases()}


@cache
def made_by(rule: str) -> tuple[Case, ...]:
    return tuple(case for case in made_cases(list(written().values())) if case.kind == rule)


@cache
def passages(campaign: str) -> tuple[str, ...]:
    pack = load_pack(pack_folder(campaign))
    return tuple(passage.text for passage in split(pack, max_tokens=200, count_tokens=lambda text: len(text.split())))


def origin(case: Case) -> Case:
    assert case.made is not None
    return written()[case.made.of]


def case(question: str, *, kind: str = "answerable", turns: tuple[Turn, ...] = (), id: str = "c1") -> Case:
    return Case(id, "board", kind, question, turns, frozenset({Outcome.ANSWERED}), rests_on=("A day.",))


def test_every_rule_makes_cases_that_say_what_they_are() -> None:
    made = made_cases(list(written().values()))

    assert {one.kind for one in made} == {rule.__name__ for rule in RULES}
    assert len({one.id for one in made}) == len(made)
    assert all(one.made and one.id == f"{one.made.of}~{one.made.rule}" and one.author == "rule" for one in made)
    assert {one.made.rule == one.kind for one in made if one.made} == {True}


def test_what_is_made_of_a_case_does_not_hang_on_the_others() -> None:
    cases = list(written().values())
    free = {"leave_out", "changed_fact", "planted", "paraphrase"}

    made = {one.id: one for one in made_cases(cases) if one.kind in free}
    of_some = {one.id: one for one in made_cases(cases[::-3]) if one.kind in free}

    assert of_some
    assert of_some == {id: one for id, one in made.items() if id in of_some}


def test_nothing_is_made_of_what_was_made() -> None:
    assert made_cases(made_by("paraphrase")) == []


def test_with_its_evidence_left_out_nothing_that_stays_says_a_fact_of_the_case() -> None:
    left = {}
    for one in made_by("leave_out"):
        stays = "\n".join(text for text in passages(one.campaign) if not is_withheld(one, text))
        if facts := [fact for fact in origin(one).says if any_stands(fact, stays)]:
            left[one.id] = facts

    assert len(made_by("leave_out")) > 50
    assert left == {}


def test_with_its_evidence_left_out_a_case_must_abstain_though_there_is_more_to_find() -> None:
    for one in made_by("leave_out"):
        assert one.outcomes == {Outcome.NOT_IN_PACK}
        withheld = [text for text in passages(one.campaign) if is_withheld(one, text)]
        assert 0 < len(withheld) < len(passages(one.campaign)), one.id


def test_a_changed_fact_stands_in_its_altered_quotes_and_the_old_one_must_not_be_said() -> None:
    for one in made_by("changed_fact"):
        quotes, was = "\n".join(one.rests_on), "\n".join(origin(one).rests_on)
        changed = [set(now) - set(old) for now, old in zip(one.says, origin(one).says, strict=True) if now != old]
        assert changed, one.id
        assert all(any_stands(fact, quotes) and not any_stands(fact, was) for fact in changed), one.id
        assert not any_stands(one.never_says, quotes), one.id
        assert one.world is World.CHANGED

    assert len(made_by("changed_fact")) > 40
    assert sum(bool(set(one.never_says) - set(origin(one).never_says)) for one in made_by("changed_fact")) > 40


def test_a_planted_case_expects_what_it_expected_and_no_canary() -> None:
    for one in made_by("planted"):
        assert (one.outcomes, one.says, one.rests_on) == (origin(one).outcomes, origin(one).says, origin(one).rests_on)
        assert set(CANARIES) <= set(one.never_says)

    assert {Outcome.NOT_IN_PACK} in [one.outcomes for one in made_by("planted")]


@pytest.mark.parametrize("campaign", sorted({one.campaign for one in load_cases()}))
def test_every_sentence_of_an_order_holds_its_own_canary(campaign: str) -> None:
    said = [line for line in orders(load_pack(pack_folder(campaign))).splitlines() if line and not line.startswith("#")]

    spoken = [line[start:end] for line in said for start, end in sentences(line)]

    assert [sum(canary in sentence for canary in CANARIES) for sentence in spoken] == [1] * len(spoken)
    assert len(spoken) > len(CANARIES) / 2


def test_scripted_cases_are_a_sample_that_never_says_the_models_falsehoods() -> None:
    by_campaign = [one.campaign for one in made_by("scripted")]

    assert {by_campaign.count(campaign) for campaign in by_campaign} == {MOST}
    assert all(one.never_says == FALSEHOODS and one.world is World.SCRIPTED for one in made_by("scripted"))


def test_a_sample_changes_by_what_was_taken_away_only() -> None:
    sample = {one.made.of for one in made_by("scripted") if one.made}
    others = [one for one in written().values() if one.id not in sample]

    kept = made_cases([one for one in written().values() if one.id in sample])

    assert {one.made.of for one in kept if one.made and one.kind == "scripted"} == sample
    assert others


def test_a_paraphrase_expects_what_its_case_does_and_asks_in_other_words() -> None:
    for one in made_by("paraphrase"):
        first = origin(one)
        assert (one.outcomes, one.says, one.never_says, one.turns) == (
            first.outcomes,
            first.says,
            first.never_says,
            first.turns,
        )
        assert one.question != first.question
        assert origin(one).kind not in ("fragment", "greeting")


def test_what_leans_on_earlier_turns_keeps_its_opening() -> None:
    leaning = [one for one in made_by("paraphrase") if one.turns]

    assert leaning
    assert all(one.question[:3].lower() == origin(one).question[:3].lower() for one in leaning)


def test_an_attempt_to_redirect_stays_letter_for_letter() -> None:
    attempts = [one for one in made_by("paraphrase") if origin(one).kind == "instructions"]

    assert attempts
    assert all(one.question.endswith(origin(one).question[1:]) for one in attempts)


def paraphrases(question: str) -> set[str]:
    """All forms of it: every id has another place in the rotation."""
    asked = [case(question, id=f"c{number}") for number in range(60)]
    return {one.question for one in paraphrase(asked)}


@pytest.mark.parametrize(
    ("question", "forms"),
    [
        (
            "How often does the Panel meet?",
            {
                "Can you tell me, how often does the Panel meet?",
                "Please could you help me with this? How often does the Panel meet?",
                "Good morning. How often does the Panel meet?",
                "Quick question: how often does the Panel meet?",
                "how often does the panel meet",
                "I'd like to know: how often does the Panel meet.",
            },
        ),
        (
            "I work for the NHS. Is secondment possible? My e-mail is a.b@c.uk",
            {
                "Please could you help me with this? I work for the NHS. Is secondment possible? My e-mail is a.b@c.uk",
                "Good morning. I work for the NHS. Is secondment possible? My e-mail is a.b@c.uk",
                "Quick question: I work for the NHS. Is secondment possible? My e-mail is a.b@c.uk",
                "i work for the nhs is secondment possible my e-mail is a.b@c.uk",
                "I work for the NHS. Is secodnment possible? My e-mail is a.b@c.uk",
            },
        ),
    ],
    ids=["one short question", "more than a question"],
)
def test_a_question_is_put_in_every_form_that_fits_it(question: str, forms: set[str]) -> None:
    assert paraphrases(question) == forms


def test_no_paraphrase_is_longer_than_a_question_may_be() -> None:
    assert all(len(words) <= 500 for words in paraphrases("What is the fee " + "x" * 480))


FIGURES = st.one_of(
    st.integers(2, 99_999).map(lambda number: f"£{number:,}"),
    st.integers(2, 1_800).map(str),
    st.sampled_from("two three seven eleven twenty twenty-one ninety".split()),
    st.decimals(2, 99, places=1).map(str),
)


@given(st.lists(FIGURES, min_size=1, max_size=12))
def test_no_new_figure_is_an_old_one_and_each_old_one_has_its_own(figures: Sequence[str]) -> None:
    text = "; ".join(f"fee {figure} a day" for figure in figures)

    altered = alteration([text]).of(text)

    before = [in_digits(part) for part in text.split("; ")]
    after = [in_digits(part) for part in altered.split("; ")]
    assert set(before).isdisjoint(after)
    assert len(set(zip(before, after, strict=True))) == len(set(before)) == len(set(after))


@pytest.mark.parametrize(
    ("text", "altered"),
    [
        ("It closes on 15 January 2027, at noon.", "It closes on 15 June 2027, at noon."),
        ("Interviews are from 30 to 31 December 2026.", "Interviews are from 30 to 31 May 2027."),
        ("In May we meet; you may come.", "In October we meet; you may come."),
        ("Set up in 1996 with £7.4 million and 45p.", "Set up in 2007 with £8.1 million and 52p."),
        ("Two days, 1,000 words", "Nine days, 8,000 words"),
        ("two of 2 and TWO", "nine of 9 and NINE"),
        ("in feb, JUNE or 3 Sep", "in jul, NOVEMBER or 3 Feb"),
    ],
    ids=[
        "a date",
        "a range over the year's end",
        "a month and a verb",
        "a year and sums",
        "words",
        "one value",
        "short and long",
    ],
)
def test_a_figure_is_altered_in_the_form_it_has(text: str, altered: str) -> None:
    assert alteration([text]).of(text) == altered


@pytest.mark.parametrize(
    "text",
    [
        "Ring 01632 960118 or write to room12@board.example",
        "Quote CHA-NED-26 by 10am, 9.30am or 14:30",
        "See https://board.example/2027/12 and COVID-19",
        "One in the year 2026/27, on 15/01/2027, the 1st",
        "1. First\n2. Second",
        "the Three Rivers Trust; two-thirds",
    ],
)
def test_what_is_a_name_a_code_or_an_address_is_left(text: str) -> None:
    assert alteration(["2 27 12 19 26 2027 3", text]).of(text) == text


@pytest.mark.parametrize(
    ("words", "text", "there"),
    [
        ("8", "18 days", False),
        ("the Panel’s role", "The  Panel's\nrole", True),
        ("£310", "It is £310.", True),
        ("£310", "It is £3100.", False),
    ],
)
def test_words_stand_in_a_text_as_whole_words(words: str, text: str, there: bool) -> None:
    assert stands(words, text) is there


def test_a_passage_cut_within_a_quote_still_holds_a_sentence_of_it() -> None:
    quote = "You must live in the area. People with a second home do not."

    assert rests_on([quote], "People with a second home do not. A laptop is lent.")
    assert not rests_on([quote], "A laptop is lent.")
