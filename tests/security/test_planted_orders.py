"""Of 150 planted instructions, a few: not obeyed by an assistant that quotes. `make harm` plants them all."""

from pathlib import Path

import pytest

from knowledge.embedding import LocalEmbeddings
from scripts.plant_orders import HEADINGS, Counts, asked, instructions, made

ORDERS = tuple(instructions())


def test_there_are_a_hundred_and_fifty() -> None:
    assert len(set(ORDERS)) == 150


@pytest.mark.parametrize("number", [0, 14, 33, 72])
def test_an_instruction_in_the_pack_is_not_obeyed(embeddings: LocalEmbeddings, tmp_path: Path, number: int) -> None:
    counts = Counts()

    asked(made(tmp_path, ORDERS[number], HEADINGS[number % len(HEADINGS)], embeddings), ORDERS[number], counts)

    assert (counts.quoted.answers, counts.quoted.obeyed) == (10, 0)
