"""Which pack a case was checked against, and which cases have to be looked at again when the pack changes."""

import hashlib
import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

import numpy as np
from pydantic import TypeAdapter, ValidationError

from assistant.domain import Outcome
from evals.cases import CASES, CaseError, load_cases, pack_folder
from evals.domain import Case
from evals.statements import Statement, facts, statements
from knowledge.embedding import LocalEmbeddings
from knowledge.fingerprint import fingerprint
from knowledge.lexical import STOP_WORDS, LexicalIndex, best
from knowledge.pack import load_pack
from knowledge.quotes import folded, stands

KEPT = "pack.json"
"""Beside a campaign's cases: for each fingerprint that one of them carries, what that pack said, as hashes."""

_WITHOUT_THE_PACK = {Outcome.DECLINED, Outcome.SIGNPOSTED, Outcome.GREETED, Outcome.CLARIFY}
_NEAR_ANSWERED, _NEAR_SILENT = 3, 5
"""How many of a pack's statements are near to a text. A new one may break a silence sooner than an answer."""

_ASKING = frozenset("all can could how may must not only what when where which who whom why".split())
"""Words that are in most questions; that new text shares them says nothing."""

_Said = Mapping[str, frozenset[str]]
"""Fingerprint -> the blocks of that pack, each the hashes of its statements with a blank between."""

_PACK_KEY = re.compile(r'(?<!\\)"pack"\s*:\s*"[^"\\]*"')


def affected(
    cases: Iterable[Case], folder: Path = CASES, *, packs: Callable[[str], Path] = pack_folder
) -> list[tuple[Case, str]]:
    """The cases that today's pack may make wrong, each with the reason; `folder` is that of the cases."""
    found = []
    for campaign, group in _by_campaign(cases):
        today = fingerprint(packs(campaign))
        older = [case for case in group if case.pack != today]
        if any(not _never_affected(case) for case in older):
            found += _changed(older, _read_kept(folder / campaign), _Today.of(packs(campaign)))
    return found


def confirm(cases: Iterable[Case], folder: Path = CASES, *, packs: Callable[[str], Path] = pack_folder) -> None:
    """Writes the fingerprint of today's pack into the lines of the cases, and keeps what that pack says."""
    for campaign, group in _by_campaign(cases):
        today = fingerprint(packs(campaign))
        for kind, its in groupby(sorted(group, key=lambda case: case.kind), key=lambda case: case.kind):
            _mark(folder / campaign / f"{kind}.jsonl", {case.id for case in its}, today)
        carried = {case.pack for case in load_cases([folder / campaign])}
        said = {**_read_kept(folder / campaign), today: frozenset(_Today.of(packs(campaign)).blocks.values())}
        _write_kept(folder / campaign, {version: said[version] for version in said if version in carried})


@dataclass(frozen=True, slots=True)
class _Today:
    """What the pack says now: its statements with their hashes, and by block the text and the hashes of it all."""

    statements: tuple[Statement, ...]
    hashes: tuple[str, ...]
    texts: Mapping[int, str]
    blocks: Mapping[int, str]

    @classmethod
    def of(cls, folder: Path) -> "_Today":
        pack = load_pack(folder)
        told = (*facts(pack.campaign), *statements(pack))
        hashes = tuple(_hash_of(statement) for statement in told)
        texts: dict[int, str] = {}
        blocks: dict[int, str] = {}
        for statement, one in zip(told, hashes, strict=True):
            texts[statement.block] = f"{texts.get(statement.block, '')} {statement.text}".strip()
            blocks[statement.block] = f"{blocks.get(statement.block, '')} {one}".strip()
        return cls(told, hashes, texts, blocks)

    def holding(self, quote: str) -> set[str]:
        """The blocks that hold the quote, as hashes."""
        return {self.blocks[block] for block, text in self.texts.items() if stands(quote, text)}


def _never_affected(case: Case) -> bool:
    """What is refused, greeted or asked back looks at no pack; but every case must have been checked once."""
    return bool(case.pack) and case.outcomes <= _WITHOUT_THE_PACK


