"""Makes the PDF of the Coastal Health Authority's information pack: `python evals/packs/make_coastal_pdf.py`.

The body and everything said of it are made up. The file has what trips readers of PDFs: a repeated header and footer,
a page in two columns with words broken at line ends, tables, a footnote, bullets. The same bytes come out every time.
"""

from pathlib import Path
from typing import Any

from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.platypus import (
    BaseDocTemplate,
    Frame,
    NextPageTemplate,
    PageBreak,
    PageTemplate,
    Paragraph,
    Table,
    TableStyle,
)

FILE = Path(__file__).parent / "coastal-health-authority" / "information-pack.pdf"
PAGES, FOOTNOTE_PAGE = 5, 3
WIDTH, HEIGHT = A4
MARGIN, GAP, COLUMN, COLUMN_HEIGHT = 56, 22, 230, 420

TITLE = ParagraphStyle("title", fontName="Helvetica-Bold", fontSize=20, leading=25, spaceAfter=6)
HEADING = ParagraphStyle("heading", fontName="Helvetica-Bold", fontSize=14, leading=18, spaceBefore=12, spaceAfter=5)
SUBHEADING = ParagraphStyle("subheading", fontName="Helvetica-Bold", fontSize=11, leading=14, spaceBefore=7)
BODY = ParagraphStyle("body", fontName="Helvetica", fontSize=10.5, leading=15, spaceAfter=6)
BULLET = ParagraphStyle("bullet", parent=BODY, leftIndent=16, bulletIndent=4, spaceAfter=2)

SUMMARY = (
    ("Organisation", "Coastal Health Authority"),
    ("Vacancies", "Two Non-Executive Directors and one Chair of the Audit Committee"),
    ("Base", "Saltmarsh House, Pellworth"),
    ("Length of term", "Four years"),
    ("Closing date", "Noon, Friday 4 December 2026"),
    ("Interviews", "2 and 3 February 2027"),
    ("Start date", "1 April 2027"),
    ("Reference number", "CHA-NED-26"),
)
WELCOME = (
    "Our hospitals and clinics serve 640,000 people along 180 miles of coast, from Pellworth to the Skerrow islands. "
    "One in three of them is over 65, and in summer the number whom we look after doubles.",
    "The Authority has come through a hard period. We were placed in special measures in 2022 and left them in "
    "March 2025. I want directors who will ask awkward questions kindly, and who will go on asking until they are "
    "answered.",
    "If you have never thought of yourself as a board member, please read on before you decide.",
    "Ifeoma Strand, Chair",
)
ABOUT = (
    "Coastal Health Authority runs three hospitals, 14 community clinics and the ambulance boats that link the "
    "Skerrow islands with the mainland. It employs 8,900 staff and has a yearly budget of £612 million.",
    "It was formed in April 2013, when the Pellworth and Skerrow trusts were merged. The Authority is overseen by the "
    "Coastal Health Commissioner, who may require it to publish a recovery plan.",
    "The Board has a Chair, seven Non-Executive Directors and five executive directors. It meets in public every "
    "second month, on the last Wednesday, and holds a private seminar in the months between.",
)
PLAN_LEAD_IN = "Between 2026 and 2030 we will:"
PLAN = (
    "bring waiting for planned surgery down to under 18 weeks",
    "open a dialysis unit on the Skerrow islands",
    "give every community clinic a shared electronic record",
)
ROLE_LEAD_IN = "Non-Executive Directors:"
ROLE = (
    "challenge the executive directors on safety, quality and money",
    "sit on two committees of the Board",
    "visit one ward or clinic each quarter and report what they saw",
    "hear staff appeals when the Chair asks them to",
)
ROLE_LIMITS = (
    "Non-Executive Directors do not manage services, and have no part in clinical decisions about individual patients. "
    "They share responsibility for every decision of the Board, whether or not they spoke for it.",
)
AUDIT_CHAIR = (
    "The Chair of the Audit Committee is also a Non-Executive Director. They lead the committee, meet the external "
    "auditor without executives present at least once a year, and report to the Board after each meeting. Candidates "
    "for this role must hold a recognised accountancy qualification.",
)
FEES = (
    ("Role", "Days a month", "Fee a year"),
    ("Chair of the Authority", "10", "£44,000"),
    ("Vice-Chair", "6", "£18,750"),
    ("Chair of the Audit Committee", "5", "£14,500"),
    ("Non-Executive Director", "3", "£12,300"),
)
FEES_BEFORE = "The fee depends on the role and is not open to negotiation.<super>1</super>"
FEES_FOOTNOTE = (
    "1  Fees are paid monthly through payroll, are taxable, and do not count towards the health service pension."
)
EXPENSES = (
    "Travel on the Authority’s business is repaid at public rates. The cost of care for a child or another dependant "
    "while you attend a meeting is repaid against receipts, up to £14 an hour.",
)
COMMITTEES = (
    ("Committee", "Chaired by", "How often", "Usual day"),
    ("Audit Committee", "To be appointed", "Five times a year", "Tuesday"),
    ("Quality Committee", "Rowan Petheridge", "Every month", "First Thursday"),
    ("People Committee", "Amara Quill", "Every two months", "Second Monday"),
    ("Finance Committee", "Desmond Ayliffe", "Every month", "Third Thursday"),
)
MEETINGS = (
    "Board meetings start at 9.30am and end by 4pm, at Saltmarsh House. Directors are expected to come in person; up "
    "to two Board meetings a year may be joined online.",
    "New directors have a three-day induction and a mentor on the Board for their first year. A laptop is lent to "
    "each director.",
)
ESSENTIAL = (
    "experience at board level, or of leading an organisation or a large service",
    "the ability to read a set of accounts and to see what is missing from it",
    "a record of working with communities that are often left out",
)
DESIRABLE = (
    "knowledge of life on the coast or on islands",
    "experience of digital change in public services",
)
BARRED_LEAD_IN = "You cannot be appointed if you:"
BARRED = (
    "are employed by the Authority or by one of its suppliers",
    "have been dismissed from paid work in a health service body in the last three years, other than by redundancy",
    "are a member of either House of Parliament",
    "have been removed from office as a charity trustee",
)
RESIDENCE = (
    "You must live in the area that the Authority serves, or be registered with a general practice there. People who "
    "have a second home in the area do not meet this condition by that alone.",
)
APPLY_LEAD_IN = "Send these to recruitment@coastalhealth.example and give the reference number:"
APPLY = (
    "your CV, on no more than three pages",
    "a letter of no more than two pages that shows how you meet the essential criteria",
    "the declaration of interests",
    "the monitoring form, which the selection panel does not see",
)
APPLY_AFTER = (
    "We acknowledge every application within five working days. An open evening for candidates is held online on "
    "24 November 2026 at 6pm.",
)
STAGES = (
    ("Stage", "When"),
    ("Closing date", "Noon, Friday 4 December 2026"),
    ("Shortlisting", "Week beginning 11 January 2027"),
    ("Focus group with patients and staff", "1 February 2027"),
    ("Interviews", "2 and 3 February 2027"),
    ("Candidates told the result", "By 19 February 2027"),
    ("First Board meeting", "28 April 2027"),
)
SELECTORS = (
    "The selection panel is chaired by Ifeoma Strand. With her sit Halloran Voss, of the Coastal Health Commissioner’s "
    "office, and Beatriz Omondi, an independent assessor.",
)
CONTACT = (
    "Juno Castellane, Board Secretary, will answer questions about the roles: recruitment@coastalhealth.example or "
    "01632 960274.",
)

