"""The fact sheet: what the pack states of what candidates ask about, said before anybody asks."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import numpy as np
import pytest

import ingest
from assistant.__main__ import main
from assistant.answering import Opened
from assistant.domain import Question
from assistant.fact_sheet import Fact, FactSheet, FactSheetError, draw_up, draw_up_for, overruled_by
from assistant.kept_sheets import clear_sheets, fingerprint, load_sheet, save_sheet
from assistant.parts import parts_of
from assistant.reading import Part, Reading, Support
from assistant.subjects import Subject, asked_about, subjects
from assistant.wiring import open_served_pack
from knowledge.domain import BlockKind, Campaign, Evidence, Passage
from knowledge.embedding import LocalEmbeddings
from knowledge.pack import PackError, load_pack
from knowledge.store import Index
from knowledge.versions.contents import Contents, Header, read_contents, write_contents
from tests.doors import ingested, settings_for

PACK = (
    "# Members of the Harbour Board\n\n"
    "## Remuneration\n\nThe role pays a fee of £310 a day.\n\n"
    "## Meetings\n\nThe Board meets every two weeks.\n"
)
VERSION = "v-0123456789abcdef"
SHEET = FactSheet(
    (
        Fact("pay", True, 0.97, "p1", "Members are paid £310 a day.", overruled=False),
        Fact("deadline", False, 0.02, "", "", overruled=False),
    )
)


def test_a_stated_subject_points_at_the_words_that_state_it() -> None:
    sheet = draw_up(answering("Is the role paid?", said("Members are paid £310 a day.")), {}, [_subject("pay")])

    assert sheet.of("pay") == Fact("pay", True, 0.9, "p0", "Members are paid £310 a day.", overruled=False)


def test_of_several_answers_the_surest_says_where() -> None:
    answers = {
        "What does the role pay?": _answered(0.7, said("Members are paid monthly.", 1)),
        "Is the role paid?": _answered(0.8, said("The fee is £310 a day.", 2), said("It is paid each March.", 3)),
    }

    sheet = draw_up(lambda question: answers.get(question, UNANSWERED), {}, [_subject("pay")])

    assert sheet.facts[0].passage == "p2"


@pytest.mark.parametrize(
    "support",
    [
        ("The Board meets every two weeks.", "", ("The role",), BlockKind.PARAGRAPH),
        ("Closing date\n1 May", "Closing date", ("Remuneration",), BlockKind.LABELLED),
    ],
    ids=["words about something else", "a label under a heading that speaks for others"],
)
def test_an_answer_that_cannot_be_about_the_subject_states_nothing(
    support: tuple[str, str, tuple[str, ...], BlockKind],
) -> None:
    quote, label, heading, kind = support

    sheet = draw_up(
        answering("Is the role paid?", said(quote, label=label, heading=heading, kind=kind)), {}, [_subject("pay")]
    )

    assert (sheet.silent, sheet.facts[0].passage, sheet.facts[0].quote) == (("pay",), "", "")


@pytest.mark.parametrize(
    ("label", "heading", "lead_in"),
    [("Remuneration", (), ""), ("", ("Remuneration",), ""), ("", (), "Each day that you are paid for gives you:")],
    ids=["label", "heading", "lead-in"],
)
def test_what_stands_above_the_words_counts_with_them(label: str, heading: tuple[str, ...], lead_in: str) -> None:
    support = said("three hundred pounds", label=label, heading=heading, lead_in=lead_in)

    assert draw_up(answering("Is the role paid?", support), {}, [_subject("pay")]).stated == ("pay",)


def test_a_subject_that_no_asking_has_an_answer_to_is_silent() -> None:
    sheet = draw_up(lambda question: UNANSWERED, {})

    assert sheet.stated == ()
    assert sheet.silent == tuple(subject.name for subject in subjects())
    assert sheet.facts[0] == Fact("duties", False, 0.2, "", "", overruled=False)


def test_three_plain_questions_are_asked_of_each_subject() -> None:
    asked: list[str] = []

    def ask(question: str) -> Part:
        asked.append(question)
        return UNANSWERED

    draw_up(ask, {}, [_subject("pay")])

    assert asked == ["What does the role pay?", "Is the role paid?", "remuneration"]


def test_what_no_passage_has_words_for_is_not_asked_about() -> None:
    asked: list[str] = []

    def ask(question: str) -> Part:
        asked.append(question)
        return UNANSWERED

    sheet = draw_up(ask, {}, [_subject("pay"), _subject("deadline")], ["Remuneration\nThe fee is £310 a day."])

    assert asked == list(_subject("pay").questions[:3])
    assert sheet.silent == ("pay", "deadline")


@pytest.mark.parametrize("subject", subjects(), ids=lambda subject: subject.name)
def test_those_three_ask_one_thing_each_and_are_known_for_their_subject(subject: Subject) -> None:
    for question in subject.questions[:3]:
        assert len(parts_of(question)) == 1, question
        assert asked_about(question)[0] is subject, question


@pytest.mark.parametrize(
    ("stated", "fact"),
    [
        (False, Fact("pay", False, 0.0, "", "", overruled=True)),
        (True, Fact("pay", True, 1.0, "p0", "Members are paid £310 a day.", overruled=True)),
    ],
    ids=["silent", "stated"],
)
def test_what_the_campaign_says_wins_over_what_was_found(stated: bool, fact: Fact) -> None:
    ask = answering("Is the role paid?", said("Members are paid £310 a day."))

    assert draw_up(ask, {"pay": stated}, [_subject("pay")]).of("pay") == fact


def test_a_line_can_be_called_stated_although_nothing_was_found() -> None:
    sheet = draw_up(lambda question: UNANSWERED, overruled_by([("pay", "stated")]), [_subject("pay")])

    assert sheet.facts == (Fact("pay", True, 1.0, "", "", overruled=True),)


def test_a_name_in_campaign_toml_that_is_no_subject_is_named_with_the_nearest() -> None:
    with pytest.raises(FactSheetError, match=r'campaign\.toml.*"startdate".*did you mean "start date"\?'):
        overruled_by([("pay", "silent"), ("startdate", "stated")])


def test_progress_is_told_subject_by_subject() -> None:
    told: list[tuple[str, int, int]] = []
    index = cast(Index, SimpleNamespace(passages=()))
    opened = Opened(index, lambda question: (), _NeverAnswers(), lambda claim, citations: True)

    draw_up_for(opened, {}, lambda doing, done, total: told.append((doing, done, total)))

    count = len(subjects())
    assert told == [("Asking what candidates ask", done, count) for done in range(1, count + 1)]


@pytest.mark.parametrize(
    ("facts", "summary"),
    [
        (
            {"pay": True, "term": False, "start date": False},
            "The pack states 1 of 3 things that candidates ask about: pay; it is silent on: term, start date.",
        ),
        ({"pay": True, "term": True}, "The pack states all 2 things that candidates ask about: pay, term."),
        (
            {"pay": False, "term": False},
            "The pack states none of the 2 things that candidates ask about; it is silent on: pay, term.",
        ),
    ],
    ids=["some", "all", "none"],
)
def test_the_summary_says_how_many_and_names_them(facts: Mapping[str, bool], summary: str) -> None:
    sheet = FactSheet(tuple(Fact(name, stated, 0.5, "", "", overruled=False) for name, stated in facts.items()))

    assert sheet.summary == summary


def test_a_sheet_that_was_kept_is_read_back_whole(tmp_path: Path) -> None:
    save_sheet(SHEET, tmp_path / "sheets", VERSION, fingerprint("reader"))

    assert load_sheet(tmp_path / "sheets", VERSION, fingerprint("reader")) == SHEET
    assert [path.name for path in (tmp_path / "sheets").iterdir()] == [f"{VERSION}.json"]


def test_a_sheet_of_another_version_or_another_reader_is_not_used(tmp_path: Path) -> None:
    save_sheet(SHEET, tmp_path, VERSION, fingerprint("reader"))

    assert load_sheet(tmp_path, VERSION, fingerprint("another reader")) is None
    assert load_sheet(tmp_path, "v-fedcba9876543210", fingerprint("reader")) is None


@pytest.mark.parametrize("content", [b"", b"{", b'{"made_from": "x"}', b"\xff\xfe"])
def test_a_damaged_sheet_is_named_with_what_mends_it(tmp_path: Path, content: bytes) -> None:
    (tmp_path / f"{VERSION}.json").write_bytes(content)

    with pytest.raises(FactSheetError, match=rf"{VERSION}\.json.*ingest\.py"):
        load_sheet(tmp_path, VERSION, "x")


def test_a_sheet_that_cannot_be_written_is_told_with_its_place(tmp_path: Path) -> None:
    (tmp_path / "sheets").write_text("a file where the folder should be")

    with pytest.raises(FactSheetError, match=VERSION):
        save_sheet(SHEET, tmp_path / "sheets", VERSION, "x")


def test_sheets_of_versions_that_are_gone_go_too(tmp_path: Path) -> None:
    for version in (VERSION, "v-fedcba9876543210"):
        save_sheet(SHEET, tmp_path, version, "x")

    clear_sheets(tmp_path, [VERSION])

    assert [path.stem for path in tmp_path.iterdir()] == [VERSION]


def test_what_campaign_toml_says_comes_with_the_campaign_and_outlives_the_index(tmp_path: Path) -> None:
    (tmp_path / "pack.md").write_text(PACK)
    (tmp_path / "campaign.toml").write_text('[fact_sheet]\n"start date" = "stated"\npay = "silent"\n')
    campaign = load_pack(tmp_path).campaign

    write_contents(tmp_path, _contents(campaign))

    assert campaign.fact_sheet == (("start date", "stated"), ("pay", "silent"))
    assert read_contents(tmp_path).header.campaign == campaign


def test_a_version_from_before_there_were_fact_sheets_still_opens(tmp_path: Path) -> None:
    write_contents(tmp_path, _contents(Campaign("board", "Board")))
    header = json.loads((tmp_path / "campaign.json").read_text())
    del header["campaign"]["fact_sheet"]
    (tmp_path / "campaign.json").write_text(json.dumps(header))

    assert read_contents(tmp_path).header.campaign == Campaign("board", "Board")


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ('[fact_sheet]\npay = "no"', r'fact_sheet\.pay: expected "stated" or "silent", found \'no\''),
        ("[fact_sheet]\npay = false", r'fact_sheet\.pay: expected "stated" or "silent", found False'),
        ('fact_sheet = "pay"', r'fact_sheet: expected a table \[fact_sheet\] .* each "stated" or "silent"'),
    ],
)
def test_a_wrong_line_in_campaign_toml_is_named_with_what_was_expected(
    tmp_path: Path, lines: str, message: str
) -> None:
    (tmp_path / "pack.md").write_text(PACK)
    (tmp_path / "campaign.toml").write_text(lines)

    with pytest.raises(PackError, match=message):
        load_pack(tmp_path)


def test_ingest_says_what_candidates_will_ask_in_vain_and_the_terminal_shows_where_the_rest_stands(
    harbour: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert ingest.main([str(harbour)]) == 0
    first = capsys.readouterr()
    assert ingest.main([str(harbour)]) == 0
    second = capsys.readouterr()
    assert main(["--fact-sheet", "--pack", str(harbour)]) == 0
    shown = capsys.readouterr().out.splitlines()

    [line] = [line for line in first.out.splitlines() if line.startswith("The pack states")]
    stated, silent = line.split("; it is silent on: ")
    assert "pay" in stated.split(": ")[1].split(", ")
    assert {"deadline", "pension"} <= set(silent.rstrip(".").split(", "))
    assert "Asking what candidates ask: " in first.err
    assert line in second.out
    assert "Asking" not in second.err
    assert shown[0] == line
    assert any(row.startswith("stated  pay: ") and "£310 a day" in row and "Remuneration" in row for row in shown)
    assert "silent  deadline: it does not say when applications close" in shown


def test_a_wrong_name_is_told_before_anything_is_done(harbour: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (harbour / "campaign.toml").write_text('[fact_sheet]\nsalary = "stated"\n')

    assert ingest.main([str(harbour)]) == 1

    assert capsys.readouterr().err.startswith('Nothing was changed. campaign.toml: [fact_sheet] names "salary"')
    assert not (harbour.parent / "data").exists()


def test_a_pack_is_served_without_a_sheet_that_is_damaged(tmp_path: Path, embeddings: LocalEmbeddings) -> None:
    settings = settings_for(tmp_path / "pack", ingested(tmp_path, {"pack.md": PACK}, embeddings))
    [version] = (tmp_path / "data/index/pack").glob("v-*")
    (version.parent / "fact-sheets").mkdir()
    (version.parent / "fact-sheets" / f"{version.name}.json").write_text("{")

    served_pack = open_served_pack(settings)
    try:
        with served_pack.lease() as opened:
            assert opened.sheet() is None
    finally:
        served_pack.stop()


@pytest.fixture
def harbour(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A pack of two paragraphs: what members are paid, and how often they meet."""
    folder = tmp_path / "harbour"
    folder.mkdir()
    (folder / "pack.md").write_text(PACK, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DATA_DIR", str(tmp_path / "data"))
    return folder


UNANSWERED = Part("", False, 0.2, (), (), "")


class _NeverAnswers:
    def read(self, question: Question, evidence: object) -> Reading:
        return Reading((UNANSWERED,))


def answering(question: str, *supports: Support) -> Callable[[str], Part]:
    """Answers one question, and no other."""
    return lambda asked: _answered(0.9, *supports) if asked == question else UNANSWERED


def said(
    quote: str,
    place: int = 0,
    *,
    label: str = "",
    heading: tuple[str, ...] = (),
    lead_in: str = "",
    kind: BlockKind = BlockKind.PARAGRAPH,
) -> Support:
    passage = Passage(
        id=f"p{place}",
        document="pack",
        title="Pack",
        heading=heading,
        text=quote,
        kind=kind,
        lead_in=lead_in,
        label=label,
        page=None,
        start=0,
        end=len(quote),
        group=0,
        order=place,
    )
    return Support(Evidence(passage, 1.0, 1.0, 1.0), quote, score=1.0 / (1 + place))


def _answered(probability: float, *supports: Support) -> Part:
    return Part("", True, probability, supports, (), "")


def _subject(name: str) -> Subject:
    return next(subject for subject in subjects() if subject.name == name)


def _contents(campaign: Campaign) -> Contents:
    passage = said("Two days.").evidence.passage
    return Contents(Header("1", campaign, ()), (passage,), np.ones((1, 1), dtype=np.float32))
