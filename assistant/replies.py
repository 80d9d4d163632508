"""The assistant's own words around what it quotes. They stand in replies.toml."""

import tomllib
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from assistant.domain import Sentence
from knowledge.domain import Contact

_FILE = Path(__file__).with_name("replies.toml")
_COUNTS = "no one two three four five six seven eight nine ten eleven twelve".split()


class _Words(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _LeadIns(_Words):
    one: str
    several: str
    list: str
    differing: str
    disputed: str


class _Missing(_Words):
    named: str
    asked: str
    unchecked: str
    nearest: str


class _ContactWords(_Words):
    named: str
    email: str
    url: str
    page: str
    nobody: str


class _Unavailable(_Words):
    text: str


class Replies(_Words):
    """What replies.toml holds."""

    lead_in: _LeadIns
    missing: _Missing
    contact: _ContactWords
    unavailable: _Unavailable

    def about_list(self, count: int) -> str:
        """The words that lead into a list of `count` points."""
        return self.lead_in.list.format(count=_COUNTS[count] if count < len(_COUNTS) else count)

    def about_missing(self, missing: Sequence[str]) -> str:
        """Plain words for what the pack does not say; see `missing.missing_words` for the two forms."""
        named = [what for what in missing if not what.startswith("“")]
        quoted = [what.strip("“”") for what in missing if what.startswith("“")]
        said = [self.missing.named.format(what=_either(named))] if named else []
        return " ".join(said + [self.missing.asked.format(question=question) for question in quoted])

    def whom_to_ask(self, contact: Contact, *, page: str) -> str:
        """Whom a candidate can ask; what the campaign does not give is left out."""
        name = contact.name or self.contact.nobody
        if contact.email:
            return self.contact.email.format(name=name, email=contact.email)
        if address := contact.url or page:
            return self.contact.url.format(name=name, url=address)
        return self.contact.page.format(name=name)


@cache
def replies() -> Replies:
    """The words of replies.toml."""
    return Replies.model_validate(tomllib.loads(_FILE.read_text(encoding="utf-8")))


def whole_text(lead_in: str, sentences: Sequence[Sentence], *after: str) -> str:
    """All that is said, as plain text: one sentence a line, so that a list stays one."""
    return "\n".join(part for part in (lead_in, *(sentence.text for sentence in sentences), *after) if part)


def _either(named: Sequence[str]) -> str:
    return named[0] if len(named) == 1 else ", ".join(named[:-1]) + " or " + named[-1]
