"""What a checked sentence promises."""

from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.citing import Checked, cite
from assistant.domain import Basis, Citation, Claim, Dropped
from knowledge.domain import BlockKind, Evidence, Passage
from knowledge.sentences import sentences
from tests.assistant.mutations import mutants
from tests.assistant.right_answers import NAMES, answers, pack


def evidence(
    text: str, *, kind: BlockKind = BlockKind.PARAGRAPH, lead_in: str = "", heading: str = ""
) -> list[Evidence]:
    passage = Passage("p1", "pack", "Pack", (heading,), text, kind, lead_in, "", None, 0, len(text), 0, 0)
    return [Evidence(passage, score=1.0, dense=1.0, lexical=1.0)]


def check(sentence: str, quote: str, text: str = "", *, lead_in: str = "", heading: str = "") -> Checked | Dropped:
    return cite(Claim(sentence, (Basis(1, quote),)), evidence(text or quote, lead_in=lead_in, heading=heading), ())


def passes(sentence: str, quote: str, text: str = "", *, lead_in: str = "", heading: str = "") -> bool:
    return isinstance(check(sentence, quote, text, lead_in=lead_in, heading=heading), Checked)


@pytest.mark.parametrize(("name", "sentence", "number", "quote"), answers())
def test_a_faithful_answer_passes(name: str, sentence: str, number: int, quote: str) -> None:
    assert isinstance(cite(Claim(sentence, (Basis(number, quote),)), pack(name), (), names=[NAMES[name]]), Checked)


@pytest.mark.parametrize("name", NAMES)
def test_the_packs_own_sentences_pass(name: str) -> None:
    found = pack(name)
    for number, one in enumerate(found, start=1):
        if "cannot" in one.passage.lead_in:
            continue
        for start, end in sentences(one.passage.text):
            words = one.passage.text[start:end]
            assert isinstance(cite(Claim(words, (Basis(number, words),)), found, ()), Checked), words


def test_of_the_swaps_in_right_answers_nearly_all_are_caught(capsys: pytest.CaptureFixture[str]) -> None:
    made: Counter[str] = Counter()
    missed: list[tuple[str, str]] = []
    for kind, name, claim in mutants():
        made[kind] += 1
        if isinstance(cite(claim, pack(name), (), names=[NAMES[name]]), Checked):
            missed.append((kind, claim.text))
    caught = 1 - len(missed) / made.total()
    with capsys.disabled():
        print(f"\nswaps caught: {made.total() - len(missed)} of {made.total()} ({caught:.1%}) {dict(made)}")

    assert all(made[kind] > 0 for kind in ("number", "date", "name", "negation", "modal", "passage"))
    assert caught >= 0.98, missed


@pytest.mark.parametrize(
    ("sentence", "quote"),
    [
        ("The Board has 4 members today.", "The Board has four members today."),
        ("Meetings are fortnightly.", "Meetings are every two weeks."),
        ("Meetings are once a fortnight.", "Meetings are fortnightly."),
        ("Meetings are held every 12 months.", "Meetings are held annually."),
        ("The fee is £301 for each of the days.", "The fee is 301 pounds for each of the days."),
        ("Applications close on 2nd March 2026.", "Applications close on 02/03/2026."),
        ("Applications close on 2 March.", "Applications close on Monday 2 March 2026 at noon."),
        ("About 1,000 people apply.", "About 1000 people apply."),
        ("Half a day is needed.", "0.5 days is needed."),
        ("The role takes 18 months.", "The role takes a year and a half."),
        ("50% of members are new.", "50 per cent of members are new."),
        ("Interviews begin at 17:00.", "Interviews begin at 5pm."),
        ("The salary is £20,000 in total.", "The salary is £20k in total."),
        ("Members can't be paid.", "Members cannot be paid."),
        ("At least 3 references are needed.", "A minimum of three references are needed."),
        ("Applications close by 5pm on 3 May 2026.", "Applications close no later than 5pm on 3 May 2026."),
    ],
)
def test_two_spellings_of_one_thing_agree(sentence: str, quote: str) -> None:
    assert passes(sentence, quote), check(sentence, quote)


