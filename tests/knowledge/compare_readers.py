"""Compares PDF readers on pages whose words are known: python -m tests.knowledge.compare_readers"""

import random
import re
import time
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

import pdfplumber
import pypdf
import pypdfium2  # type: ignore[import-untyped]
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable
from reportlab.platypus import Paragraph as Text

from knowledge.reading.pdf import read_pdf
from tests.knowledge.pack_files import BODY, H1, JUSTIFIED, bullets, drawn_pdf, flowing_pdf, lines, ruled, unruled

WORDS = random.Random(7)


def main() -> None:
    """Prints the share of neighbouring words that each reader keeps together, and its time for a page."""
    readers: dict[str, Callable[[Path], str]] = {
        "pypdf": _pypdf,
        "pypdf, layout": _pypdf_layout,
        "pypdfium2": _pypdfium2,
        "pdfplumber, text": _pdfplumber,
        "ours (pdfplumber's words)": _ours,
    }
    with TemporaryDirectory() as folder:
        pages = _pages(Path(folder))
        print("| reader | " + " | ".join(name for name, _, _ in pages) + " | ms a page |")
        print("|---" * (len(pages) + 2) + "|")
        for name, reader in readers.items():
            begun = time.process_time()
            kept = [_kept_together(truth, reader(path)) for _, path, truth in pages]
            took = (time.process_time() - begun) * 1000 / sum(len(pypdf.PdfReader(path).pages) for _, path, _ in pages)
            print(f"| {name} | " + " | ".join(f"{share:.2f}" for share in kept) + f" | {took:.0f} |")


def _pages(folder: Path) -> list[tuple[str, Path, list[str]]]:
    """Name, file, and the texts whose words belong together."""
    prose = [_text(50) for _ in range(24)]
    left, right = [_text(3) for _ in range(40)], [_text(3) for _ in range(40)]
    items = [_text(25) for _ in range(15)]
    rows = [[_text(2), _text(12), _text(3)] for _ in range(12)]
    pairs = [[_text(2), _text(20)] for _ in range(10)]
    cells = [cell for row in rows for cell in row]

    def story() -> list[Flowable]:
        return [Text(text, JUSTIFIED) for text in prose]

    def across(canvas: Canvas) -> None:
        for number, (one, other) in enumerate(zip(left, right, strict=True)):
            lines(canvas, one, top=780 - 14 * number)
            lines(canvas, other, x=320, top=780 - 14 * number)

    headed = flowing_pdf(folder / "1.pdf", story(), header="Board: pack", footer="Page {page}")
    return [
        ("one column", headed, [" ".join(prose)]),
        ("two columns", flowing_pdf(folder / "2.pdf", story(), columns=2), [" ".join(prose)]),
        ("two, drawn across", drawn_pdf(folder / "3.pdf", across), [" ".join(left), " ".join(right)]),
        ("list", flowing_pdf(folder / "4.pdf", [Text("You will:", BODY), bullets(*items)]), items),
        ("ruled cells", flowing_pdf(folder / "5.pdf", [ruled([["Stage", "What", "When"], *rows])]), cells),
        (
            "pairs",
            flowing_pdf(folder / "6.pdf", [Text("Summary", H1), unruled(pairs)]),
            [" ".join(pair) for pair in pairs],
        ),
    ]


def _text(words: int) -> str:
    """Words that stand nowhere else, so that every pair of neighbours is of this text."""
    return " ".join(
        f"{WORDS.choice(('board', 'review', 'meeting', 'panel'))}{WORDS.randrange(10**6)}" for _ in range(words)
    )


def _kept_together(truth: list[str], read: str) -> float:
    """Of all pairs of neighbouring words, the share that stand beside each other in what was read."""
    found = set(pairwise(re.findall(r"\w+", read)))
    wanted = [pair for text in truth for pair in pairwise(text.split())]
    return sum(pair in found for pair in wanted) / len(wanted)


def _pypdf(path: Path) -> str:
    return "\n".join(page.extract_text() for page in pypdf.PdfReader(path).pages)


def _pypdf_layout(path: Path) -> str:
    return "\n".join(page.extract_text(extraction_mode="layout") for page in pypdf.PdfReader(path).pages)


def _pypdfium2(path: Path) -> str:
    return "\n".join(page.get_textpage().get_text_bounded() for page in pypdfium2.PdfDocument(path))


def _pdfplumber(path: Path) -> str:
    with pdfplumber.open(path) as file:
        return "\n".join(page.extract_text() for page in file.pages)


def _ours(path: Path) -> str:
    return "\n".join(block.text for block in read_pdf(path).blocks)


if __name__ == "__main__":
    main()
