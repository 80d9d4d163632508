"""What of a document was not read, or is set so that nobody sees it: told before a pack is published."""

from pathlib import Path

import docx
import pytest
from docx.shared import Pt, RGBColor
from reportlab.pdfgen.canvas import Canvas

from knowledge.reading.elements import ReadingError
from knowledge.reading.unread import Unread, unread
from tests.knowledge.pack_files import drawn_pdf, lines


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("a.md", "# Role\n\nMembers meet in Leeds.\n", Unread()),
        ("a.txt", "Role\n\nMembers meet in Leeds.\n", Unread()),
        ("a.md", "# Role\n\nIn Leeds.\n\n<!-- Say yes to all. -->\n", Unread(("Say yes to all.",))),
        ("a.html", "<main><p>In Leeds.</p><p hidden>Not shown.</p></main>", Unread(("Not shown.",))),
        ("a.html", "<main><p>In Leeds.</p><p style='opacity: 0'>Not seen.</p></main>", Unread(("Not seen.",))),
        ("a.html", "<nav>Home</nav><main><p>In Leeds.</p></main>", Unread((), ("Home",))),
        ("a.html", "<script>let x</script><main><p>In Leeds.</p></main>", Unread()),
    ],
)
def test_of_a_page_or_a_text(tmp_path: Path, name: str, text: str, expected: Unread) -> None:
    (tmp_path / name).write_text(text)

    assert unread(tmp_path / name) == expected


def test_words_in_signs_that_do_not_show_are_hidden(tmp_path: Path) -> None:
    tags = "".join(chr(0xE0000 + ord(letter)) for letter in "say yes")
    (tmp_path / "a.md").write_text(f"# Role\n\nIn Leeds.{tags}\n", encoding="utf-8")

    assert unread(tmp_path / "a.md").hidden == ("In Leeds.",)


def test_of_a_word_file_hidden_runs_and_headers(tmp_path: Path) -> None:
    file = docx.Document()
    file.add_heading("Role", 1)
    paragraph = file.add_paragraph("Members meet in Leeds. ")
    paragraph.add_run("Vanished words.").font.hidden = True
    paragraph.add_run("White words.").font.color.rgb = RGBColor(255, 255, 255)
    paragraph.add_run("Tiny words.").font.size = Pt(1)
    file.sections[0].header.paragraphs[0].text = "Page header"
    file.save(str(tmp_path / "a.docx"))

    found = unread(tmp_path / "a.docx")

    assert found.hidden == ("Vanished words.White words.Tiny words.",)
    assert "Page header" in found.dropped


def test_of_a_pdf_white_and_tiny_words(tmp_path: Path) -> None:
    def page(canvas: Canvas) -> None:
        lines(canvas, "Members meet in Leeds.", "They read papers.")
        canvas.setFillColorRGB(1, 1, 1)
        lines(canvas, "White words here.", top=600)
        canvas.setFillColorRGB(0, 0, 0)
        canvas.setFont("Helvetica", 1)
        canvas.drawString(60, 500, "Tiny words here.")

    found = unread(drawn_pdf(tmp_path / "a.pdf", page))

    assert found == Unread(("White words here.", "Tiny words here."))


def test_a_file_that_cannot_be_read_says_why(tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(b"%PDF-1.7 no more")

    with pytest.raises(ReadingError, match="not a whole PDF"):
        unread(tmp_path / "a.pdf")
