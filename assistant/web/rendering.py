"""Pages from templates and the file of words. Everything that goes into a page is escaped."""

import hashlib
import re
import tomllib
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from assistant.web.service import Link

HERE = Path(__file__).parent

WORDS: Mapping[str, Mapping[str, str]] = tomllib.loads((HERE / "words.en.toml").read_text(encoding="utf-8"))
"""Every word of the pages, by section and name."""


def render(template: str, **values: Any) -> str:
    """A page; a value that a template needs and is not given is an error."""
    return _environment().get_template(template).render(values)


def paragraphs(text: str) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """The paragraphs ("p") and lists ("ul", its items after "- ") of a plain text, in order."""
    parts: list[tuple[str, tuple[str, ...]]] = []
    for line in filter(None, map(str.strip, text.splitlines())):
        kind, words = ("ul", line[2:].strip()) if line.startswith("- ") else ("p", line)
        if parts and parts[-1][0] == kind == "ul":
            parts[-1] = (kind, (*parts[-1][1], words))
        else:
            parts.append((kind, (words,)))
    return tuple(parts)


def dialled(text: str, links: Sequence[Link]) -> Markup:
    """The text with each number that one of the links would dial made into that link."""
    numbers = {"".join(re.findall(r"\d", link.url.partition("?")[0])): link.url for link in links if _dials(link)}
    if not numbers:
        return escape(text)
    wanted = "|".join(" ?".join(number) for number in sorted(numbers, key=len, reverse=True))
    pieces = re.split(rf"(?<!\d)({wanted})(?!\d)", text)
    return Markup("").join(
        Markup('<a href="{}">{}</a>').format(numbers[piece.replace(" ", "")], piece) if place % 2 else escape(piece)
        for place, piece in enumerate(pieces)
    )


def _dials(link: Link) -> bool:
    return link.url.startswith(("tel:", "sms:"))


@lru_cache(maxsize=1)
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    style = (HERE / "static" / "style.css").read_bytes()
    environment.globals["words"] = WORDS
    environment.globals["style"] = f"/static/style.css?{hashlib.sha256(style).hexdigest()[:12]}"
    environment.filters["paragraphs"] = paragraphs
    environment.filters["dialled"] = dialled
    return environment
