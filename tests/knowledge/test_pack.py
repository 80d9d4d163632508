"""What load_pack promises to a secretariat: the whole folder read, or an error that names the fault."""

import hashlib
import subprocess
import sys
import time
from datetime import date
from pathlib import Path

import pytest

from knowledge.campaign_file import contrast_with_white
from knowledge.domain import BlockKind, Contact, Site
from knowledge.pack import PackError, advice, load_pack
from tests.knowledge.pack_files import drawn_pdf, lines, word_file, word_xml

PANEL = Path("knowledge/packs/child-safeguarding-panel")
DELIVERED = "81e1bd6c5a411735d90cbddba2995a67425f56c9bd6ec6181fa2ab93d0091296"
"""SHA-256 of the delivered pack's letters and figures, in order."""

WHOLE = """
name = "Members of the Board"
body = "Waterways Board"
page = "https://example.gov.uk/board"
starters = ["What is the role?"]
opens = 2025-09-01
closes = 2025-11-30

[contact]
name = "The Secretariat"
email = "board@example.gov.uk"
url = "https://example.gov.uk/contact"

[[documents]]
file = "update.txt"
title = "Update"
dated = 2025-10-01
amends = "pack.md"

[[documents]]
file = "pack.md"
"""


def folder_of(folder: Path, **files: str) -> Path:
    """A pack's folder; `__` in a name stands for the full stop."""
    for name, text in files.items():
        (folder / name.replace("__", ".")).write_text(text, encoding="utf-8")
    return folder


def test_no_word_of_the_delivered_pack_was_changed() -> None:
    words = "".join(letter for letter in (PANEL / "recruitment-pack.md").read_text("utf-8") if letter.isalnum())

    assert hashlib.sha256(words.encode()).hexdigest() == DELIVERED


def test_every_word_of_the_delivered_pack_is_read() -> None:
    document = load_pack(PANEL).documents[0]
    headings = dict.fromkeys(block.heading[-1] for block in document.blocks)

    read = "".join(letter for letter in document.text + "".join(headings) if letter.isalnum())

    written = (PANEL / "recruitment-pack.md").read_text("utf-8")
    assert sorted(read) == sorted(letter for letter in written if letter.isalnum())
    assert list(headings) == [
        "Introduction",
        "Introduction from the Minister",
        "Appointment description",
        "Key responsibilities",
    ]


def test_the_delivered_pack_has_its_six_responsibilities_as_one_list() -> None:
    items = [block for block in load_pack(PANEL).documents[0].blocks if block.kind is BlockKind.LIST_ITEM]

    assert len(items) == 6
    assert {(item.heading, item.group) for item in items} == {(("Appointment description", "Key responsibilities"), 1)}


def test_the_delivered_pack_is_read_in_milliseconds() -> None:
    load_pack(PANEL)

    begun = time.process_time()
    load_pack(PANEL)

    assert time.process_time() - begun < 0.2


def test_reading_a_text_pack_imports_no_pdf_or_word_reader() -> None:
    program = f"""
import sys
from pathlib import Path
from knowledge.pack import load_pack
load_pack(Path({str(PANEL)!r}))
print([name for name in ("pdfplumber", "pypdf", "docx", "subprocess") if name in sys.modules])
"""

    printed = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout

    assert printed.strip() == "[]"


def test_a_whole_campaign_file_is_taken_as_it_stands(tmp_path: Path) -> None:
    folder = folder_of(
        tmp_path, campaign__toml=WHOLE, update__txt="The fee is £5.", pack__md="# Board\n\nThe fee is £4."
    )

    pack = load_pack(folder)

    campaign = pack.campaign
    assert (campaign.name, campaign.body, campaign.page) == (
        "Members of the Board",
        "Waterways Board",
        "https://example.gov.uk/board",
    )
    assert campaign.contact == Contact("The Secretariat", "board@example.gov.uk", "https://example.gov.uk/contact")
    assert (campaign.starters, campaign.opens, campaign.closes) == (
        ("What is the role?",),
        date(2025, 9, 1),
        date(2025, 11, 30),
    )
    assert [(document.id, document.title, document.dated, document.amends) for document in pack.documents] == [
        ("update", "Update", date(2025, 10, 1), "pack"),
        ("pack", "Board", None, None),
    ]


