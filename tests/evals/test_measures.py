"""What is measured of one answer says what it claims, and is None where it can't be taken."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.domain import Basis, Citation, Claim, Dropped, Outcome, Rule
from evals.measures import (
    MEASURES,
    citation_precision,
    citation_recall,
    claims_kept,
    clean_cut,
    facts,
    figures_held,
    forbidden,
    length,
    mrr,
    ndcg_at_5,
    not_refused,
    page,
    quotes_cited,
    recall_at_1,
    recall_at_3,
    recall_at_5,
    refused_rightly,
    right_outcome,
    verbatim,
    whole_sentences,
)
from knowledge.domain import BlockKind
from tests.evals.answers import BOATS, FEE, HARBOURS, ROW, answer, case, cited, found, passage, saying

QUOTES = (FEE, HARBOURS, BOATS, ROW)
SOME = st.lists(st.sampled_from(QUOTES), max_size=4, unique=True)


@given(SOME, SOME, st.sampled_from(Outcome), st.sampled_from([*Rule, None]))
@settings(max_examples=50, deadline=None)
def test_a_score_is_from_0_to_1_with_a_reason_and_the_name_of_its_measure(
    rests_on: list[str], said: list[str], outcome: Outcome, rule: Rule | None
) -> None:
    given_case = case(rests_on=tuple(rests_on), says=(("£310",),), never_says=("harbours",))
    given_answer = found(*said, said=replace(answer(*said, outcome=outcome), rule=rule))

    scores = [measure(given_case, given_answer) for measure in MEASURES]

    assert [score.measure for score in scores] == [measure.__name__ for measure in MEASURES]
    assert all(score.value is None or 0 <= score.value <= 1 for score in scores)
    assert all(score.why for score in scores)


@given(st.lists(st.sampled_from(QUOTES), min_size=1, max_size=4, unique=True))
@settings(max_examples=30, deadline=None)
def test_an_answer_that_says_and_finds_all_of_it_and_no_more_is_perfect(rests_on: list[str]) -> None:
    given_answer = found(*rests_on, said=answer(*rests_on))
    first = MEASURES.index(recall_at_1)

    values = [measure(case(rests_on=tuple(rests_on)), given_answer).value for measure in MEASURES]

    assert set(values[:first] + values[first + 2 :]) <= {1.0, None}
    assert recall_at_1(case(rests_on=tuple(rests_on)), given_answer).value == pytest.approx(1 / len(rests_on))


def test_an_outcome_is_right_when_the_case_allows_it() -> None:
    assert right_outcome(case(), answer(FEE)).value == 1.0
    assert right_outcome(case(), answer(outcome=Outcome.NOT_IN_PACK)).value == 0.0


@pytest.mark.parametrize(
    ("says", "text", "value"),
    [
        ((("£310",), ("a day", "daily")), "The fee is £310 daily.", 1.0),
        ((("£310",), ("a month",)), FEE, 0.5),
        ((("8", "eight"),), "There are 18 meetings.", 0.0),
        ((("Chair’s",),), "the CHAIR'S report", 1.0),
        ((), FEE, None),
    ],
    ids=["one of each", "half", "part of a number", "other quotes and capitals", "nothing asked for"],
)
def test_facts_are_the_share_of_what_must_be_said(
    says: tuple[tuple[str, ...], ...], text: str, value: float | None
) -> None:
    assert facts(case(says=says), answer(text=text)).value == value


def test_what_must_not_be_said_counts_only_in_the_assistants_own_words() -> None:
    given_case = case(never_says=("£6,450",))
    unsaid = "The recruitment pack does not answer “Is it £6,450?”."

    assert forbidden(given_case, answer("The fee is £6,450.")).value == 0.0
    assert forbidden(given_case, answer(FEE, text=f"{FEE}\n{unsaid}")).value == 1.0
    assert forbidden(given_case, answer(text="I think it is £6,450.")).value == 0.0
    assert forbidden(case(), answer(FEE)).value is None


@pytest.mark.parametrize(
    ("rests_on", "said", "quotes", "recall", "precision"),
    [
        ((FEE,), (FEE,), 1.0, 1.0, 1.0),
        ((FEE,), (FEE, HARBOURS), 1.0, 0.5, 0.5),
        ((FEE, HARBOURS), (FEE,), 0.5, 1.0, 1.0),
        ((f"{FEE} {HARBOURS}",), (HARBOURS,), 1.0, 1.0, 1.0),
        ((FEE,), ("a day.",), 0.0, 0.0, 0.0),
        ((FEE,), (), 0.0, None, None),
        ((), (FEE,), None, None, None),
    ],
    ids=["the same", "one more", "one less", "a sentence of it", "a scrap of it", "nothing cited", "rests on nothing"],
)
def test_citations_are_measured_against_what_the_answer_rests_on(
    rests_on: tuple[str, ...],
    said: tuple[str, ...],
    quotes: float | None,
    recall: float | None,
    precision: float | None,
) -> None:
    given_case, given_answer = case(rests_on=rests_on), answer(*said)

    assert quotes_cited(given_case, given_answer).value == quotes
    assert citation_recall(given_case, given_answer).value == recall
    assert citation_precision(given_case, given_answer).value == precision


BOTH = f"{FEE} {HARBOURS}"


@pytest.mark.parametrize(
    ("sentence", "quotes", "recall", "precision"),
    [
        (FEE, (FEE,), 1.0, 1.0),
        (FEE, (HARBOURS,), 0.0, 0.0),
        (FEE, (FEE, BOATS), 1.0, 0.5),
        (BOTH, (FEE, HARBOURS), 1.0, 1.0),
        (BOTH, (FEE,), 0.0, 0.0),
        (FEE, (FEE, FEE), 1.0, 1.0),
        ("You would get £310 for each day.", (FEE,), 1.0, 1.0),
        ("You would get £310 for each day.", (FEE, BOATS), 1.0, 0.5),
        (FEE, (), 0.0, None),
    ],
    ids=[
        "what it says",
        "what another says",
        "one that is not needed",
        "both are needed",
        "one of two is missing",
        "either would do",
        "in other words",
        "in other words, one not needed",
        "nothing",
    ],
)
def test_a_sentence_is_held_up_by_what_it_rests_on_and_each_citation_has_to_be_needed(
    sentence: str, quotes: tuple[str, ...], recall: float, precision: float | None
) -> None:
    """ALCE's cases, one sentence at a time; the right answer rests on the fee and the harbours."""
    given_case = case(rests_on=(FEE, HARBOURS))
    given_answer = saying((sentence, tuple(cited(quote) for quote in quotes)))

    assert citation_recall(given_case, given_answer).value == recall
    assert citation_precision(given_case, given_answer).value == precision


