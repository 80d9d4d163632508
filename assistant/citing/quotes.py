"""Finding the words of a quote in a passage, and the words around it that rule what it says."""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from knowledge.domain import BlockKind, Passage
from knowledge.sentences import sentences

_SPELLINGS = str.maketrans(
    {**dict.fromkeys("‘’‚‛′`´", "'"), **dict.fromkeys("“”„‟″«»", '"'), **dict.fromkeys("‐‑‒–—―−", "-")}
)
# What is not cut in two: a word with its hyphens, a sum with its sign, an address.
_WHOLE = re.compile(
    r"https?://\S+|[\w.+-]+@[\w-]+(?:\.[\w-]+)+|(?:[£$€]\s?)?\d+(?:[.,/:]\d+)*(?:\s?%|\w*)(?:-\w+)*|\w+(?:[-'/]\w+)*"
)
_BULLET = re.compile(r"\s*(?:[-*•–]|\(?\w{1,2}[.)])\s")
_FEW_WORDS = 3

_CLAUSE_BEFORE = re.compile(r"(?<=[.!?])\s|;|,\s+(?:but|although|though|however|whereas|while|yet)\b", re.IGNORECASE)
_CLAUSE_AFTER = re.compile(r"[.,;:!?](?=\s|$)|\s(?:and|but|which|who|while|whereas|although)\s", re.IGNORECASE)
_SENTENCE_AFTER = re.compile(r"[.!?](?=\s|$)|;")


@dataclass(frozen=True, slots=True)
class Ground:
    """Words of a passage that a claim stands on, and those that rule them.

    `before` and `after` are the rest of the clause around the quote, `tail` the rest of its sentence; `lead_in` the
    sentences that lead into a list; `row` the whole table row; `frame` the headings, label and title above it.
    """

    passage: Passage
    quote: str
    before: str
    after: str
    tail: str
    lead_in: str
    row: str
    frame: str

    def is_said_by(self, sentence: str) -> bool:
        """Whether the sentence is the quote itself, and the quote no part of a longer clause."""
        if re.search(r"\w", self.before + self.after):
            return False
        return fold(sentence)[0].strip() == fold(self.quote)[0].strip()


def find_quote(passage: Passage, quote: str) -> Ground | None:
    """Where a quote stands word for word, after folding white space, quotation marks, dashes and ligatures.

    None when it does not, when it would cut a word or figure in two, or when it is too short to say anything: fewer
    than three words that are not a whole sentence, line or cell.
    """
    span = _locate(passage.text, quote)
    if span is None or not _says_something(passage, span):
        return None
    start, end = span
    return Ground(
        passage=passage,
        quote=passage.text[start:end],
        before=_before(passage.text, start),
        after=_until(_CLAUSE_AFTER, _rest_of_line(passage.text, end)),
        tail=_until(_SENTENCE_AFTER, _rest_of_line(passage.text, end)),
        lead_in=_lead_in(passage, start),
        row=_lines(passage.text, start, end) if passage.kind is BlockKind.TABLE_ROW else "",
        frame="\n".join((*passage.heading, passage.label, passage.title)),
    )


@lru_cache(maxsize=2_000)
def fold(text: str) -> tuple[str, tuple[int, ...]]:
    """The text in one spelling, and for each of its characters the place of the one it came from."""
    folded: list[str] = []
    origins: list[int] = []
    for place, char in enumerate(text):
        spelt = _spell(char)
        if spelt.isspace():
            spelt = "" if folded and folded[-1] == " " else " "
        folded.extend(spelt)
        origins.extend([place] * len(spelt))
    return "".join(folded), tuple(origins)


def _spell(char: str) -> str:
    if char.isspace():
        return " "
    if char.isascii():
        return "'" if char == "`" else char
    decomposed = unicodedata.normalize("NFKD", char).translate(_SPELLINGS)
    return "".join(part for part in decomposed if unicodedata.category(part) not in ("Mn", "Cf", "Cc"))


def _locate(text: str, quote: str) -> tuple[int, int] | None:
    folded, origins = fold(text)
    breaks = [match.span() for match in _WHOLE.finditer(folded)]
    for wanted in _spellings_of(quote):
        start = folded.find(wanted)
        while start >= 0:
            end = start + len(wanted)
            if not any(first < start < last or first < end < last for first, last in breaks):
                return origins[start], _after_marks(text, origins[end - 1] + 1)
            start = folded.find(wanted, start + 1)
    return None


def _spellings_of(quote: str) -> list[str]:
    """The quote as given, without the marks that a writer puts around it, and with its first letter's case changed."""
    plain = fold(quote)[0].strip()
    bare = re.sub(r"^(?:\.\.\.|[\"'\s])+|(?:\.\.\.|[\"'\s])+$", "", plain)
    found = [plain, bare, bare.rstrip(".,;:")]
    return [one for text in found if text for one in (text, text[0].swapcase() + text[1:])]


def _after_marks(text: str, end: int) -> int:
    """Past the accents that belong to the last letter."""
    while end < len(text) and unicodedata.category(text[end]) == "Mn":
        end += 1
    return end


def _says_something(passage: Passage, span: tuple[int, int]) -> bool:
    start, end = span
    if len(re.findall(r"\w+", passage.text[start:end])) >= _FEW_WORDS:
        return True
    if any(start <= first and last <= end + 1 for first, last in sentences(passage.text)):
        return True
    begins = re.search(r"(?:^|\n|:\s|;\s|•\s|-\s)$", passage.text[:start])
    return bool(begins and re.match(r"\.?(?:$|\n|;)", passage.text[end:]))


def _before(text: str, start: int) -> str:
    line = text[text.rfind("\n", 0, start) + 1 : start]
    return _CLAUSE_BEFORE.split(line)[-1]


def _rest_of_line(text: str, end: int) -> str:
    # A quote that ends its sentence is ruled by nothing after it.
    if re.search(r"[.!?;]\s*$", text[:end]):
        return ""
    return text[end:].split("\n", 1)[0]


def _until(boundary: re.Pattern[str], text: str) -> str:
    return boundary.split(text, maxsplit=1)[0]


def _lines(text: str, start: int, end: int) -> str:
    last = text.find("\n", end)
    return text[text.rfind("\n", 0, start) + 1 : last if last >= 0 else len(text)]


def _lead_in(passage: Passage, start: int) -> str:
    """The sentence that the document says leads in, and a line with a colon above the quote's own list or line."""
    parts = [_last_sentence(passage.lead_in)] if passage.lead_in else []
    for line in reversed(passage.text[:start].split("\n")[:-1]):
        if line.rstrip().endswith(":"):
            return "\n".join((*parts, _last_sentence(line)))
        if line.strip() and not _BULLET.match(line):
            break
    return "\n".join(parts)


def _last_sentence(text: str) -> str:
    start, end = sentences(text)[-1] if text.strip() else (0, 0)
    return text[start:end]
