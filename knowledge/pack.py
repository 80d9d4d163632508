"""A folder becomes a Pack: campaign.toml and the documents beside it, all of them or an error that names the fault."""

import difflib
import hashlib
import re
import tomllib
import unicodedata
from collections import Counter
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from knowledge.domain import Campaign, Contact, Pack, PackDocument
from knowledge.reading import KINDS, read_file
from knowledge.reading.cleaning import clean
from knowledge.reading.elements import HeadedText, ReadingError

CAMPAIGN_FILE = "campaign.toml"
_BESIDE_DOCUMENTS = {CAMPAIGN_FILE, "signposts.toml", "thumbs.db", "desktop.ini"}

_Text = Annotated[str, Field(description='text in quotes, like "Panel members"')]
_Day = Annotated[date | None, Field(description="a date without quotes, like 2025-11-30")]
_Url = Annotated[
    str, Field(pattern=r"^$|^https?://\S+$", description='an address in quotes, like "https://www.gov.uk/panel"')
]
_Email = Annotated[
    str,
    Field(
        pattern=r"^$|^[^@\s]+@[^@\s]+\.[^@\s]+$", description='an e-mail address in quotes, like "panel@example.gov.uk"'
    ),
]
_Line = Literal["stated", "silent"]
_A_LINE = '"stated" or "silent"'


class PackError(Exception):
    """A pack can't be read; the message names the file, what is wrong and the remedy."""


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class _ContactTable(_Table):
    name: _Text = ""
    email: _Email = ""
    url: _Url = ""


class _DocumentTable(_Table):
    file: _Text
    title: _Text = ""
    dated: _Day = None
    amends: _Text = ""


class _CampaignFile(_Table):
    name: _Text = ""
    body: _Text = ""
    page: _Url = ""
    contact: Annotated[_ContactTable, Field(description="a table with name, email and url")] = _ContactTable()
    starters: Annotated[list[_Text], Field(description='a list of questions, like ["What is the role?"]')] = []
    opens: _Day = None
    closes: _Day = None
    documents: Annotated[list[_DocumentTable], Field(description="tables [[documents]] with a file each")] = []
    fact_sheet: Annotated[
        dict[str, _Line], Field(description=f"a table [fact_sheet] of things that candidates ask about, each {_A_LINE}")
    ] = {}


def load_pack(folder: Path) -> Pack:
    """The campaign and every document of the folder, the listed ones first, then the others by name."""
    campaign_file = _read_campaign(folder)
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


def fact_sheet_lines(folder: Path) -> tuple[tuple[str, str], ...]:
    """What campaign.toml says that the pack states, or is silent on; which things there are is not known here."""
    return tuple(_read_campaign(folder).fact_sheet.items())


def advice(folder: Path) -> str | None:
    """One line on what could be added to the folder, or None when nothing is missing."""
    given = _read_campaign(folder)
    missing = [key for key in ("name", "body", "page") if not getattr(given, key)]
    missing += [] if given.contact.email or given.contact.url else ["[contact]"]
    missing += [key for key in ("starters", "closes") if not getattr(given, key)]
    if not missing:
        return None
    verb = "could also give" if (folder / CAMPAIGN_FILE).is_file() else "is not there; it could give"
    return f"{folder / CAMPAIGN_FILE} {verb}: {', '.join(missing)}"


def _read_campaign(folder: Path) -> _CampaignFile:
    if not folder.is_dir():
        raise PackError(f"{folder} is not a folder: set PACK_DIR to the folder that holds the pack's documents")
    path = folder / CAMPAIGN_FILE
    if not path.is_file():
        return _CampaignFile()
    try:
        given = _CampaignFile.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise PackError(f"{path} is not TOML in UTF-8: {error}") from error
    except ValidationError as error:
        raise PackError(f"{path}: {'; '.join(_faults(error))}") from error
    if given.opens and given.closes and given.opens > given.closes:
        raise PackError(f"{path}: opens ({given.opens}) is later than closes ({given.closes}): put them right")
    return given


def _faults(error: ValidationError) -> list[str]:
    """Each wrong key with what was expected."""
    faults = []
    for fault in error.errors(include_url=False):
        place = ".".join(str(part + 1) if isinstance(part, int) else part for part in fault["loc"])
        fields = _fields_at(fault["loc"])
        last = fault["loc"][-1]
        if fault["type"] == "extra_forbidden":
            near = difflib.get_close_matches(str(last), fields, n=1)
            meant = f", did you mean {near[0]}?" if near else ""
            faults.append(f"{place} is not a key it knows{meant} (known here: {', '.join(fields)})")
        elif fault["type"] == "missing":
            faults.append(f"{place} is missing: expected {fields[str(last)]}")
        else:
            named = [str(part) for part in fault["loc"] if isinstance(part, str)]
            faults.append(f"{place}: expected {fields.get(named[-1], 'something else')}, found {fault['input']!r}")
    return faults


def _fields_at(location: tuple[int | str, ...]) -> dict[str, str]:
    """The keys of the table that a place in the file belongs to, with what each expects."""
    if location[0] == "fact_sheet" and len(location) > 1:
        return {str(location[1]): _A_LINE}
    table: type[_Table] = _CampaignFile
    if location[0] == "contact" and len(location) > 1:
        table = _ContactTable
    if location[0] == "documents" and len(location) > 2:
        table = _DocumentTable
    return {name: field.description or "text in quotes" for name, field in table.model_fields.items()}


def _files(folder: Path, listed: Sequence[_DocumentTable]) -> list[Path]:
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


def _document(document_id: str, name: str, text: HeadedText, entry: _DocumentTable | None) -> PackDocument:
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


def _campaign(folder: Path, given: _CampaignFile, first_heading: str) -> Campaign:
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
    )


def _version(folder: Path, files: Sequence[Path]) -> str:
    """16 hex figures over the names and bytes of all that was read."""
    campaign = folder / CAMPAIGN_FILE
    read = [*([campaign] if campaign.is_file() else []), *files]
    return _hash("\n".join(f"{_name(folder, path)} {_hash(path.read_bytes())}" for path in read).encode())[:16]


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
