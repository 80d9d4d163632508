"""What split promises: everything in reach, within the budget, under ids that last."""

import re
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.domain import Block, BlockKind, Campaign, Pack, PackDocument, Passage
from knowledge.pack import load_pack
from knowledge.passages import split
from knowledge.reading.plain import read_plain

PANEL = Path("knowledge/packs/child-safeguarding-panel")


def count(text: str) -> int:
    """Words, and long words as more than one."""
    return sum(1 + len(word) // 12 for word in text.split())


def pack_of(*blocks: Block, document: str = "pack") -> Pack:
    return Pack(Campaign("board", "Board"), (PackDocument(document, "Pack", "pack.md", blocks),), "1")


def cut(pack: Pack, most: int = 20) -> tuple[Passage, ...]:
    return split(pack, max_tokens=most, count_tokens=count)


def paragraph(text: str, *heading: str, page: int | None = None) -> Block:
    return Block(BlockKind.PARAGRAPH, text, heading or ("Role",), page=page)


WORDS = (
    st.text(alphabet="abcdeé £.!?;:1", min_size=1, max_size=120).map(lambda text: " ".join(text.split())).filter(bool)
)
BLOCKS = st.lists(
    st.builds(
        Block,
        kind=st.sampled_from(BlockKind),
        text=WORDS,
        heading=st.sampled_from([("A",), ("A", "B"), ()]),
        page=st.sampled_from([None, 1, 2]),
        group=st.integers(0, 2),
    ),
    min_size=1,
    max_size=12,
)


@given(BLOCKS, st.integers(1, 40))
def test_every_character_lies_in_exactly_one_passage(blocks: list[Block], most: int) -> None:
    pack = pack_of(*blocks)
    text = pack.documents[0].text

    passages = cut(pack, most)

    ends = [0, *(passage.end for passage in passages)]
    starts = [*(passage.start for passage in passages), len(text)]
    assert all(not text[end:start].strip() for end, start in zip(ends, starts, strict=True))
    assert all(end <= start for end, start in zip(ends, starts, strict=True))
    assert all(passage.text == text[passage.start : passage.end] for passage in passages)


@given(BLOCKS, st.integers(1, 40))
def test_no_passage_is_over_the_budget_unless_one_character_is(blocks: list[Block], most: int) -> None:
    assert all(count(passage.text) <= most or len(passage.text) == 1 for passage in cut(pack_of(*blocks), most))


@given(BLOCKS)
def test_ids_are_unique_and_the_order_counts_from_nought(blocks: list[Block]) -> None:
    passages = cut(pack_of(*blocks))

    assert len({passage.id for passage in passages}) == len(passages)
    assert [passage.order for passage in passages] == list(range(len(passages)))


@given(BLOCKS, st.integers(0, 12))
def test_text_put_in_elsewhere_changes_no_id(blocks: list[Block], place: int) -> None:
    added = Block(BlockKind.LIST_ITEM, "Something new", ("New",))
    edges = [number for number in range(len(blocks) + 1) if not 0 < number < len(blocks) or _apart(blocks, number)]
    number = edges[place % len(edges)]

    before = {passage.id for passage in cut(pack_of(*blocks))}
    after = {passage.id for passage in cut(pack_of(*blocks[:number], added, *blocks[number:]))}

    assert before < after
    assert len(after) == len(before) + 1


def _apart(blocks: list[Block], number: int) -> bool:
    """Whether what stands on both sides could not share a passage."""
    return blocks[number - 1].kind is not BlockKind.PARAGRAPH or blocks[number].kind is not BlockKind.PARAGRAPH


def test_paragraphs_under_one_heading_share_a_passage_up_to_the_budget() -> None:
    pack = pack_of(*(paragraph(f"Number {number} has six words here.") for number in range(5)))

    assert [count(passage.text) for passage in cut(pack, 13)] == [12, 12, 6]


@pytest.mark.parametrize(
    "second",
    [
        paragraph("Two is here.", "Pay"),
        paragraph("Two is here.", page=2),
        Block(BlockKind.LIST_ITEM, "Two is here.", ("Role",)),
        Block(BlockKind.LABELLED, "Two\nis here.", ("Role",), label="Two"),
        Block(BlockKind.TABLE_ROW, "Two: is; Here: no", ("Role",)),
        Block(BlockKind.FOOTNOTE, "Two is here.", ("Role",)),
    ],
    ids=["other heading", "other page", "list item", "labelled", "table row", "footnote"],
)
def test_what_stands_apart_in_the_document_stands_apart_as_a_passage(second: Block) -> None:
    assert len(cut(pack_of(paragraph("One is here.", page=1 if second.page else None), second))) == 2


def test_a_long_paragraph_is_cut_at_the_ends_of_its_sentences() -> None:
    text = "The Board meets every week in Leeds. Members read the papers before they come. Fees are paid each month."

    assert [passage.text for passage in cut(pack_of(paragraph(text)), 16)] == [
        "The Board meets every week in Leeds. Members read the papers before they come.",
        "Fees are paid each month.",
    ]


def test_a_passage_keeps_what_gives_it_its_meaning() -> None:
    item = Block(BlockKind.LIST_ITEM, "lead reviews", ("Role",), "You will:", "", 4, 2)

    passage = cut(pack_of(item))[0]

    assert (passage.lead_in, passage.page, passage.group, passage.title) == ("You will:", 4, 2, "Pack")
    assert passage.searchable == "Role\nYou will:\nlead reviews"


def test_the_same_words_in_another_document_have_another_id() -> None:
    one, other = paragraph("The Board meets."), paragraph("The Board meets.")

    assert cut(pack_of(one))[0].id != cut(pack_of(other, document="annex"))[0].id


def test_every_sentence_of_the_delivered_pack_is_in_reach() -> None:
    pack = load_pack(PANEL)

    passages = split(pack, max_tokens=200, count_tokens=count)

    read = " ".join(passage.text for passage in passages)
    assert read.split() == pack.documents[0].text.split()


def test_a_reordered_pack_keeps_its_ids() -> None:
    pack = pack_of(paragraph("One is here."), Block(BlockKind.LIST_ITEM, "two"), paragraph("Three is here.", "Pay"))
    turned = replace(pack.documents[0], blocks=pack.documents[0].blocks[::-1])

    assert {passage.id for passage in cut(pack)} == {passage.id for passage in cut(replace(pack, documents=(turned,)))}


@given(st.text(alphabet="abAB .,:;\n•1)£", max_size=400))
def test_whatever_is_written_no_word_is_lost_between_file_and_passage(text: str) -> None:
    blocks = read_plain(text).blocks

    passages = cut(pack_of(*blocks), 30) if blocks else ()

    kept = " ".join(" ".join((passage.text, *passage.heading)) for passage in passages)
    assert [word for word in re.findall("[abAB]{2,}", text) if word not in kept] == []
