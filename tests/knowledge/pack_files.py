"""Makes the PDF and Word files that the tests read; nothing binary is committed."""

import zipfile
import zlib
from collections.abc import Callable, Sequence
from pathlib import Path

import docx
from docx.document import Document
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import parse_xml
from reportlab.lib import colors
from reportlab.lib.enums import TA_JUSTIFY
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import cm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import (
    BaseDocTemplate,
    Flowable,
    Frame,
    ListFlowable,
    ListItem,
    PageTemplate,
    Paragraph,
    Table,
    TableStyle,
)

WIDTH, HEIGHT = A4
NAMESPACE = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
BODY = ParagraphStyle("body", fontName="Helvetica", fontSize=10.5, leading=14, spaceAfter=7)
JUSTIFIED = ParagraphStyle("justified", BODY, alignment=TA_JUSTIFY)
TIGHT = ParagraphStyle("tight", BODY, spaceAfter=0)
TITLE = ParagraphStyle("title", fontName="Helvetica-Bold", fontSize=20, leading=24, spaceAfter=12)
H1 = ParagraphStyle("h1", fontName="Helvetica-Bold", fontSize=15, leading=18, spaceBefore=10, spaceAfter=6)
H2 = ParagraphStyle("h2", fontName="Helvetica-Bold", fontSize=12.5, leading=15, spaceBefore=8, spaceAfter=4)
BOLD = ParagraphStyle("bold", BODY, fontName="Helvetica-Bold", spaceAfter=2)
GRID = TableStyle([("GRID", (0, 0), (-1, -1), 0.5, colors.black), ("FONTSIZE", (0, 0), (-1, -1), 10)])


def flowing_pdf(
    path: Path,
    story: Sequence[Flowable],
    *,
    columns: int = 1,
    header: str = "",
    footer: str = "",
    title_height: float = 0,
) -> Path:
    """A laid-out PDF; `footer` may hold {page}. The first page may keep `title_height` free of columns."""

    def furniture(canvas: Canvas, document: BaseDocTemplate) -> None:
        canvas.setFont("Helvetica", 9)
        canvas.drawString(2 * cm, HEIGHT - 1.2 * cm, header)
        canvas.drawCentredString(WIDTH / 2, 1.1 * cm, footer.format(page=document.page))

    gutter = 0.9 * cm
    width = (WIDTH - 4 * cm - gutter * (columns - 1)) / columns
    frames = [
        Frame(2 * cm + number * (width + gutter), 2 * cm, width, HEIGHT - 4 * cm - title_height, 0, 0, 0, 0)
        for number in range(columns)
    ]
    if title_height:
        frames.insert(0, Frame(2 * cm, HEIGHT - 2 * cm - title_height, WIDTH - 4 * cm, title_height, 0, 0, 0, 0))
    document = BaseDocTemplate(str(path), pagesize=A4)
    document.addPageTemplates([PageTemplate("pages", frames, onPage=furniture)])
    document.build(list(story))
    return path


def drawn_pdf(path: Path, *pages: Callable[[Canvas], None]) -> Path:
    """A PDF whose pages are drawn by hand, where every line must stand at a known place."""
    canvas = Canvas(str(path), pagesize=A4)
    for draw in pages:
        canvas.setFont("Helvetica", 11)
        draw(canvas)
        canvas.showPage()
    canvas.save()
    return path


def lines(canvas: Canvas, *texts: str, x: float = 60, top: float = 760, leading: float = 14) -> None:
    """One line below the other from the top of the page."""
    for number, text in enumerate(texts):
        canvas.drawString(x, top - number * leading, text)


def bullets(*texts: str | tuple[str, Sequence[str]]) -> ListFlowable:
    """A bulleted list; a pair is an item with a list of its own."""
    items = []
    for text in texts:
        if isinstance(text, str):
            items.append(ListItem(Paragraph(text, TIGHT)))
        else:
            items.append(ListItem([Paragraph(text[0], TIGHT), bullets(*text[1])]))
    return ListFlowable(items, bulletType="bullet", start="•", leftIndent=18)


def ruled(rows: Sequence[Sequence[str]], *extra: tuple[object, ...]) -> Table:
    """A table with lines around every cell."""
    wrapped = [[Paragraph(cell, TIGHT) for cell in row] for row in rows]
    return Table(wrapped, style=TableStyle([*GRID.getCommands(), *extra]), repeatRows=1)


def unruled(rows: Sequence[Sequence[str]]) -> Table:
    """A table that only alignment shows."""
    return Table([[Paragraph(cell, TIGHT) for cell in row] for row in rows], colWidths=[5 * cm, 11 * cm])


def word_file(path: Path, build: Callable[[Document], None], *, footnotes: str = "") -> Path:
    """A Word file; `footnotes` is the XML of its notes, which python-docx can't make."""
    document = docx.Document()
    build(document)
    if footnotes:
        xml = f'<w:footnotes xmlns:w="{NAMESPACE}">{footnotes}</w:footnotes>'
        name = PackURI("/word/footnotes.xml")
        kind = "application/vnd.openxmlformats-officedocument.wordprocessingml.footnotes+xml"
        part = Part(name, kind, xml.encode(), document.part.package)
        document.part.relate_to(part, "http://schemas.openxmlformats.org/officeDocument/2006/relationships/footnotes")
    document.save(str(path))
    return path


def word_xml(document: Document, xml: str) -> None:
    """Puts an element of Word's own XML at the end of the document."""
    element = parse_xml(f'<w:body xmlns:w="{NAMESPACE}">{xml}</w:body>')[0]
    document.element.body.insert(len(document.element.body) - 1, element)


def expanding_pdf(path: Path, *, each: int, pages: int = 1) -> Path:
    """A PDF of a few hundred kilobytes whose pages unpack to `each` bytes."""
    packed = zlib.compress(b"BT (A) Tj ET\n" * (each // 13), 9)
    objects = [b"<</Type/Catalog/Pages 2 0 R>>", b""]
    for number in range(pages):
        objects.append(b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Contents %d 0 R>>" % (4 + 2 * number))
        objects.append(b"<</Filter/FlateDecode/Length %d>>stream\n%b\nendstream" % (len(packed), packed))
    kids = b" ".join(b"%d 0 R" % (3 + 2 * number) for number in range(pages))
    objects[1] = b"<</Type/Pages/Count %d/Kids[%b]>>" % (pages, kids)
    content, places = b"%PDF-1.4\n", []
    for number, thing in enumerate(objects, start=1):
        places.append(len(content))
        content += b"%d 0 obj\n%b\nendobj\n" % (number, thing)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    head = b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    tail = b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % (len(objects) + 1, len(content))
    path.write_bytes(content + head + table + tail)
    return path


def expanding_word_file(path: Path) -> Path:
    """A Word file of a few hundred kilobytes with sixty megabytes of paragraphs."""
    word_file(path, lambda document: None)
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as package:
        package.writestr("word/more.xml", "<w:p><w:r><w:t>A</w:t></w:r></w:p>" * 1_800_000)
    return path
