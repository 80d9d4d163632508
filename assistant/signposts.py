"""The fixed replies: where their wording comes from, and that it is whole. Knows nothing of when one is given."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from assistant.domain import Outcome, Refusal, Rule

DEFAULTS = Path(__file__).with_name("signposts.toml")


class SignpostsError(Exception):
    """A signposts file can't be used; the message names the file, the entry and the remedy."""


class Reply(StrEnum):
    """The fixed replies, as signposts.toml names them."""

    CHILD_AT_RISK = "child_at_risk"
    CRISIS = "crisis"
    PERSONAL_DATA = "personal_data"
    INSTRUCTIONS = "instructions"
    OWN_CHANCES = "own_chances"
    DRAFTING = "drafting"
    OFF_TOPIC = "off_topic"
    GREETED = "greeted"
    THANKED = "thanked"
    FAREWELL = "farewell"
    INTRODUCED = "introduced"
    CLARIFY = "clarify"
    WITHHELD = "withheld"


_OUTCOMES = dict.fromkeys(Reply, Outcome.DECLINED) | {
    Reply.CHILD_AT_RISK: Outcome.SIGNPOSTED,
    Reply.CRISIS: Outcome.SIGNPOSTED,
    Reply.GREETED: Outcome.GREETED,
    Reply.THANKED: Outcome.GREETED,
    Reply.FAREWELL: Outcome.GREETED,
    Reply.INTRODUCED: Outcome.GREETED,
    Reply.CLARIFY: Outcome.CLARIFY,
}


class Link(BaseModel):
    """Something a page can show as a button."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    label: str = Field(min_length=1)
    url: str = Field(pattern=r"^(https://|tel:|sms:|mailto:)\S+$")


class Signpost(BaseModel):
    """One fixed reply, and the date by which its owner reads it again."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)

    outcome: Outcome
    review: date
    text: str = Field(min_length=1)
    links: tuple[Link, ...] = ()


@dataclass(frozen=True, slots=True)
class Signposts:
    """Every fixed reply, and the words that are never shown."""

    replies: Mapping[Reply, Signpost]
    forbidden: tuple[str, ...] = ()

    def refusal(self, reply: Reply) -> Refusal:
        """The reply as what ends a question; its rule is None when the reply is none of the rules."""
        signpost = self.replies[reply]
        rule = Rule(reply.value) if reply.value in set(Rule) else None
        return Refusal(outcome=signpost.outcome, rule=rule, text=signpost.text)

    def links(self, rule: Rule | None) -> tuple[Link, ...]:
        """The links of a rule's reply; none for an answer that no rule made."""
        return self.replies[Reply(rule.value)].links if rule else ()

    def overdue(self, today: date) -> tuple[Reply, ...]:
        """The replies whose review date has passed."""
        return tuple(reply for reply in Reply if self.replies[reply].review < today)


def load_signposts(folder: Path) -> Signposts:
    """The replies of a campaign's folder over the default ones. SignpostsError says what is wrong with which entry."""
    defaults = _read(DEFAULTS)
    own = _read(folder / "signposts.toml") if (folder / "signposts.toml").is_file() else Signposts({})
    missing = [reply.value for reply in Reply if reply not in defaults.replies]
    if missing:
        raise SignpostsError(f"{DEFAULTS} has no entry for {', '.join(missing)}: add it")
    return Signposts({**defaults.replies, **own.replies}, tuple(dict.fromkeys((*defaults.forbidden, *own.forbidden))))


class _File(BaseModel):
    """A signposts file as it was written: its entries, beside the list of forbidden words."""

    model_config = ConfigDict(extra="forbid")

    forbidden: tuple[str, ...] = ()
    replies: dict[Reply, Signpost]


def _read(path: Path) -> Signposts:
    try:
        written = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SignpostsError(f"{path} can't be read as TOML: {error}") from error
    top = {"forbidden": written.pop("forbidden")} if "forbidden" in written else {}
    unknown = [name for name in written if name not in set(Reply)]
    if unknown:
        known = ", ".join(Reply)
        raise SignpostsError(f"{path} has the unknown key {', '.join(unknown)}: use one of forbidden, {known}")
    try:
        file = _File.model_validate({**top, "replies": written})
    except ValidationError as error:
        raise SignpostsError(f"{path}: {_complaints(error)}") from error
    _check_outcomes(path, file.replies)
    return Signposts(file.replies, file.forbidden)


def _complaints(error: ValidationError) -> str:
    def one(problem: Any) -> str:
        place = ".".join(str(step) for step in problem["loc"] if step not in ("replies", "[key]"))
        return f"{place}: {problem['msg']}"

    return "; ".join(one(problem) for problem in error.errors())


def _check_outcomes(path: Path, replies: Mapping[Reply, Signpost]) -> None:
    for reply, signpost in replies.items():
        if signpost.outcome is not _OUTCOMES[reply]:
            raise SignpostsError(
                f'{path}: {reply}.outcome is "{signpost.outcome}"; such a reply is always "{_OUTCOMES[reply]}"'
            )