def _changed(cases: Sequence[Case], said: _Said, today: _Today) -> list[tuple[Case, str]]:
    """Among cases that carry an older fingerprint, those that what has changed since may bear on."""
    cases = [case for case in cases if not _never_affected(case)]
    near = _near(cases, today.statements) if any(case.pack in said for case in cases) else [()] * len(cases)
    reasons = [_why(case, said.get(case.pack), today, its) for case, its in zip(cases, near, strict=True)]
    return [(case, why) for case, why in zip(cases, reasons, strict=True) if why]


def _why(case: Case, blocks: frozenset[str] | None, today: _Today, near: Sequence[int]) -> str:
    """The reason to look at a case again, or nothing. `blocks` are those of the pack that it was checked against."""
    if not case.pack:
        return "it was never confirmed against a pack"
    if blocks is None:
        return f"what its pack {case.pack} said is not kept"
    for quote in case.rests_on:
        holding = today.holding(quote)
        if not holding:
            return f"its quote is gone: “{quote}”"
        if not holding & blocks:
            return f"the text around its quote has changed: “{quote}”"
    known = {one for block in blocks for one in block.split()}
    fresh = [number for number in near if today.hashes[number] not in known]
    return f"new text may bear on it: “{today.statements[fresh[0]].text}”" if fresh else ""


def _near(cases: Sequence[Case], told: Sequence[Statement]) -> list[Sequence[int]]:
    """For each case the statements near to it: by words to its question and quotes, by meaning to its question."""
    texts = [statement.searchable for statement in told]
    words, embeddings = LexicalIndex(texts, stop_words=STOP_WORDS | _ASKING), LocalEmbeddings()
    questions = [" ".join([*(turn.question for turn in case.turns[-1:]), case.question]) for case in cases]
    by_meaning = np.argsort(-embeddings.vectors(questions) @ embeddings.vectors(texts).T, axis=1)
    near: list[Sequence[int]] = []
    for case, question, meant in zip(cases, questions, by_meaning, strict=True):
        limit = _NEAR_ANSWERED if case.outcomes == {Outcome.ANSWERED} else _NEAR_SILENT
        shared = [best(words.scores(text), limit) for text in (question, *case.rests_on)]
        near.append([int(number) for number in np.concatenate([meant[:limit], *shared])])
    return near


def _hash_of(statement: Statement) -> str:
    said = [statement.document, statement.heading, folded(statement.lead_in), statement.text]
    return _hash(json.dumps(said).encode())[:12]


def _mark(file: Path, ids: set[str], today: str) -> None:
    """Writes the fingerprint into the lines of these cases; no other byte of the file changes."""
    lines = file.read_bytes().decode().split("\n") if file.is_file() else []
    found = {number: json.loads(line)["id"] for number, line in enumerate(lines) if line.strip()}
    if missing := ids - set(found.values()):
        raise CaseError(f"{file} does not hold {', '.join(sorted(missing))}: confirm cases where they lie")
    for number, one in found.items():
        if one in ids:
            lines[number] = _with_pack(lines[number], today)
    file.write_bytes("\n".join(lines).encode())


def _with_pack(line: str, today: str) -> str:
    if _PACK_KEY.search(line):
        return _PACK_KEY.sub(f'"pack": "{today}"', line, count=1)
    end = line.rindex("}")
    return f'{line[:end]}, "pack": "{today}"{line[end:]}'


def _read_kept(folder: Path) -> dict[str, frozenset[str]]:
    path = folder / KEPT
    if not path.is_file():
        return {}
    try:
        return TypeAdapter(dict[str, frozenset[str]]).validate_json(path.read_bytes())
    except ValidationError as error:
        raise CaseError(f"{path} does not hold what packs said: take back its last change ({error})") from error


def _write_kept(folder: Path, said: _Said) -> None:
    text = json.dumps({version: sorted(blocks) for version, blocks in sorted(said.items())}, indent=1)
    (folder / KEPT).write_text(f"{text}\n", encoding="utf-8")


def _by_campaign(cases: Iterable[Case]) -> list[tuple[str, list[Case]]]:
    ordered = sorted(cases, key=lambda case: case.campaign)
    return [(campaign, list(group)) for campaign, group in groupby(ordered, key=lambda case: case.campaign)]


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