def test_listed_documents_come_first_and_the_others_by_name(tmp_path: Path) -> None:
    toml = '[[documents]]\nfile = "z.txt"\n'
    folder = folder_of(
        tmp_path, campaign__toml=toml, b__md="B is here.", a__html="<p>A is here.</p>", z__txt="Z is here."
    )

    assert [document.file for document in load_pack(folder).documents] == ["z.txt", "a.html", "b.md"]


def test_every_kind_of_file_is_read(tmp_path: Path) -> None:
    folder_of(tmp_path, a__md="One is here.", b__txt="Two is here.", c__HTML="<p>Three is here.</p>")
    drawn_pdf(tmp_path / "d.pdf", lambda canvas: lines(canvas, "Four is here."))
    word_file(
        tmp_path / "e.docx", lambda document: word_xml(document, "<w:p><w:r><w:t>Five is here.</w:t></w:r></w:p>")
    )

    texts = [document.text for document in load_pack(tmp_path).documents]

    assert texts == [f"{word} is here." for word in ("One", "Two", "Three", "Four", "Five")]


def test_what_a_campaign_says_of_its_pages_is_taken_too(tmp_path: Path) -> None:
    toml = """
[site]
reply_time = "within 2 working days"
feedback_reader = "The secretariat"
owner = "The Office of the Board"
colour = "#1b4f72"
allowed_origins = ["https://www.example.gov.uk", "http://localhost:8080"]
phase = "live"
"""

    site = load_pack(folder_of(tmp_path, campaign__toml=toml, pack__md="The Board meets.")).campaign.site

    assert site == Site(
        reply_time="within 2 working days",
        feedback_reader="The secretariat",
        owner="The Office of the Board",
        colour="#1b4f72",
        allowed_origins=("https://www.example.gov.uk", "http://localhost:8080"),
        phase="live",
    )


def test_without_a_campaign_file_the_name_is_the_first_heading_and_advice_says_what_to_add(tmp_path: Path) -> None:
    folder = folder_of(tmp_path, pack__md="# Waterways Board\n\nThe Board meets weekly.")

    campaign = load_pack(folder).campaign

    assert (campaign.name, campaign.contact) == ("Waterways Board", Contact())
    said = advice(folder)
    assert said
    assert "campaign.toml" in said
    assert "[contact]" in said
    assert "\n" not in said


def test_there_is_no_advice_for_a_whole_campaign_file(tmp_path: Path) -> None:
    assert advice(folder_of(tmp_path, campaign__toml=WHOLE)) is None


def test_ids_are_slugs_that_do_not_hang_on_other_files(tmp_path: Path) -> None:
    folder = folder_of(tmp_path, Board_Päck__md="One is here.", annex__md="Two is here.", annex__txt="Three is here.")
    (folder / "more").mkdir()
    folder_of(folder / "more", annex__md="Four is here.")

    ids = [document.id for document in load_pack(folder).documents]

    assert ids == ["board-pack", "annex-md", "annex-txt", "more-annex"]


def test_what_belongs_to_the_folder_and_not_to_the_pack_is_left_out(tmp_path: Path) -> None:
    folder = folder_of(
        tmp_path,
        pack__md="The Board meets.",
        signposts__toml="x = 1",
        README__md="For the secretariat.",
        __hidden__md="Hidden.",
        Thumbs__db="x",
    )
    (folder / "~$pack.docx").write_text("lock")

    assert [document.file for document in load_pack(folder).documents] == ["pack.md"]


def test_the_version_follows_all_that_was_read(tmp_path: Path) -> None:
    folder = folder_of(tmp_path, pack__md="The Board meets.", README__md="One.")
    first = load_pack(folder).version

    assert load_pack(folder_of(folder, README__md="Two.")).version == first
    second = load_pack(folder_of(folder, pack__md="The Board met.")).version
    third = load_pack(folder_of(folder, campaign__toml='name = "Board"')).version
    assert len({first, second, third}) == 3


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_text_is_read_in_the_encodings_that_secretariats_save(tmp_path: Path, encoding: str) -> None:
    (tmp_path / "pack.txt").write_bytes("The fee is £301, “before” tax.".encode(encoding))

    assert load_pack(tmp_path).documents[0].text == "The fee is £301, “before” tax."


