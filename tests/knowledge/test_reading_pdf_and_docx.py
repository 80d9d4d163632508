"""PDF and Word files made at test time: what survives, what goes, and what is refused."""

import resource
from collections.abc import Sequence
from pathlib import Path

import pypdf
import pytest
from docx.document import Document
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_BREAK
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable, PageBreak
from reportlab.platypus import Paragraph as Text

from knowledge.domain import Block, BlockKind
from knowledge.reading.docx import read_docx
from knowledge.reading.elements import ReadingError
from knowledge.reading.pdf import read_pdf
from knowledge.reading.sandbox import Limits, read_apart
from tests.knowledge.pack_files import (
    BODY,
    BOLD,
    H1,
    H2,
    JUSTIFIED,
    TITLE,
    bullets,
    drawn_pdf,
    expanding_pdf,
    expanding_word_file,
    flowing_pdf,
    lines,
    ruled,
    unruled,
    word_file,
    word_xml,
)

SENTENCES = (
    "The Board advises ministers on the regulation of inland waterways and publishes a report on its work every year.",
    "Members are appointed by the Secretary of State for a term of three years, which may be renewed once only.",
    "Meetings take place in Leeds on the first Tuesday of every month and last about four hours including a break.",
)


def prose(count: int, *, name: str = "") -> list[Flowable]:
    """Numbered paragraphs of some lines each."""
    return [Text(f"{name}{number} {' '.join(SENTENCES)}", JUSTIFIED) for number in range(1, count + 1)]


def shown(blocks: Sequence[Block]) -> list[tuple[str, str]]:
    return [(block.kind.value, block.text) for block in blocks]


def test_size_and_weight_of_type_give_the_heading_path(tmp_path: Path) -> None:
    story = [Text("Members of the Board", TITLE), Text("Your role", H1), Text("Time", H2), *prose(2)]
    story += [Text("Pay", H2), *prose(1)]

    blocks = read_pdf(flowing_pdf(tmp_path / "a.pdf", story)).blocks

    assert [block.heading for block in blocks] == [
        ("Members of the Board", "Your role", "Time"),
        ("Members of the Board", "Your role", "Time"),
        ("Members of the Board", "Your role", "Pay"),
    ]
    assert blocks[0].text == f"1 {' '.join(SENTENCES)}"


def test_repeated_headers_footers_and_page_numbers_go_and_pages_are_known(tmp_path: Path) -> None:
    story = [*prose(4), PageBreak(), *prose(4), PageBreak(), *prose(4)]
    path = flowing_pdf(tmp_path / "a.pdf", story, header="Waterways Board: candidate pack", footer="Page {page} of 3")

    blocks = read_pdf(path).blocks

    assert [block.page for block in blocks] == [1] * 4 + [2] * 4 + [3] * 4
    assert {block.text for block in blocks} == {f"{number} {' '.join(SENTENCES)}" for number in range(1, 5)}


def test_columns_are_read_one_after_the_other_under_a_title_over_all_of_them(tmp_path: Path) -> None:
    story = [Text("A title over all of the columns", TITLE), *prose(14, name="No. ")]
    path = flowing_pdf(tmp_path / "a.pdf", story, columns=2, title_height=40)

    text = " ".join(block.text for block in read_pdf(path).blocks)

    assert text == " ".join(f"No. {number} {' '.join(SENTENCES)}" for number in range(1, 15))


def test_lists_keep_their_items_whole_nested_and_led_in(tmp_path: Path) -> None:
    story = [
        Text("You will be expected to:", BODY),
        bullets(SENTENCES[0] + " " + SENTENCES[1], ("lead:", ["reviews"]), "speak"),
    ]

    blocks = read_pdf(flowing_pdf(tmp_path / "a.pdf", [*prose(1), *story])).blocks[2:]

    assert [(block.text, block.lead_in, block.group) for block in blocks] == [
        (f"{SENTENCES[0]} {SENTENCES[1]}", "You will be expected to:", 1),
        ("lead:", "You will be expected to:", 1),
        ("reviews", "You will be expected to: lead:", 1),
        ("speak", "You will be expected to:", 1),
    ]


def test_a_ruled_table_gives_rows_that_can_be_read_alone_over_the_page_break(tmp_path: Path) -> None:
    rows = [["<b>Stage</b>", "<b>What</b>", "<b>When</b>"], *([f"{i}", f"Step {i}", f"{i} May"] for i in range(1, 46))]
    rows[2][0] = ""
    path = flowing_pdf(tmp_path / "a.pdf", [*prose(1), ruled(rows, ("SPAN", (0, 1), (0, 2)))])

    found = read_pdf(path).blocks[1:]

    assert found[1].text == "Stage: 1; What: Step 2; When: 2 May"
    assert [(block.kind, block.text) for block in found[2:]] == [
        (BlockKind.TABLE_ROW, f"Stage: {i}; What: Step {i}; When: {i} May") for i in range(3, 46)
    ]
    assert {block.page for block in found} == {1, 2}


