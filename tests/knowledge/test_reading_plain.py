"""Plain text: what its lines mean."""

import pytest

from knowledge.domain import Block, BlockKind
from knowledge.reading.plain import read_plain


def shown(text: str) -> list[tuple[str, tuple[str, ...], str]]:
    return [(block.kind.value, block.heading, block.text) for block in read_plain(text).blocks]


def items(text: str) -> list[Block]:
    return [block for block in read_plain(text).blocks if block.kind is BlockKind.LIST_ITEM]


def test_short_lines_that_stand_as_headings_are_headings() -> None:
    text = (
        "Introduction\nThe Board advises ministers on the law.\nIntroduction from the Chair\nDear Candidate,\n"
        "Thank you for your interest in the Board.\nRT HON JANE EXAMPLE - SECRETARY OF STATE\nKey duties\n"
        "- Lead the work.\n"
    )

    assert [(heading, text) for _, heading, text in shown(text)] == [
        (("Introduction",), "The Board advises ministers on the law."),
        (("Introduction from the Chair",), "Dear Candidate,"),
        (("Introduction from the Chair",), "Thank you for your interest in the Board."),
        (("Introduction from the Chair",), "RT HON JANE EXAMPLE - SECRETARY OF STATE"),
        (("Key duties",), "Lead the work."),
    ]


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("ROLE\n\nDuties\nYou will lead the work.\n\nPAY\n\nFees\nThey are not given here.", ("PAY", "Fees")),
        ("1. Role\nYou will lead the work.\n1.2 Duties\nYou will speak at events.", ("1. Role", "1.2 Duties")),
        ("The role\n========\n\nDuties\n------\nYou will lead.", ("The role", "Duties")),
    ],
    ids=["capitals", "numbers", "underlines"],
)
def test_the_form_of_a_heading_gives_its_level(text: str, path: tuple[str, ...]) -> None:
    assert read_plain(text).blocks[-1].heading == path


def test_lines_that_the_page_width_broke_are_joined() -> None:
    text = (
        "The Board meets monthly in Leeds and its members are expected to\n"
        "attend each meeting of the Board and of its commit-\n"
        "tees. Members read all of the papers beforehand, which takes a\n"
        "day. Fees are paid.\n"
        "The committees report each year.\n"
    )

    assert [text for _, _, text in shown(text)] == [
        "The Board meets monthly in Leeds and its members are expected to attend each meeting of the Board and of its"
        " committees. Members read all of the papers beforehand, which takes a day. Fees are paid.",
        "The committees report each year.",
    ]


def test_a_sentence_that_a_link_broke_over_two_lines_is_whole() -> None:
    text = "More details on the reviews can be found\nhere.\nMore on the Board is on the\nWaterways-board webpage."

    assert [text for _, _, text in shown(text)] == [
        "More details on the reviews can be found here.",
        "More on the Board is on the Waterways-board webpage.",
    ]


def test_bulleted_and_numbered_lines_are_lists_with_their_lead_in() -> None:
    found = items(
        "You will have:\n 1. skill in:\n    a) listening\n    b) talking\n 2. time\n\nAlso this:\n• patience\n"
    )

    assert [(item.text, item.lead_in, item.group) for item in found] == [
        ("skill in:", "You will have:", 1),
        ("listening", "You will have: skill in:", 1),
        ("talking", "You will have: skill in:", 1),
        ("time", "You will have:", 1),
        ("patience", "Also this:", 2),
    ]


def test_a_wrapped_item_is_one_item() -> None:
    assert [item.text for item in items("- lead the work of the\n  Board\n- speak")] == [
        "lead the work of the Board",
        "speak",
    ]


@pytest.mark.parametrize("gap", ["\n", "\n\n"], ids=["close", "apart"])
def test_a_summary_of_labels_and_values_is_pairs(gap: str) -> None:
    lines = [
        "Appointing department",
        "Department for Waterways",
        "Location",
        "Remuneration",
        "£301 per day",
        "Time commitment",
    ]
    text = gap.join([*lines, "2 days a month", "Eligibility", "You must live in the United Kingdom and be of age."])

    assert shown(text) == [
        ("labelled", (), "Appointing department\nDepartment for Waterways"),
        ("labelled", (), "Location"),
        ("labelled", (), "Remuneration\n£301 per day"),
        ("labelled", (), "Time commitment\n2 days a month"),
        ("paragraph", ("Eligibility",), "You must live in the United Kingdom and be of age."),
    ]


def test_lines_with_a_colon_are_pairs_and_times_and_addresses_are_not() -> None:
    text = "Closing date: 3 November 2025\nLocation:\nFee: £301\nInterviews begin at 10:30 on the day.\nhttps://www.gov.uk/x\n"

    assert [(kind, text) for kind, _, text in shown(text)] == [
        ("labelled", "Closing date\n3 November 2025"),
        ("labelled", "Location"),
        ("labelled", "Fee\n£301"),
        ("paragraph", "Interviews begin at 10:30 on the day."),
        ("paragraph", "https://www.gov.uk/x"),
    ]


def test_columns_made_with_tabs_are_a_table() -> None:
    assert [text for _, _, text in shown("Stage\tDate\nSift\t5 May\nInterview\t7 May\n")] == [
        "Stage: Sift; Date: 5 May",
        "Stage: Interview; Date: 7 May",
    ]


def test_a_heading_glued_to_the_text_before_it_is_parted() -> None:
    found = shown("About us\nMore is on the webpage.Key duties\n- Lead the work.\n")

    assert found == [
        ("paragraph", ("About us",), "More is on the webpage."),
        ("list_item", ("Key duties",), "Lead the work."),
    ]
