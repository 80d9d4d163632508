"""Pages from templates and the file of words. Everything that goes into a page is escaped."""

import re
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from jinja2 import Environment, FileSystemLoader, PackageLoader, PrefixLoader, StrictUndefined
from markupsafe import Markup, escape

from assistant.web.assets import console_stylesheet, icon, script, stylesheet
from assistant.web.service import Link
from assistant.web.words import ENGLISH, checked_in, day_in, moment_in, words_in

HERE = Path(__file__).parent

_MACROS: Final = {
    "govukBackLink": "back-link",
    "govukButton": "button",
    "govukCheckboxes": "checkboxes",
    "govukDateInput": "date-input",
    "govukDetails": "details",
    "govukErrorSummary": "error-summary",
    "govukFileUpload": "file-upload",
    "govukGenericHeader": "generic-header",
    "govukInput": "input",
    "govukInsetText": "inset-text",
    "govukNotificationBanner": "notification-banner",
    "govukPagination": "pagination",
    "govukPhaseBanner": "phase-banner",
    "govukRadios": "radios",
    "govukSelect": "select",
    "govukSkipLink": "skip-link",
    "govukSummaryList": "summary-list",
    "govukTable": "table",
    "govukTag": "tag",
    "govukTextarea": "textarea",
    "govukWarningText": "warning-text",
}

_SHORT_QUOTE: Final = 8
_ENDS: Final = 4


def render(template: str, *, language: str = ENGLISH, **values: Any) -> str:
    """A page; a value that a template needs and is not given is an error."""
    words = words_in(language)
    return _environment().get_template(template).render(values, words=words)


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
        Markup('<a class="govuk-link" href="{}">{}</a>').format(numbers[piece.replace(" ", "")], piece)
        if place % 2
        else escape(piece)
        for place, piece in enumerate(pieces)
    )


def at_words(url: str, quoted: str) -> str:
    """The address of a passage, with the words of it that a browser should mark: a text fragment.

    Of a long quote only its ends are named; the element goes by the same rule.
    """
    words = quoted.split()
    ends = [words] if len(words) <= _SHORT_QUOTE else [words[:_ENDS], words[-_ENDS:]]
    # A dash has a meaning of its own in a text fragment.
    named = ",".join(quote(" ".join(end), safe="!~*'()").replace("-", "%2D") for end in ends)
    return f"{url}:~:text={named}"


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
    environment.globals |= {"icon": icon, "script": script, "stylesheet": stylesheet} | _macros()
    environment.globals["console_stylesheet"] = console_stylesheet
    environment.filters |= {
        "at_words": at_words,
        "checked_in": lambda day, words: checked_in(words, day),
        "moment_in": lambda moment, words: moment_in(words, moment),
        "day_in": lambda day, words: day_in(words, day),
        "dialled": dialled,
        "paragraphs": paragraphs,
    }
    return environment


def _macros() -> dict[str, Any]:
    """GOV.UK Frontend's components. They ask for parameters that were not given, so they have lenient rules."""
    name = "govuk_frontend_jinja"
    lenient = Environment(loader=PrefixLoader({name: PackageLoader(name)}), autoescape=True)
    return {
        macro: getattr(lenient.get_template(f"{name}/components/{component}/macro.html").module, macro)
        for macro, component in _MACROS.items()
    }
