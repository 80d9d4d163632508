import itertools
import random
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz import fuzz

from training import packs, sections, tables
from training.domain import Example
from training.facets import Facet, for_measuring, for_training, load_facets
from training.filling import filled, values
from training.wording import as_typed

FACETS = load_facets()


@pytest.fixture(scope="module")
def made() -> list[Example]:
    return list(itertools.islice(packs.examples(FACETS, 7, asked=40), 400))


def facet(name: str, *, also: tuple[str, ...] = ()) -> Facet:
    subject = name.partition(" ")[0]
    return Facet(name, subject, frozenset(also), (f"{name}?",), (f"States {name}.",), (f"Beside {name}.",))


def test_about_as_many_questions_of_synthetic_packs_are_silent_as_answered(made: list[Example]) -> None:
    answered = sum(bool(one.answers) for one in made)

    assert 0.3 * len(made) < answered < 0.7 * len(made)


def test_what_answers_is_a_statement_of_the_facet_or_of_one_that_tells_it_too() -> None:
    facets = [facet("pay amount"), facet("pay fee", also=("pay amount",)), facet("term length")]

    for one in itertools.islice(packs.examples(facets, 1, asked=3), 200):
        name = max(facets, key=lambda known: fuzz.partial_ratio(known.name, one.question.lower())).name
        telling = {f"States {known.name}." for known in facets if name == known.name or name in known.also}
        told = {one.places[place].text[one.places[place].start :] for place in one.answers}
        assert told <= telling
        assert not telling & {
            one.places[place].text[one.places[place].start :]
            for place in range(len(one.places))
            if place not in one.answers
        }


def test_a_sentence_stands_where_its_place_says(made: list[Example]) -> None:
    for one in made:
        for place in one.places:
            assert place.lead <= place.start < place.end <= len(place.text)
            assert place.text[place.start : place.end].strip()


def test_every_slot_is_filled(made: list[Example]) -> None:
    written = [one.question for one in made] + [place.text for one in made for place in one.places]

    assert [text for text in written if re.search(r"[{}]", text)] == []


def test_an_unknown_slot_is_an_error() -> None:
    rng = random.Random(0)

    with pytest.raises(KeyError, match="wage"):
        filled("A {wage} is paid.", values(rng), rng)


def test_what_is_held_out_is_never_trained_on() -> None:
    for one in FACETS:
        for kept, held in zip(_texts(for_training(one)), _texts(for_measuring(one)), strict=True):
            assert not set(kept) & set(held)
    trained = {place.text for one in sections.examples(1, held_out=False) for place in one.places}
    measured = {place.text for one in sections.examples(1, held_out=True) for place in one.places}
    assert trained
    assert measured
    assert not trained & measured


def test_the_same_seed_gives_the_same_examples() -> None:
    first, again = (list(itertools.islice(packs.examples(FACETS, 3, asked=5), 20)) for _ in range(2))

    assert first == again


def test_sections_number_their_sentences_rightly() -> None:
    for one in sections.examples(1, held_out=True):
        assert all(0 <= answer < len(one.places) for answer in one.answers)


@given(question=st.text(min_size=1, max_size=80).filter(str.strip), seed=st.integers(0, 1000))
def test_typing_never_loses_a_question(question: str, seed: int) -> None:
    assert as_typed(question, random.Random(seed)).strip(" ?!.") or not question.strip(" ?!.")


def _texts(one: Facet) -> tuple[tuple[str, ...], ...]:
    return one.questions, one.statements, one.beside


def test_of_a_table_only_the_row_that_was_asked_for_answers() -> None:
    for one in itertools.islice(tables.examples(5), 300):
        rows = [place.text[place.lead :] for place in one.places]
        assert len(set(rows)) == len(rows) >= 3
        assert len(one.answers) <= 1


def test_about_half_of_the_questions_of_tables_ask_for_what_is_not_there() -> None:
    made = list(itertools.islice(tables.examples(5), 1000))

    assert 350 < sum(not one.answers for one in made) < 650
