from pathlib import Path

import pytest

from training import campaigns, claims
from training.domain import Example, Place
from training.seen import with_hard


def test_what_answers_is_a_sentence_of_the_pack() -> None:
    for one in campaigns.examples(1, held_out=True):
        assert all(0 <= answer < len(one.places) for answer in one.answers)


def test_packs_and_their_claims_are_held_out_whole() -> None:
    for source in (campaigns, claims):
        trained = {place.text for one in source.examples(1, held_out=False) for place in one.places}
        measured = {place.text for one in source.examples(1, held_out=True) for place in one.places}
        assert trained
        assert measured
        assert not trained & measured


def test_an_answer_that_is_not_there_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "one.toml").write_text(
        '[[pack]]\nbody = "the Canal Board"\nrole = "member"\n'
        '[[pack.section]]\nheading = "Pay"\nsentences = ["The role is unpaid."]\n'
        '[[pack.question]]\nask = "Is it paid?"\nanswers = ["1.2"]\n'
    )
    monkeypatch.setattr(campaigns, "_FOLDER", tmp_path)

    with pytest.raises(IndexError, match=r"the Canal Board: there is no sentence 1\.2"):
        [*campaigns.examples(1, held_out=False), *campaigns.examples(1, held_out=True)]


def test_a_claim_is_held_against_its_own_sentence_and_in_training_one_of_another_section() -> None:
    for one in claims.examples(1, held_out=False):
        assert one.claims
        assert one.answers <= {0}
        assert len({place.text for place in one.places}) == 2
    assert {len(one.places) for one in claims.examples(1, held_out=True)} == {1}


def test_the_hard_ones_are_those_that_fit_by_their_words_and_do_not_answer() -> None:
    lines = [
        "Members are paid £300 a day.",
        "The Chair is paid £500 a day.",
        *(f"Canal {n} is long." for n in range(14)),
    ]
    example = Example("made", "How much are members paid a day?", tuple(map(_place, lines)), frozenset({0}))

    (mined,) = with_hard([example])

    assert 1 in mined.hard
    assert 0 not in mined.hard
    assert len(mined.hard) < len(lines) - 1


def _place(line: str) -> Place:
    return Place(f"Pay\n{line}", 4, 4, 4 + len(line))