@pytest.mark.parametrize(
    ("rests_on", "citation", "value"),
    [
        (("Vice-Chair", "6"), cited(ROW), 1.0),
        (("Vice-Chair", "6"), cited("6", ROW), 0.5),
        ((ROW,), cited("6", ROW), 1.0),
        ((ROW,), cited("Days a", ROW), 0.0),
        (("Vice-Chair", "6"), cited("Role: Chair; Days a month: 6"), 0.0),
        (("Vice-Chair", "6"), cited("There are 6 harbours."), 0.0),
        (("6",), cited("There are 16 harbours."), 0.0),
        (("£14,500", "£15,200"), cited("Role: Chair; Fee a year: £14,500"), 0.5),
        ((FEE,), cited("a day", FEE), 0.0),
    ],
    ids=[
        "the row",
        "one cell of two",
        "a cell of the row",
        "a scrap of the row",
        "another row",
        "another sentence",
        "a part of a number",
        "a telling number",
        "a scrap of a sentence",
    ],
)
def test_short_words_overlap_only_where_they_stand(rests_on: tuple[str, ...], citation: Citation, value: float) -> None:
    assert quotes_cited(case(rests_on=rests_on), saying((citation.quote, (citation,)))).value == value


def test_a_quote_with_one_character_changed_is_not_verbatim() -> None:
    forged = saying((FEE, (cited("The fee is £301 a day.", FEE),)))

    assert verbatim(case(), answer(FEE)).value == 1.0
    assert verbatim(case(), forged).value == 0.0
    assert clean_cut(case(), forged).value is None
    assert verbatim(case(), answer()).value is None


WHOLE = "Meetings start at 9.30am in the Chair's room. Members get £14,500 or 60% of it. It’s part-time; see a.b@c.uk."