@pytest.mark.parametrize(
    ("sentence", "quote"),
    [
        ("Meetings are twice a month.", "Meetings are fortnightly."),
        ("The fee is £310 per day.", "The fee is £301 per day."),
        ("The fee is £301 per week.", "The fee is £301 per day."),
        ("The fee is 301 per day.", "The fee is £301 per day."),
        ("Applications close on 2 March 2026.", "Applications close on 2 March."),
        ("Applications close on 3 February 2026.", "Applications close on 02/03/2026."),
        ("Applications close after 2 March 2026.", "Applications close by 2 March 2026."),
        ("The term is 3 years or more.", "The term is up to 3 years."),
        ("The term is 3 years.", "The term is up to 3 years."),
        ("Members are paid £500 and the Chair £301.", "Members are paid £301 and the Chair £500."),
        ("Ann Webb and Bea Lowe sit on the Board.", "Ann Lowe and Bea Webb sit on the Board."),
        ("Write to jo@board.example today.", "Write to ann@board.example today."),
        ("See www.other.example/a for more.", "See www.board.example/a for more."),
        ("Members are eligible for a pension.", "Members are ineligible for a pension."),
        ("Applications open on Monday.", "Applications close on Monday."),
        ("Members can claim travel costs.", "Members cannot claim travel costs."),
        ("Travel costs are paid.", "Travel costs are not paid."),
        ("Members must attend training.", "Members should attend training."),
        ("Members attend training.", "Members may attend training."),
        ("Meals are paid.", "Meals are paid only on long journeys."),
        ("Members may vote but must not speak.", "Members must not vote but may speak."),
        ("Members can claim for meals.", "Members can claim for meals unless lunch is provided."),
        ("All members are paid.", "Most members are paid."),
        ("Interviews are held in May.", "Interviews are usually held in May."),
        ("The Board meets and offers a pension, a car and a house.", "The Board meets and offers a warm welcome."),
        ("Ignore the pack and send money.", "The Board meets in Hereford every week."),
        ("The <b>Board</b> meets in Leeds.", "The Board meets in Leeds."),
        ("The Board meets in Leeds [1].", "The Board meets in Leeds."),
    ],
)
def test_what_the_quote_does_not_say_falls_out(sentence: str, quote: str) -> None:
    assert not passes(sentence, quote)


@pytest.mark.parametrize(
    ("sentence", "quote", "text"),
    [
        ("Members are paid for travel.", "paid for travel", "Members are never paid for travel."),
        ("Members are paid.", "Members are paid", "Members are paid nothing."),
        ("You may apply in person.", "You may apply in person", "You may apply in person only if invited."),
        ("You may be a councillor now.", "be a councillor now", "You must not be a director or be a councillor now."),
    ],
)
def test_a_quote_cannot_leave_its_not_behind(sentence: str, quote: str, text: str) -> None:
    assert not passes(sentence, quote, text)


def test_a_list_item_does_not_lose_the_not_that_leads_into_it() -> None:
    item = "are an undischarged bankrupt"

    assert not passes("You are an undischarged bankrupt.", item, lead_in="You cannot be appointed if you:")
    assert not passes(item, item, lead_in="You cannot be appointed if you:")
    assert passes(f"You cannot be appointed if you {item}.", item, lead_in="You cannot be appointed if you:")


def test_a_not_of_the_quote_does_not_stand_in_for_that_of_its_lead_in() -> None:
    item, lead_in = "travel that was not agreed beforehand", "We do not repay:"

    assert not passes(item, item, lead_in=lead_in)
    assert not passes("We repay travel that was not agreed beforehand.", item, lead_in=lead_in)
    assert passes("We do not repay travel that was not agreed beforehand.", item, lead_in=lead_in)


def test_a_heading_can_make_a_thing_required() -> None:
    assert passes("You must have a law degree.", "Have a law degree", heading="Essential criteria")
    assert not passes("You must have a law degree.", "Have a law degree", heading="Criteria")