BREAKS = (
    "am-bulance commun-ity Author-ity Commis-sioner, com-munity pub-lic sem-inar coun-try sur-gery exec-utive "
    "Direc-tors direc-tors commit-tee, commit-tees man-age indi-vidual respon-sibility decis-ion whe-ther ex-ternal "
    "accoun-tancy Wednes-day, Candi-dates electron-ic"
).split()
"""Words that may be broken at the end of a line, each at its hyphen."""


def main() -> None:
    document = BaseDocTemplate(
        str(FILE), pagesize=A4, invariant=1, title="Information pack for candidates", author="Coastal Health Authority"
    )
    whole = Frame(MARGIN, MARGIN + 20, WIDTH - 2 * MARGIN, HEIGHT - 2 * MARGIN - 40)
    left, right = _column(MARGIN), _column(MARGIN + COLUMN + GAP)
    document.addPageTemplates(
        [
            PageTemplate(id="one column", frames=[whole], onPage=_furniture, onPageEnd=_footnote),
            PageTemplate(id="two columns", frames=[left, right], onPage=_furniture),
        ]
    )
    document.build([*_cover(), *_two_columns(), *_fees(), *_person(), *_applying()])


def _column(x: float) -> Any:
    bottom = HEIGHT - MARGIN - COLUMN_HEIGHT
    return Frame(x, bottom, COLUMN, COLUMN_HEIGHT, leftPadding=0, rightPadding=0)


def _furniture(canvas: Any, document: Any) -> None:
    canvas.setFont("Helvetica", 8)
    canvas.drawString(MARGIN, HEIGHT - 40, "Coastal Health Authority")
    canvas.drawRightString(WIDTH - MARGIN, HEIGHT - 40, "Non-Executive Directors 2026")
    canvas.drawString(MARGIN, 34, "Information pack for candidates, 2 November 2026")
    canvas.drawRightString(WIDTH - MARGIN, 34, f"Page {document.page} of {PAGES}")