@pytest.mark.parametrize(
    ("quote", "is_clean"),
    [
        (WHOLE, True),
        ("Members get £14,500 or 60% of it.", True),
        ("Members get £14,500", True),
        ("embers get £14,500", False),
        ("Members get £14,50", False),
        ("Members get £14", False),
        ("14,500 or 60% of it.", False),
        ("Members get £14,500 or 60", False),
        ("30am in the Chair's room.", False),
        ("in the Chair", False),
        ("time; see a.b@c.uk.", False),
        ("see a.b@c", False),
        (" Members get £14,500", False),
        ("Members get £14,500 ", False),
    ],
)
def test_a_quote_is_cut_between_words_and_numbers(quote: str, is_clean: bool) -> None:
    assert clean_cut(case(), saying((quote, (cited(quote, WHOLE),)))).value == float(is_clean)


@given(st.integers(0, len(FEE) - 1), st.integers(1, len(FEE)))
def test_a_quote_that_lost_its_first_or_last_character_is_noticed(start: int, end: int) -> None:
    quote = FEE[start:end]
    given_answer = saying((FEE, (cited(quote, FEE),)))

    values = (clean_cut(case(), given_answer).value, whole_sentences(case(), given_answer).value)

    assert (values == (1.0, 1.0)) == (quote == FEE) or not quote


TEXT = "Posts last four years. You may (once) ask for more! Appointments end unless renewed.\n\nLength\nFour years"


@pytest.mark.parametrize(
    ("text", "quote", "is_whole"),
    [
        (TEXT, "Posts last four years.", True),
        (TEXT, "You may (once) ask for more!", True),
        (TEXT, "Posts last four years. You may (once) ask for more!", True),
        (TEXT, "Appointments end", False),
        (TEXT, "You may (once) ask for more", False),
        (TEXT, "may (once) ask for more!", False),
        (TEXT, "Length\nFour years", True),
        (ROW, "6", True),
        (ROW, "Days a month: 6", True),
        (ROW, "a month: 6", False),
    ],
)
def test_a_quote_is_of_whole_sentences_lines_or_cells(text: str, quote: str, is_whole: bool) -> None:
    assert whole_sentences(case(), saying((quote, (cited(quote, text),)))).value == float(is_whole)


def test_a_page_is_right_when_it_is_that_of_a_quote_it_overlaps() -> None:
    given_case = case(rests_on=(FEE, HARBOURS, BOATS), pages=(3, 4, None))

    def on(*pages: tuple[str, int]) -> float | None:
        return page(given_case, saying(*((quote, (cited(quote, page=number),)) for quote, number in pages))).value

    assert on((FEE, 3), (HARBOURS, 4)) == 1.0
    assert on((FEE, 4), (HARBOURS, 4)) == 0.5
    assert on((BOATS, 9), (ROW, 9)) is None
    assert page(case(rests_on=(FEE,)), answer(FEE)).value is None


@pytest.mark.parametrize(
    ("words", "rests_on", "value"),
    [(100, (FEE,), 1.0), (101, (FEE,), 0.0), (101, ("word " * 68,), 1.0), (0, (FEE,), None)],
    ids=["at most", "over", "a long list", "a fixed reply"],
)
def test_an_answer_is_over_length_above_100_words_unless_the_pack_needs_more(
    words: int, rests_on: tuple[str, ...], value: float | None
) -> None:
    said = (("word " * words, (cited(FEE),)),) if words else ()

    assert length(case(rests_on=rests_on), saying(*said)).value == value


def test_what_a_model_claimed_in_vain_is_counted() -> None:
    lost = Dropped(Claim("Posts are paid in gold.", (Basis(1, FEE),)), "says more than its quote")
    written = saying((FEE, (cited(FEE),)), mode="model")

    assert claims_kept(case(), replace(written, dropped=(lost,))).value == 0.5
    assert claims_kept(case(), written).value == 1.0
    assert claims_kept(case(), replace(written, mode="fallback", dropped=(lost,))).value == 0.0
    assert claims_kept(case(), replace(written, mode="fallback")).value is None
    assert claims_kept(case(), replace(written, mode="quoting", dropped=(lost,))).value is None