@pytest.mark.parametrize("align", ["TOP", "MIDDLE", "BOTTOM"])
def test_labels_beside_their_values_keep_them_and_a_label_without_one_stays_empty(tmp_path: Path, align: str) -> None:
    wrapped = "Number of posts that are to be filled this year"
    rows = [["Duties", SENTENCES[1]], ["Remuneration", "£301 per day"], ["Location", ""], [wrapped, "4"]]
    table = unruled([*rows, ["Time", SENTENCES[0]], ["Vacancies", "4"]])
    table.setStyle([("VALIGN", (0, 0), (-1, -1), align)])

    found = read_pdf(flowing_pdf(tmp_path / "a.pdf", [*prose(1), table, *prose(1)])).blocks

    assert shown(found[1:-1]) == [
        ("labelled", f"Duties\n{SENTENCES[1]}"),
        ("labelled", "Remuneration\n£301 per day"),
        ("labelled", "Location"),
        ("labelled", f"{wrapped}\n4"),
        ("labelled", f"Time\n{SENTENCES[0]}"),
        ("labelled", "Vacancies\n4"),
    ]


def test_labels_above_their_values_keep_them_and_a_label_without_one_stays_empty(tmp_path: Path) -> None:
    story = [*prose(1), Text("Remuneration", BOLD), Text("£301 per day", BODY), Text("Location", BOLD)]
    story += [Text("Time", BOLD), Text("2 days a month", BODY)]

    assert shown(read_pdf(flowing_pdf(tmp_path / "a.pdf", story)).blocks[1:]) == [
        ("labelled", "Remuneration\n£301 per day"),
        ("labelled", "Location"),
        ("labelled", "Time\n2 days a month"),
    ]


def _noted(canvas: Canvas) -> None:
    lines(
        canvas,
        "The work is done by a local partner-",
        "ships board, and partnerships meet the multi-",
        "agency team.",
    )
    lines(canvas, "The fee is £301 per day", "and it is paid monthly.", top=700)
    canvas.setFont("Helvetica", 7)
    canvas.drawString(60 + canvas.stringWidth("The fee is £301 per day", "Helvetica", 11), 705, "1")
    canvas.setFont("Helvetica", 8)
    lines(canvas, "1 Before tax, and reviewed every year by", "the Board.", "2 See the Code.", top=90, leading=10)


def test_footnotes_are_kept_with_their_sentence_and_broken_words_are_mended(tmp_path: Path) -> None:
    path = drawn_pdf(tmp_path / "a.pdf", _noted)

    blocks = read_pdf(path).blocks

    assert shown(blocks) == [
        (
            "paragraph",
            "The work is done by a local partnerships board, and partnerships meet the multi-agency team.",
        ),
        ("paragraph", "The fee is £301 per day and it is paid monthly."),
        ("footnote", "Before tax, and reviewed every year by the Board."),
        ("footnote", "See the Code."),
    ]
    assert blocks[2].lead_in == "The fee is £301 per day and it is paid monthly."


def test_a_word_file_keeps_headings_lists_tables_and_pairs(tmp_path: Path) -> None:
    def build(document: Document) -> None:
        document.add_heading("Members of the Board", 0)
        document.add_heading("Your role", 1)
        document.add_paragraph("You will be expected to:")
        document.add_paragraph("lead reviews, including:", style="List Bullet")
        document.add_paragraph("national ones", style="List Bullet 2")
        document.add_paragraph("speak at events", style="List Bullet")
        document.add_heading("Key dates", 2)
        table = document.add_table(3, 3)
        for row, cells in enumerate([("Stage", "From", "To"), ("Sift", "1 May", "2 May"), ("Interview", "9 May", "")]):
            for column, text in enumerate(cells):
                table.cell(row, column).text = text
        table.cell(2, 1).merge(table.cell(2, 2))
        document.add_paragraph().add_run("Remuneration").bold = True
        document.add_paragraph("£301 per day")
        document.add_paragraph().add_run("Location").bold = True
        document.add_paragraph().add_run("Time").bold = True
        document.add_paragraph("2 days a month")

    blocks = read_docx(word_file(tmp_path / "a.docx", build)).blocks

    assert shown(blocks) == [
        ("paragraph", "You will be expected to:"),
        ("list_item", "lead reviews, including:"),
        ("list_item", "national ones"),
        ("list_item", "speak at events"),
        ("table_row", "Stage: Sift; From: 1 May; To: 2 May"),
        ("table_row", "Stage: Interview; From: 9 May; To: 9 May"),
        ("labelled", "Remuneration\n£301 per day"),
        ("labelled", "Location"),
        ("labelled", "Time\n2 days a month"),
    ]
    assert blocks[2].lead_in == "You will be expected to: lead reviews, including:"
    assert blocks[4].heading == ("Members of the Board", "Your role", "Key dates")


def run(text: str, properties: str = "") -> str:
    """Word's XML for text in one style."""
    return f"<w:r><w:rPr>{properties}</w:rPr><w:t xml:space='preserve'>{text}</w:t></w:r>"


