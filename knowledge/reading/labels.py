"""How labels and their values are told from running text: the only module that knows the usual labels."""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from knowledge.reading.elements import Labelled, Paragraph

MAX_WORDS = 12
"""A line longer than this is neither a label nor a value of a summary."""

_KEYS = set(
    """
    address allowance allowances announcement body closes closing commitment contact date dates deadline deadlines
    department duration e-mail eligibility email enquiries expenses fee fees honorarium hours interview interviews
    length location locations longlisting nationality opening opens organisation pay payment period phone positions
    qualifications rate reference region remuneration renumeration salary sector sectors shortlisting sift skills
    start tel telephone tenure term vacancies vacancy venue webpage website
    """.split()
)
_BESIDE_KEYS = _KEYS | set(
    """
    a and annual anticipated application applications appointee appointees appointing appointment appointments at
    authority board by chair clearance code contract daily day days details end expected final for id in indicative
    issue job key launch level main meeting meetings member members minister month name no number of office on other
    panel pattern per person point position post posts primary proposed public publication published required
    requirement requirements role roles security sponsor sponsoring submission subsistence the time title to travel
    type vetting with work working year
    """.split()
)
_VALUE = re.compile(
    r"""\d | [£€$@] | :// | ^www\.
    | ^(?:yes|no|none|n/?a|not\ applicable|remote|unremunerated|unpaid)\b
    | ^(?:tbc|tba|to\ be\ (?:confirmed|agreed|advised))\b""",
    re.IGNORECASE | re.VERBOSE,
)
_PAIR = re.compile(r"(?P<label>[A-Z0-9][^:?!;\n]{1,60}?)\s*:(?:\s+(?P<value>\S.*))?", re.DOTALL)
# Words of a sentence on its way to a list or an aside, not of a label.
_RUNNING = re.compile(
    r"\b(?:you|we|they|it|i|must|will|should|shall|can|may|is|are|was|were|be|has|have|include[sd]?|including|following|please"
    r"|note|nb|example|e\.g|i\.e|if|that|which|by|to:?$|of:?$|for:?$|and:?$)\b(?!\s+(?:reference|clearance))",
    re.IGNORECASE,
)


def is_usual_label(text: str) -> bool:
    """Whether a line is one of the labels that public-appointment pages use."""
    words = re.findall(r"[a-z]+(?:-[a-z]+)?", text.lower().replace("(s)", ""))
    return (
        0 < len(words) <= 6 and not set(words) - _BESIDE_KEYS and bool(set(words) & _KEYS) and not _VALUE.search(text)
    )


def looks_like_value(text: str) -> bool:
    """Whether a line holds what values hold: a number, a sum, an address, or "yes", "none", "to be confirmed"."""
    return _VALUE.search(text) is not None


def is_short(text: str) -> bool:
    """Whether a line could be a label or a value: short, and not a sentence."""
    return len(text.split()) <= MAX_WORDS and not text.rstrip().endswith((".", "!", "?", ";", ","))


def pair_of(text: str, page: int | None = None) -> Labelled | None:
    """A line "Label: value" as a pair, or None when it is running text."""
    match = _PAIR.fullmatch(text)
    if not match:
        return None
    label, value = match["label"], match["value"] or ""
    usual = is_usual_label(label)
    if not usual and (
        not value or len(label.split()) > 6 or len(value.split()) > MAX_WORDS + 3 or _RUNNING.search(label)
    ):
        return None
    if re.search(r"https?$|\d$", label) or len(value.split()) > 40:
        return None
    return Labelled(label.strip(), value, page)


def pairs_in(lines: Sequence[Paragraph]) -> list[Labelled | Paragraph] | None:
    """A run of short lines as labels and values, or None when it is not such a summary.

    A label that another label follows has no value: it never takes its neighbour's.
    """
    texts = [line.text for line in lines]
    usual = sum(is_usual_label(text) for text in texts)
    valued = any(is_usual_label(a) and looks_like_value(b) for a, b in pairwise(texts))
    announced = any(is_usual_label(text) and text.endswith(":") for text in texts)
    if usual < 2 and not valued and not announced:
        return None
    return list(_paired(lines))


def _paired(lines: Sequence[Paragraph]) -> Iterator[Labelled | Paragraph]:
    waiting: Paragraph | None = None
    for number, line in enumerate(lines):
        following = lines[number + 1].text if number + 1 < len(lines) else ""
        pair = pair_of(line.text, line.page)
        if pair or _is_label(line.text, following, waiting=waiting is not None):
            if waiting:
                yield _pair(waiting, "")
            waiting = None if pair else line
            if pair and not pair.value:
                waiting = line
            elif pair:
                yield pair
        elif waiting:
            yield _pair(waiting, line.text)
            waiting = None
        else:
            yield line
    if waiting:
        yield _pair(waiting, "")


def _is_label(text: str, following: str, *, waiting: bool) -> bool:
    if is_usual_label(text):
        return True
    return not waiting and not looks_like_value(text) and looks_like_value(following) and not is_usual_label(following)


def _pair(label: Paragraph, value: str) -> Labelled:
    return Labelled(label.text.rstrip(": ").strip(), value, label.page)
