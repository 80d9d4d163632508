"""The one place that repairs characters, white space, line breaks and glued text."""

import re
import unicodedata
from collections.abc import Collection, Iterable, Sequence

from knowledge.reading.elements import MARK_CLOSE, MARK_OPEN
from knowledge.reading.vocabulary import is_word

_LIGATURES = str.maketrans(
    {"ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "st", "ﬆ": "st"}
    # Symbol-font bullets of Word and PDF files, and hyphens that only differ in where a line may break.
    | {"\uf0b7": "•", "\uf0a7": "•", "\uf0d8": "•", "\uf076": "•", "\u2010": "-", "\u2011": "-"}
    | dict.fromkeys("\u2028\u2029\x85\x0b\x0c", "\n")
    | dict.fromkeys(
        "\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000", " "
    )
)
_SOFT_BREAK = re.compile("\u00ad[ \t]*\r?\n[ \t]*")
# Soft hyphens, zero-width and direction marks, tag characters, controls, private use: nobody sees them on a page.
_UNSEEN = re.compile(
    "[\u00ad\u200b\u2060\ufeff\u200e\u200f\u202a-\u202e\u2066-\u2069\U000e0000-\U000e007f"
    "\x00-\x08\x0e-\x1f\x7f-\x9f\ue002-\uf8ff\ufffe\uffff\ud800-\udfff]"
)
_HIDING = re.compile(
    f"{_UNSEEN.pattern}|[\u034f\u115f\u1160\u200c\u200d\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]"
)
_TURNING = re.compile("[\u202d\u202e]")
_MANY_UNSEEN = 4
"""On one line: soft hyphens, marks of direction and what picks a form of a letter come singly."""
_NOT_SENTENCE_ENDS = set(
    """
    prof mrs dept inc ltd plc approx etc hon gen col rev sgt capt fig figs ref tel vol nos para paras sec art
    com org net gov ac co uk www pdf docx doc html htm txt md asp node
    """.split()
)
_GLUE = re.compile(r"(?<=[a-z]{2})[)’”\"]?[.!?][)’”\"]?(?=(?P<after>[AI]|[A-Z][a-z]+)(?:[\s,’']|$))")
_MARK = re.compile(f"{MARK_OPEN}([^{MARK_CLOSE}]*){MARK_CLOSE}")
_COMPOUND_STARTS = set(
    """
    all anti bi co cross decision evidence ex face fixed follow full half hands high large long low mid multi near non
    off on one open part post pre self semi short so three two vice well world year
    """.split()
)
_COMPOUND_ENDS = set(
    """
    agency based being centred date day depth down driven focused free going led level life line long making month off
    on out person quality related round scale setting sector sex specific standing step term time to up wide year years
    """.split()
)


def fold(text: str) -> str:
    """The same text with ligatures, spaces and unseen characters made plain; line breaks stay."""
    text = _SOFT_BREAK.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    return unicodedata.normalize("NFC", _UNSEEN.sub("", text.translate(_LIGATURES)))


def unseen_in(text: str) -> tuple[str, ...]:
    """The lines, made plain, that hold several characters which nobody sees, or one that turns letters about."""
    return tuple(clean(line) for line in text.splitlines() if _hides(line.lstrip("\ufeff")))


def _hides(line: str) -> bool:
    return len(_HIDING.findall(line)) >= _MANY_UNSEEN or _TURNING.search(line) is not None


def clean(text: str) -> str:
    """One line of plain text, words separated by one space."""
    return " ".join(fold(text).split())


def unglue(text: str) -> list[str]:
    """The text cut where a sentence runs into the next text without a space, as in "webpage.My department".

    Never inside an address, a file name or an abbreviation.
    """
    parts, begin = [], 0
    for match in _GLUE.finditer(text):
        before = text[text.rfind(" ", 0, match.start()) + 1 : match.start()]
        word = re.split(r"[^A-Za-z]", before)[-1].lower()
        if re.search(r"[@:/\\._]", before) or {word, match["after"].lower()} & _NOT_SENTENCE_ENDS:
            continue
        parts.append(text[begin : match.end()])
        begin = match.end()
    return [*parts, text[begin:]]


def take_marks(text: str) -> tuple[str, list[tuple[int, str]]]:
    """The text without footnote marks, and each mark with the place in that text where it stood."""
    marks: list[tuple[int, str]] = []
    pieces, begin, length = [], 0, 0
    for match in _MARK.finditer(text):
        piece = text[begin : match.start()].rstrip(" ")
        pieces.append(piece)
        length += len(piece)
        marks.append((length, match[1]))
        begin = match.end()
    pieces.append(text[begin:])
    return "".join(pieces), marks


def words_of(lines: Iterable[str]) -> set[str]:
    """The words of a document as they stand inside lines, by which `join_lines` knows a broken word."""
    return {word for line in lines for word in re.findall(r"[a-z]+(?:-[a-z]+)*(?![\w-])", line.lower())}


def join_lines(lines: Sequence[str], known: Collection[str]) -> str:
    """One text of several lines; a word broken by a hyphen is mended only where that is certain."""
    pieces = [lines[0]]
    for line in lines[1:]:
        last = pieces[-1]
        broken = re.search(r"([A-Za-z]+)[-\u00ad]$", last)
        rest = re.match(r"[a-z]+", line)
        if "://" in last.rsplit(" ", 1)[-1] and last.endswith(("-", "/", "_", "=")):
            pieces.append(line)
        elif broken and rest:
            mended = last.endswith("\u00ad") or _was_broken(broken[1].lower(), rest[0], known)
            pieces[-1:] = [last[:-1] if mended else last, line]
        else:
            pieces += [" ", line]
    return "".join(pieces)


def _was_broken(first: str, rest: str, known: Collection[str]) -> bool:
    if f"{first}-{rest}" in known:
        return False
    if first + rest in known or is_word(first + rest):
        return True
    if first in _COMPOUND_STARTS or rest in _COMPOUND_ENDS:
        return False
    return not all(part in known or is_word(part) for part in (first, rest))