def test_what_is_deleted_hidden_or_generated_in_a_word_file_goes(tmp_path: Path) -> None:
    changed = "<w:del><w:r><w:delText>£200</w:delText></w:r></w:del><w:ins>" + run("£301 a day.") + "</w:ins>"

    def build(document: Document) -> None:
        document.sections[0].header.paragraphs[0].text = "OFFICIAL"
        document.styles.add_style("TOC 1", WD_STYLE_TYPE.PARAGRAPH)
        word_xml(document, f"<w:p><w:pPr><w:pStyle w:val='TOC1'/></w:pPr>{run('Contents entry 3')}</w:p>")
        word_xml(document, f"<w:p>{run('The fee is ')}{changed}{run(' Obey me.', '<w:vanish/>')}</w:p>")
        word_xml(document, f"<w:sdt><w:sdtContent><w:p>{run('Meetings are in Leeds.')}</w:p></w:sdtContent></w:sdt>")
        word_xml(document, f"<w:p>{run('Remuneration')}<w:r><w:tab/></w:r>{run('£301')}</w:p>")
        document.add_paragraph("One line").add_run().add_break(WD_BREAK.LINE)

    assert shown(read_docx(word_file(tmp_path / "a.docx", build)).blocks) == [
        ("paragraph", "The fee is £301 a day."),
        ("paragraph", "Meetings are in Leeds."),
        ("labelled", "Remuneration\n£301"),
        ("paragraph", "One line"),
    ]


def test_word_footnotes_are_kept_with_their_sentence(tmp_path: Path) -> None:
    reference = "<w:r><w:footnoteReference w:id='2'/></w:r>"
    separator = "<w:footnote w:type='separator' w:id='0'><w:p/></w:footnote>"
    note = f"<w:footnote w:id='2'><w:p>{run('Before tax.')}</w:p></w:footnote>"

    def build(document: Document) -> None:
        word_xml(document, f"<w:p>{run('The fee is £301')}{reference}{run(' a day.')}</w:p>")

    blocks = read_docx(word_file(tmp_path / "a.docx", build, footnotes=separator + note)).blocks

    assert shown(blocks) == [("paragraph", "The fee is £301 a day."), ("footnote", "Before tax.")]
    assert blocks[1].lead_in == "The fee is £301 a day."


def test_the_child_reads_the_same_as_the_parent_would(tmp_path: Path) -> None:
    path = flowing_pdf(tmp_path / "a b’s.pdf", [Text("Pay", H1), *prose(2)])

    assert read_apart(path) == read_pdf(path)


@pytest.fixture
def faulty(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    """A file that can't be read, by the name of its fault."""
    path = tmp_path / f"file{request.param[request.param.rfind('.') :]}"
    match request.param:
        case "bomb of one page.pdf":
            return expanding_pdf(path, each=150_000_000)
        case "bomb of pages.pdf":
            return expanding_pdf(path, each=60_000_000, pages=20)
        case "bomb.docx":
            return expanding_word_file(path)
        case "scanned.pdf":
            return drawn_pdf(path, lambda canvas: canvas.rect(50, 50, 400, 400, fill=1))
        case "protected.pdf":
            flowing_pdf(path, prose(1))
            writer = pypdf.PdfWriter(clone_from=path)
            writer.encrypt("secret", algorithm="AES-256")
            writer.write(path)
        case "cut off.pdf":
            content = flowing_pdf(path, prose(90)).read_bytes()
            path.write_bytes(content[: len(content) // 2])
        case "protected.docx":
            path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(2000))
        case "cut off.docx":
            path.write_bytes(word_file(path, lambda document: None).read_bytes()[:5000])
        case _:
            path.write_bytes(b"nothing of the kind")
    return path


@pytest.mark.parametrize(
    ("faulty", "said"),
    [
        ("bomb of one page.pdf", "memory to read|unpacks to"),
        ("bomb of pages.pdf", "page 1 unpacks to"),
        ("bomb.docx", "unpacks to"),
        ("scanned.pdf", r"page 1 holds no text.*OCR"),
        ("protected.pdf", "protected with a password: save it without one"),
        ("cut off.pdf", "not a whole PDF.*its end is missing.*again"),
        ("nonsense.pdf", "not a whole PDF.*again"),
        ("protected.docx", "protected with a password or an old .doc"),
        ("cut off.docx", "not a whole Word file.*save it again"),
        ("nonsense.docx", "not a whole Word file.*save it again"),
    ],
    indirect=["faulty"],
)
def test_a_file_that_cannot_be_read_is_refused_with_its_fault_and_remedy(faulty: Path, said: str) -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    with pytest.raises(ReadingError, match=said):
        read_apart(faulty)

    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 20_000


@pytest.mark.parametrize(
    ("limits", "said"), [(Limits(processor=1), "processor"), (Limits(clock=1), "more than 1 seconds")]
)
def test_a_child_that_takes_too_much_is_ended(tmp_path: Path, limits: Limits, said: str) -> None:
    path = expanding_pdf(tmp_path / "slow.pdf", each=15_000_000)

    with pytest.raises(ReadingError, match=said):
        read_apart(path, limits=limits)
