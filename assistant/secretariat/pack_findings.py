"""What a new pack would change: its passages against those that are served, and what rests on them."""

import difflib
import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from assistant.planted import places_of
from assistant.text import clean
from knowledge.domain import Passage
from knowledge.pack import CAMPAIGN_FILE, pack_files
from knowledge.reading.unread import unread

_LONGEST: Final = 2_000
"""Words of a passage up to which its two wordings are compared word by word."""


@dataclass(frozen=True, slots=True)
class PassageChange:
    """A passage that comes, changes or goes: an empty `before` or `after` is one that is not there."""

    title: str
    heading: tuple[str, ...]
    before: str
    after: str

    @property
    def kind(self) -> str:
        if not self.before:
            return "added"
        return "changed" if self.after else "removed"


@dataclass(frozen=True, slots=True)
class CaseTouched:
    """A case of the evals that rests on words which the new pack no longer holds. `place` is where the case is kept."""

    place: str
    id: str
    question: str


@dataclass(frozen=True, slots=True)
class Unread:
    """What of a document no answer can rest on: left out by its reader, or set so that nobody sees it."""

    file: str
    hidden: tuple[str, ...]
    dropped: tuple[str, ...]


def passage_changes(before: Sequence[Passage], after: Sequence[Passage]) -> tuple[PassageChange, ...]:
    """In the order of the new pack, what goes without a successor last. What came took the place of what went there."""
    known, wanted = {one.id for one in before}, {one.id for one in after}
    gone: dict[tuple[str, tuple[str, ...]], list[Passage]] = defaultdict(list)
    for one in before:
        if one.id not in wanted:
            gone[one.document, one.heading].append(one)
    changes = []
    for one in after:
        if one.id not in known:
            waiting = gone[one.document, one.heading]
            old = waiting.pop(0).text if waiting else ""
            changes.append(PassageChange(one.title, one.heading, old, one.text))
    left = [one for group in gone.values() for one in group]
    return (*changes, *(PassageChange(one.title, one.heading, one.text, "") for one in left))


def word_differences(before: str, after: str) -> Iterator[tuple[str, str]]:
    """("same" | "gone" | "new", words), in reading order."""
    old, new = before.split(), after.split()
    if max(len(old), len(new)) > _LONGEST:
        yield from (("gone", before), ("new", after))
        return
    for kind, start, end, new_start, new_end in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind == "equal":
            yield "same", " ".join(old[start:end])
            continue
        if end > start:
            yield "gone", " ".join(old[start:end])
        if new_end > new_start:
            yield "new", " ".join(new[new_start:new_end])


def file_changes(before: Path, after: Path) -> tuple[tuple[str, str], ...]:
    """("added" | "changed" | "removed", name) of each file that is not the same in both packs."""
    old, new = pack_files(before), pack_files(after)
    kinds = dict.fromkeys(new.keys() - old.keys(), "added") | dict.fromkeys(old.keys() - new.keys(), "removed")
    changed = [name for name in old.keys() & new.keys() if old[name].read_bytes() != new[name].read_bytes()]
    return tuple((kind, name) for name, kind in sorted((kinds | dict.fromkeys(changed, "changed")).items()))


def campaign_changes(before: Path, after: Path) -> tuple[str, ...]:
    """The lines of campaign.toml that come (after "+") and go (after "-")."""
    old, new = (_lines_of(folder / CAMPAIGN_FILE) for folder in (before, after))
    return tuple(line for line in difflib.ndiff(old, new) if line.startswith(("+ ", "- ")) and line[2:].strip())


def left_unread(folder: Path) -> tuple[Unread, ...]:
    """Document by document; those of which all was read are left out."""
    files = {name: path for name, path in pack_files(folder).items() if path.suffix != ".toml"}
    found = ((name, unread(path)) for name, path in files.items())
    return tuple(Unread(name, one.hidden, one.dropped) for name, one in found if one.hidden or one.dropped)


def orders_in(passages: Sequence[Passage]) -> tuple[str, ...]:
    """Where a passage gives the assistant orders; such passages are never quoted."""
    return tuple(places_of(passages))


def cases_touched(
    cases: Iterable[tuple[str, str]], before: Sequence[Passage], after: Sequence[Passage]
) -> tuple[CaseTouched, ...]:
    """Of the entries (where they are kept, JSON), those with a quote that stood before and stands no longer."""
    old, new = _folded(before), _folded(after)
    touched = []
    for place, entry in cases:
        case = _loaded(entry)
        quotes = [_fold(str(quote)) for quote in case.get("rests_on", ())]
        if any(quote in old and quote not in new for quote in quotes):
            touched.append(CaseTouched(place, str(case.get("id", "")), str(case.get("question", ""))))
    return tuple(touched)


def cases_of(folder: Path) -> Iterator[tuple[str, str]]:
    """The entries of a folder of case files, each with the name of its file; none where there is no such folder."""
    for file in sorted(folder.glob("*.jsonl")):
        yield from ((file.name, line) for line in file.read_text(encoding="utf-8").split("\n") if line.strip())


def _loaded(entry: str) -> dict[str, Any]:
    try:
        case = json.loads(entry)
    except json.JSONDecodeError:
        return {}
    return case if isinstance(case, dict) else {}


def _folded(passages: Sequence[Passage]) -> str:
    return _fold("\n".join(part for one in passages for part in (one.lead_in, one.text) if part))


def _fold(text: str) -> str:
    return re.sub(r"\W+", " ", clean(text).lower()).strip()


def _lines_of(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").splitlines() if path.is_file() else []
