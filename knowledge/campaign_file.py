"""campaign.toml: what a secretariat may say about a campaign and its pages, read strictly, with each fault named."""

import difflib
import tomllib
from datetime import date
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from knowledge.domain import Site

CAMPAIGN_FILE = "campaign.toml"

LEAST_CONTRAST = 4.5
"""Between text and what it stands on, for text of a common size (WCAG 2.2, 1.4.3)."""

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
_Colour = Annotated[
    str,
    Field(
        pattern=r"^$|^#[0-9a-fA-F]{6}$",
        description=f'a colour like "#1b4f72" that white text can be read on (a contrast of {LEAST_CONTRAST} or more)',
    ),
    AfterValidator(lambda colour: _dark(colour)),
]
_Origin = Annotated[str, Field(pattern=r"^https://[^\s/*]+$|^http://(localhost|127\.0\.0\.1)(:\d+)?$")]
_Line = Literal["stated", "silent"]
_A_LINE = '"stated" or "silent"'


class PackError(Exception):
    """A pack can't be read; the message names the file, what is wrong and the remedy."""


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class ContactTable(_Table):
    name: _Text = ""
    email: _Email = ""
    url: _Url = ""


class DocumentTable(_Table):
    file: _Text
    title: _Text = ""
    dated: _Day = None
    amends: _Text = ""


class SiteTable(_Table):
    reply_time: Annotated[str, Field(description='when they reply, in quotes, like "within 2 working days"')] = ""
    feedback_reader: Annotated[str, Field(description='who reads it, in quotes, like "The secretariat"')] = ""
    owner: Annotated[str, Field(description='who answers for the service, in quotes, like "The Panel"')] = ""
    colour: _Colour = ""
    allowed_origins: Annotated[
        list[_Origin], Field(description='a list of sites that may show it, like ["https://www.example.gov.uk"]')
    ] = []
    phase: Annotated[Literal["alpha", "beta", "live"], Field(description='"alpha", "beta" or "live"')] = "beta"

    def site(self) -> Site:
        return Site(**self.model_dump() | {"allowed_origins": tuple(self.allowed_origins)})


class CampaignFile(_Table):
    name: _Text = ""
    body: _Text = ""
    page: _Url = ""
    contact: Annotated[ContactTable, Field(description="a table with name, email and url")] = ContactTable()
    starters: Annotated[list[_Text], Field(description='a list of questions, like ["What is the role?"]')] = []
    opens: _Day = None
    closes: _Day = None
    documents: Annotated[list[DocumentTable], Field(description="tables [[documents]] with a file each")] = []
    fact_sheet: Annotated[
        dict[str, _Line], Field(description=f"a table [fact_sheet] of things that candidates ask about, each {_A_LINE}")
    ] = {}
    site: Annotated[SiteTable, Field(description="a table [site] of things about the pages")] = SiteTable()


def read_campaign(folder: Path) -> CampaignFile:
    """What campaign.toml of the folder says; nothing at all when there is none. PackError names each wrong key."""
    if not folder.is_dir():
        raise PackError(f"{folder} is not a folder: set PACK_DIR to the folder that holds the pack's documents")
    path = folder / CAMPAIGN_FILE
    if not path.is_file():
        return CampaignFile()
    try:
        given = CampaignFile.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
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
    table: type[_Table] = CampaignFile
    if location[0] == "contact" and len(location) > 1:
        table = ContactTable
    if location[0] == "site" and len(location) > 1:
        table = SiteTable
    if location[0] == "documents" and len(location) > 2:
        table = DocumentTable
    return {name: field.description or "text in quotes" for name, field in table.model_fields.items()}


def contrast_with_white(colour: str) -> float:
    """How far "#" and six figures stand out from white, 1 to 21 (WCAG 2.2, relative luminance)."""
    red, green, blue = (_linear(int(colour[place : place + 2], 16) / 255) for place in (1, 3, 5))
    return 1.05 / (0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05)


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else float(((part + 0.055) / 1.055) ** 2.4)


def _dark(colour: str) -> str:
    if colour and contrast_with_white(colour) < LEAST_CONTRAST:
        raise ValueError("too light")
    return colour
