"""A folder becomes a Pack: campaign.toml and the documents beside it, all of them or an error that names the fault."""

import difflib
import hashlib
import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from knowledge.campaign_file import CAMPAIGN_FILE, CampaignFile, DocumentTable, PackError, read_campaign
from knowledge.domain import Campaign, Contact, Pack, PackDocument
from knowledge.reading import KINDS, read_file
from knowledge.reading.cleaning import clean
from knowledge.reading.elements import HeadedText, ReadingError

__all__ = [
    "CAMPAIGN_FILE",
    "SIGNPOSTS_FILE",
    "PackError",
    "advice",
    "campaign_id",
    "fact_sheet_lines",
    "load_pack",
    "pack_files",
]

SIGNPOSTS_FILE = "signposts.toml"
"""The fixed replies. They lie beside the documents and are read by whoever gives them."""

_BESIDE_DOCUMENTS = {CAMPAIGN_FILE, SIGNPOSTS_FILE, "thumbs.db", "desktop.ini"}


def load_pack(folder: Path) -> Pack:
    """The campaign and every document of the folder, the listed ones first, then the others by name."""
    campaign_file = read_campaign(folder)
    files = _files(folder, campaign_file.documents)
    texts = [_read(path) for path in files]
    ids = _document_ids([_name(folder, path) for path in files])
    listed = {entry.file: entry for entry in campaign_file.documents}
    documents = tuple(
        _document(document_id, _name(folder, path), text, listed.get(_name(folder, path)))
        for document_id, path, text in zip(ids, files, texts, strict=True)
    )
    return Pack(
        _campaign(folder, campaign_file, documents[0].title),
        _with_amendments(folder, documents),
        _version(folder, files),
    )


def campaign_id(folder: Path) -> str:
    """What the campaign of a folder is called in addresses and on disk."""
    return _slug(folder.resolve().name)


def pack_files(folder: Path) -> dict[str, Path]:
    """All that makes up the pack of a folder, by its name there: its documents, and the two files beside them."""
    documents = _files(folder, read_campaign(folder).documents)
    beside = [path for name in (CAMPAIGN_FILE, SIGNPOSTS_FILE) if (path := folder / name).is_file()]
    return {_name(folder, path): path for path in (*beside, *documents)}


def fact_sheet_lines(folder: Path) -> tuple[tuple[str, str], ...]:
    """What campaign.toml says that the pack states, or is silent on; which things there are is not known here."""
    return tuple(read_campaign(folder).fact_sheet.items())


def advice(folder: Path) -> str | None:
    """One line on what could be added to the folder, or None when nothing is missing."""
    given = read_campaign(folder)
    missing = [key for key in ("name", "body", "page") if not getattr(given, key)]
    missing += [] if given.contact.email or given.contact.url else ["[contact]"]
    missing += [key for key in ("starters", "closes") if not getattr(given, key)]
    if not missing:
        return None
    verb = "could also give" if (folder / CAMPAIGN_FILE).is_file() else "is not there; it could give"
    return f"{folder / CAMPAIGN_FILE} {verb}: {', '.join(missing)}"


def _files(folder: Path, listed: Sequence[DocumentTable]) -> list[Path]:
    found = {_name(folder, path): path for path in sorted(folder.rglob("*")) if path.is_file()}
    names = [entry.file for entry in listed]
    for name, times in Counter(names).items():
        if name not in found:
            near = difflib.get_close_matches(name, found, n=1)
            meant = f" (there is {near[0]})" if near else ""
            raise PackError(f"{folder / CAMPAIGN_FILE}: documents names {name}, which is not in the folder{meant}")
        if times > 1:
            raise PackError(f"{folder / CAMPAIGN_FILE}: documents names {name} twice: keep one")
    others = [name for name in found if name not in names and _is_document(name)]
    files = [found[name] for name in [*names, *others]]
    if not files:
        raise PackError(f"{folder} holds no documents: put the pack's files there ({', '.join(sorted(KINDS))})")
    for path in files:
        if path.suffix.lower() not in KINDS:
            known = ", ".join(dict.fromkeys(KINDS.values()))
            raise PackError(f"{path} is of an unknown kind: save it as one of {known}, or take it out of the folder")
    return files


def _is_document(name: str) -> bool:
    """Hidden files, Word's lock files, and a README that is not listed belong to the folder, not to the pack."""
    parts = name.split("/")
    if any(part.startswith((".", "~$")) for part in parts):
        return False
    return parts[-1].lower() not in _BESIDE_DOCUMENTS and Path(name).stem.lower() != "readme"


def _read(path: Path) -> HeadedText:
    try:
        return read_file(path)
    except (ReadingError, OSError) as error:
        raise PackError(f"{path}: {error}") from error


def _name(folder: Path, path: Path) -> str:
    return path.relative_to(folder).as_posix()


def _slug(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-") or "document"


def _document_ids(names: Sequence[str]) -> list[str]:
    """A slug of each file's name; files that differ only in their ending keep it, so that no id hangs on the others."""
    short = [_slug(str(Path(name).with_suffix(""))) for name in names]
    ids = [_slug(name) if short.count(slug) > 1 else slug for name, slug in zip(names, short, strict=True)]
    if len(set(ids)) == len(ids):
        return ids
    # Names such as "a b.md" and "a-b.md": a few figures of their hash tell them apart.
    return [
        f"{slug}-{_hash(name.encode())[:6]}" if ids.count(slug) > 1 else slug
        for name, slug in zip(names, ids, strict=True)
    ]


def _document(document_id: str, name: str, text: HeadedText, entry: DocumentTable | None) -> PackDocument:
    title = (entry.title if entry else "") or text.title or clean(re.sub(r"[-_]+", " ", Path(name).stem)).capitalize()
    return PackDocument(
        document_id, title, name, text.blocks, entry.dated if entry else None, (entry.amends if entry else "") or None
    )


def _with_amendments(folder: Path, documents: Sequence[PackDocument]) -> tuple[PackDocument, ...]:
    """`amends` may give a file or an id; here it becomes an id."""
    known = {name: document.id for document in documents for name in (document.id, document.file)}
    checked = []
    for document in documents:
        amended = known.get(document.amends) if document.amends else None
        if document.amends and amended in (None, document.id):
            others = ", ".join(other.file for other in documents if other is not document) or "no other is there"
            raise PackError(
                f"{folder / CAMPAIGN_FILE}: {document.file} amends {document.amends},"
                f" which is no other document of the pack: expected one of its files ({others})"
            )
        checked.append(
            PackDocument(document.id, document.title, document.file, document.blocks, document.dated, amended)
        )
    return tuple(checked)


def _campaign(folder: Path, given: CampaignFile, first_heading: str) -> Campaign:
    contact = Contact(given.contact.name, given.contact.email, given.contact.url)
    return Campaign(
        id=campaign_id(folder),
        name=given.name or first_heading,
        body=given.body,
        page=given.page,
        contact=contact,
        starters=tuple(given.starters),
        opens=given.opens,
        closes=given.closes,
        fact_sheet=tuple(given.fact_sheet.items()),
        site=given.site.site(),
    )


def _version(folder: Path, files: Sequence[Path]) -> str:
    """16 hex figures over the names and bytes of all that was read."""
    campaign = folder / CAMPAIGN_FILE
    read = [*([campaign] if campaign.is_file() else []), *files]
    return _hash("\n".join(f"{_name(folder, path)} {_hash(path.read_bytes())}" for path in read).encode())[:16]


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