@pytest.mark.parametrize(
    ("toml", "said"),
    [
        ('nmae = "x"', "nmae is not a key it knows, did you mean name?"),
        ('[contact]\nemial = "x"', "contact.emial is not a key it knows, did you mean email?"),
        ("name = 3", "name: expected text in quotes"),
        ('closes = "soon"', r"closes: expected a date without quotes, like 2025-11-30, found 'soon'"),
        ('page = "example"', "page: expected an address in quotes"),
        ('[contact]\nemail = "nobody"', "contact.email: expected an e-mail address"),
        ('contact = "x"', "contact: expected a table with name, email and url"),
        ("starters = [1]", r"starters.1: expected a list of questions"),
        ('starters = "x"', "starters: expected a list of questions"),
        ('[[documents]]\ntitle = "x"', "documents.1.file is missing"),
        (
            '[[documents]]\nfile = "pcak.md"',
            r"documents names pcak.md, which is not in the folder \(there is pack.md\)",
        ),
        ('[[documents]]\nfile = "pack.md"\n[[documents]]\nfile = "pack.md"', "documents names pack.md twice"),
        ('[[documents]]\nfile = "pack.md"\namends = "old.md"', "pack.md amends old.md, which is no other document"),
        ('[[documents]]\nfile = "pack.md"\namends = "pack"', "pack.md amends pack, which is no other document"),
        ("opens = 2025-12-01\ncloses = 2025-11-01", "opens .2025-12-01. is later than closes"),
        ('[site]\ncolor = "#1b4f72"', "site.color is not a key it knows, did you mean colour?"),
        ('[site]\ncolour = "blue"', 'site.colour: expected a colour like "#1b4f72"'),
        ('[site]\ncolour = "#8899aa"', r"white text can be read on \(a contrast of 4.5 or more\), found '#8899aa'"),
        ('[site]\nallowed_origins = ["http://example.gov.uk"]', "site.allowed_origins.1: expected a list of sites"),
        ('[site]\nallowed_origins = ["https://example.gov.uk/page"]', "site.allowed_origins.1: expected"),
        ('[site]\nallowed_origins = ["*"]', "site.allowed_origins.1: expected a list of sites"),
        ('[site]\nphase = "gamma"', 'site.phase: expected "alpha", "beta" or "live"'),
        ('site = "x"', r"site: expected a table \[site\]"),
        ("name = ", "is not TOML in UTF-8"),
    ],
)
def test_a_wrong_campaign_file_is_refused_by_its_key(tmp_path: Path, toml: str, said: str) -> None:
    folder = folder_of(tmp_path, campaign__toml=toml, pack__md="The Board meets.")

    with pytest.raises(PackError, match=said) as fault:
        load_pack(folder)

    assert "campaign.toml" in str(fault.value)


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.md", b"", "a.md: the file is empty"),
        ("a.md", b" \n\n", "a.md: no text was found"),
        ("a.html", b"<nav>Home</nav>", "a.html: no text was found"),
        ("a.txt", b"\0\1\2", "a.txt: it is not text"),
        ("a.pdf", b"nonsense", "a.pdf: it is not a whole PDF"),
        ("a.docx", b"nonsense", "a.docx: it is not a whole Word file"),
        ("a.xlsx", b"x", "a.xlsx is of an unknown kind: save it as one of Markdown, plain text, HTML, PDF, Word"),
        ("a.doc", b"x", "a.doc is of an unknown kind"),
        ("a.txt", b"x" * 5_000_001, "a.txt: the file has 5,000,001 bytes, more than 5,000,000"),
    ],
)
def test_one_bad_file_refuses_the_whole_pack_by_its_name(tmp_path: Path, name: str, content: bytes, said: str) -> None:
    folder = folder_of(tmp_path, pack__md="The Board meets.")
    (folder / name).write_bytes(content)

    with pytest.raises(PackError, match=said):
        load_pack(folder)


def test_a_folder_without_documents_is_refused_with_the_kinds_to_put_there(tmp_path: Path) -> None:
    with pytest.raises(PackError, match=r"holds no documents.*\.docx.*\.pdf"):
        load_pack(folder_of(tmp_path, campaign__toml='name = "x"'))


def test_a_folder_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PackError, match="is not a folder"):
        load_pack(tmp_path / "nowhere")


@pytest.mark.parametrize(
    ("colour", "ratio"), [("#000000", 21.0), ("#ffffff", 1.0), ("#767676", 4.54), ("#1d70b8", 5.17)]
)
def test_contrast_is_what_the_guidelines_say_it_is(colour: str, ratio: float) -> None:
    assert contrast_with_white(colour) == pytest.approx(ratio, abs=0.01)