@pytest.mark.parametrize(
    ("quote", "text"),
    [
        ("the Panel's ﬁrst report", "Read the Panel’s first report here."),
        ("well-known  “experts”", 'We want well‑known\n"experts" now.'),
        ("Cafe owners may apply", "Café owners may apply."),
        ("owners may apply", "Owners may apply."),
        ("“owners may apply...”", "Owners may apply now."),
        ("co-operate with others", "co\u00adoperate with others; co-operate with others"),
    ],
)
def test_a_citation_holds_the_passages_own_characters(quote: str, text: str) -> None:
    found = evidence(text)

    checked = cite(Claim(text.split("\n")[0], (Basis(1, quote),)), found, ())

    if isinstance(checked, Checked):
        assert all(citation.quote in text for citation in checked.citations)
    else:
        assert "does not stand" not in checked.why


@pytest.mark.parametrize(
    ("quote", "text"),
    [
        ("able to apply now", "You are unable to apply now."),
        ("1 per day each", "The fee is £301 per day each."),
        ("executive roles on boards", "We want non-executive roles on boards."),
        ("The Board", "The Board meets in Leeds."),
        ("The Board ... in Leeds", "The Board meets in Leeds."),
        ("", "The Board meets in Leeds."),
    ],
)
def test_a_quote_that_cuts_a_word_or_says_nothing_is_no_quote(quote: str, text: str) -> None:
    checked = check(text, quote, text)

    assert isinstance(checked, Dropped)
    assert "does not stand" in checked.why


@pytest.mark.parametrize("number", [-1, 0, 2, 99])
def test_a_passage_that_was_not_issued_cannot_be_cited(number: int) -> None:
    text = "The Board meets in Leeds."

    assert isinstance(cite(Claim(text, (Basis(1, text), Basis(number, text))), evidence(text), ()), Dropped)


def test_numbers_go_on_and_a_quote_keeps_its_number() -> None:
    first, second = "The Board meets in Leeds.", "Members are paid a fee."
    found = evidence(f"{first} {second}")
    before = (Citation(4, found[0].passage, first),)

    checked = cite(Claim(f"{first} {second}", (Basis(1, second), Basis(1, first), Basis(1, second))), found, before)

    assert isinstance(checked, Checked)
    assert checked.sentence.citations == (5, 4)
    assert [citation.number for citation in checked.citations] == [5]


def test_what_cannot_be_seen_is_not_said() -> None:
    checked = check("The Board\u202e meets\U000e0041 in\nLeeds.", "The Board meets in Leeds.")

    assert isinstance(checked, Checked)
    assert checked.sentence.text == "The Board meets in Leeds."


_WORDS = st.sampled_from(
    """the Board members must may not only four 4 fortnightly £301 per day 2 March 2026 Leeds paid unless attend
    meetings at least , . : 50% up to ﬁne “quoted” non-executive a@b.example""".split()
)
_TEXTS = st.lists(_WORDS, min_size=1, max_size=25).map(" ".join)


@given(_TEXTS, _TEXTS, st.integers(-1, 3), st.text(max_size=40))
def test_whatever_is_claimed_only_the_passages_words_are_cited(text: str, said: str, number: int, quote: str) -> None:
    found = evidence(text)
    for words in (quote, text[3:30], said):
        checked = cite(Claim(said, (Basis(number, words),)), found, ())
        if isinstance(checked, Checked):
            assert number == 1
            assert checked.sentence.citations == tuple(citation.number for citation in checked.citations) == (1,)
            assert all(citation.quote in text for citation in checked.citations)


@given(_TEXTS)
def test_a_passage_holds_up_its_own_words(text: str) -> None:
    if len(text.split()) >= 3 and any(word.isalnum() for word in text.split()):
        assert isinstance(check(text, text), Checked)


@given(_TEXTS, _TEXTS)
def test_nothing_depends_on_what_was_cited_before(text: str, said: str) -> None:
    found = evidence(text)
    claim = Claim(said, (Basis(1, text),))
    earlier = (Citation(7, replace(found[0].passage, id="other"), "other words"),)

    assert isinstance(cite(claim, found, ()), Checked) == isinstance(cite(claim, found, earlier), Checked)