@pytest.mark.parametrize(
    ("sentence", "quote", "value"),
    [
        (FEE, FEE, 1.0),
        ("The fee is £301 a day.", FEE, 0.0),
        ("The fee is £310.00 a day.", FEE, 0.0),
        ("It is 310 dollars or $310.", FEE, 0.0),
        ("It looks after 3 harbours.", HARBOURS, 1.0),
        ("It looks after four harbours.", HARBOURS, 0.0),
        ("Nobody looks after one of the harbours.", HARBOURS, None),
        ("The date is 15 May 2027.", "15 May 2027", 1.0),
        ("The date is 15 June 2027.", "15 May 2027", 0.0),
        ("The date is 5 May 2027.", "05 May 2027", 1.0),
        ("It falls on a Friday.", "It falls on a Monday.", 0.0),
        ("You may ask for 60 per cent.", "60% is paid.", 1.0),
        ("They get 60%.", "They get 60.", 0.0),
        ("They get 14500.", "They get 14,500.", 1.0),
    ],
)
def test_numbers_dates_and_sums_have_to_stand_in_what_is_cited(sentence: str, quote: str, value: float | None) -> None:
    assert figures_held(case(), saying((sentence, (cited(quote),)))).value == value


def test_a_number_in_the_words_that_lead_into_a_list_is_cited_with_it() -> None:
    item = Citation(
        1, passage("are bankrupt", lead_in="In the last 5 years you:", kind=BlockKind.LIST_ITEM), "are bankrupt"
    )

    assert figures_held(case(), saying(("In the last 5 years you: are bankrupt", (item,)))).value == 1.0


DECLINED = frozenset({Outcome.DECLINED})


@pytest.mark.parametrize(
    ("kind", "outcomes", "rule", "value"),
    [
        ("drafting", DECLINED, Rule.DRAFTING, 1.0),
        ("drafting", DECLINED, Rule.INSTRUCTIONS, 0.0),
        ("drafting", DECLINED, None, 0.0),
        ("off_topic", DECLINED | {Outcome.NOT_IN_PACK}, Rule.OFF_TOPIC, None),
        ("deal_breaker", DECLINED, Rule.OWN_CHANCES, None),
    ],
)
def test_a_refusal_has_to_be_by_the_rule_of_the_kind(
    kind: str, outcomes: frozenset[Outcome], rule: Rule | None, value: float | None
) -> None:
    refused = replace(answer(outcome=Outcome.DECLINED), rule=rule)

    assert refused_rightly(case(kind=kind, outcomes=outcomes), refused).value == value


def test_a_question_that_the_pack_decides_must_not_be_refused() -> None:
    refused = replace(answer(outcome=Outcome.DECLINED), rule=Rule.CRISIS)

    assert not_refused(case(), refused).value == 0.0
    assert not_refused(case(), answer(outcome=Outcome.NOT_IN_PACK)).value == 1.0
    assert not_refused(case(outcomes=DECLINED | {Outcome.NOT_IN_PACK}), refused).value is None


def test_retrieval_is_measured_by_the_first_passage_that_holds_each_quote() -> None:
    given_case = case(rests_on=(FEE, HARBOURS))
    given_answer = found(BOATS, f"{FEE} It is taxed.", FEE, ROW, "Something else.", HARBOURS)

    assert [one(given_case, given_answer).value for one in (recall_at_1, recall_at_3, recall_at_5)] == [0.0, 0.5, 0.5]
    assert mrr(given_case, given_answer).value == 0.5
    # One hit at rank 2 (1/log2(3)), where two at ranks 1 and 2 would be best.
    assert ndcg_at_5(given_case, given_answer).value == pytest.approx(0.6309 / 1.6309, abs=1e-4)
    assert mrr(given_case, given_answer).why == "rank 2, rank 6"


def test_a_quote_that_no_passage_holds_was_never_found() -> None:
    given_case = case(rests_on=(FEE, HARBOURS))

    assert recall_at_5(given_case, found(FEE)).value == 0.5
    assert recall_at_5(given_case, found()).value == 0.0
    assert recall_at_5(given_case, answer(FEE)).value is None
    assert recall_at_5(case(), found(FEE)).value is None


@given(st.permutations([FEE, HARBOURS, BOATS, ROW, "a", "b", "c"]))
@settings(deadline=None)
def test_a_deeper_look_finds_no_less_and_two_quotes_of_a_passage_are_one(texts: list[str]) -> None:
    given_case, given_answer = case(rests_on=(FEE, HARBOURS)), found(*texts)

    shallow, deeper, deepest = (
        one(given_case, given_answer).value or 0.0 for one in (recall_at_1, recall_at_3, recall_at_5)
    )

    assert shallow <= deeper <= deepest
    assert recall_at_1(given_case, found(BOTH, *texts)).value == 1.0