def _footnote(canvas: Any, document: Any) -> None:
    if document.page == FOOTNOTE_PAGE:
        canvas.setFont("Helvetica", 8)
        canvas.line(MARGIN, 68, MARGIN + 120, 68)
        canvas.drawString(MARGIN, 56, FEES_FOOTNOTE)


def _cover() -> list[Any]:
    return [
        Paragraph("Non-Executive Directors and Chair of the Audit Committee", TITLE),
        Paragraph("At a glance", HEADING),
        _table(SUMMARY, widths=(130, 330), headed=False),
        Paragraph("A word from the Chair", HEADING),
        *_paragraphs(WELCOME),
        NextPageTemplate("two columns"),
        PageBreak(),
    ]


def _two_columns() -> list[Any]:
    return [
        Paragraph("About the Authority", HEADING),
        *_broken_paragraphs(ABOUT),
        Paragraph("Our plan", HEADING),
        *_broken_paragraphs((PLAN_LEAD_IN,)),
        *_bullets(PLAN),
        Paragraph("The role of a Non-Executive Director", HEADING),
        *_broken_paragraphs((ROLE_LEAD_IN,)),
        *_bullets(ROLE),
        *_broken_paragraphs(ROLE_LIMITS),
        Paragraph("The Chair of the Audit Committee", HEADING),
        *_broken_paragraphs(AUDIT_CHAIR),
        NextPageTemplate("one column"),
        PageBreak(),
    ]


def _fees() -> list[Any]:
    return [
        Paragraph("Fees and expenses", HEADING),
        Paragraph(FEES_BEFORE, BODY),
        _table(FEES, widths=(220, 110, 110), headed=True),
        *_paragraphs(EXPENSES),
        Paragraph("Committees", HEADING),
        _table(COMMITTEES, widths=(125, 120, 115, 105), headed=True),
        Paragraph("Meetings and induction", HEADING),
        *_paragraphs(MEETINGS),
        PageBreak(),
    ]


def _person() -> list[Any]:
    return [
        Paragraph("What we are looking for", HEADING),
        Paragraph("Essential criteria", SUBHEADING),
        *_paragraphs(("You will need to show:",)),
        *_bullets(ESSENTIAL),
        Paragraph("Desirable criteria", SUBHEADING),
        *_paragraphs(("It will help to have:",)),
        *_bullets(DESIRABLE),
        Paragraph("Who cannot be appointed", HEADING),
        *_paragraphs((BARRED_LEAD_IN,)),
        *_bullets(BARRED),
        *_paragraphs(RESIDENCE),
        PageBreak(),
    ]


def _applying() -> list[Any]:
    return [
        Paragraph("How to apply", HEADING),
        *_paragraphs((APPLY_LEAD_IN,)),
        *_bullets(APPLY),
        *_paragraphs(APPLY_AFTER),
        Paragraph("Stages", HEADING),
        _table(STAGES, widths=(220, 240), headed=True),
        Paragraph("Selection panel", HEADING),
        *_paragraphs(SELECTORS),
        Paragraph("Contact", HEADING),
        *_paragraphs(CONTACT),
    ]


def _paragraphs(texts: tuple[str, ...]) -> list[Any]:
    return [Paragraph(text, BODY) for text in texts]


def _bullets(texts: tuple[str, ...]) -> list[Any]:
    return [Paragraph(text, BULLET, bulletText="•") for text in texts]


def _broken_paragraphs(texts: tuple[str, ...]) -> list[Any]:
    return [Paragraph("<br/>".join(_lines(text)), BODY) for text in texts]


def _lines(text: str) -> list[str]:
    """Lines that fit the column, with a word broken at the end of a line wherever BREAKS has it."""
    heads = {word.replace("-", ""): word.split("-")[0] for word in BREAKS}
    lines, line = [], ""
    for word in text.split():
        longer = f"{line} {word}".strip()
        if _fits(longer):
            line = longer
            continue
        head = heads.get(word, "")
        broken = head != "" and _fits(f"{line} {head}-")
        lines.append(f"{line} {head}-" if broken else line)
        line = word.removeprefix(head) if broken else word
    return [*lines, line]


def _fits(line: str) -> bool:
    return float(stringWidth(line, BODY.fontName, BODY.fontSize)) <= COLUMN - 1


def _table(rows: tuple[tuple[str, ...], ...], *, widths: tuple[int, ...], headed: bool) -> Any:
    style = [
        ("FONT", (0, 0), (-1, -1), "Helvetica", 10),
        ("FONT", (0, 0), (-1, 0) if headed else (0, -1), "Helvetica-Bold", 10),
        ("LINEBELOW", (0, 0), (-1, -1), 0.5, colors.grey),
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
    ]
    return Table(rows, colWidths=widths, hAlign="LEFT", style=TableStyle(style), spaceAfter=10)


if __name__ == "__main__":
    main()
