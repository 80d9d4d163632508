"""campaign.toml as text that people edit: what is wrong with it and on which line, and its entries for documents."""

import re
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

from knowledge.campaign_file import CAMPAIGN_FILE, PackError, read_campaign

_SECTION = re.compile(r"(?m)^(?=[ \t]*\[)")
_PLACE = re.compile(r"(?:^|; )(?P<place>[\w.-]+)(?=: | is )")


def fault_in(text: str) -> str:
    """What is wrong with the text, with its line where that is known; empty when it can be used."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / CAMPAIGN_FILE
        path.write_text(text, encoding="utf-8")
        try:
            read_campaign(Path(folder))
        except PackError as error:
            return _with_lines(text, str(error).replace(f"{path}: ", "").replace(f"{path} ", "This "))
    return ""


def without_entry(text: str, file: str) -> str:
    """The text without the [[documents]] table of a file."""
    return "".join(section for section in _SECTION.split(text) if not _is_entry(section, file))


def with_entry(text: str, file: str, *, title: str = "", dated: date | None = None) -> str:
    """The text with a [[documents]] table of a file at its end, in place of the one it had."""
    kept = without_entry(text, file).rstrip()
    lines = [f'file = "{file}"', f'title = "{title}"' if title else "", f"dated = {dated}" if dated else ""]
    entry = "\n".join(["[[documents]]", *filter(None, lines), ""])
    return f"{kept}\n\n{entry}" if kept else entry


def has_entry(text: str, file: str) -> bool:
    return any(_is_entry(section, file) for section in _SECTION.split(text))


def _is_entry(section: str, file: str) -> bool:
    named = re.search(r"""(?m)^[ \t]*file[ \t]*=[ \t]*["'](?P<file>[^"']*)["']""", section)
    return section.lstrip().startswith("[[documents]]") and named is not None and named["file"] == file


def _with_lines(text: str, faults: str) -> str:
    """Each key that is wrong, with the line it stands on."""

    def numbered(found: re.Match[str]) -> str:
        line = _line_of(text, found["place"].split("."))
        return found[0] + (f" (line {line})" if line else "")

    return _PLACE.sub(numbered, faults)


def _line_of(text: str, place: list[str]) -> int:
    """Of the last key that the place names; 0 where it stands on none of its own."""
    keys = [key for key in place if not key.isdigit()]
    entry = next((int(key) for key in place if key.isdigit()), 1)
    here, seen = "", 0
    for number, line in enumerate(text.splitlines(), start=1):
        if header := re.match(r"\s*\[+\s*([\w.-]+)\s*\]+", line):
            here, seen = header[1], seen + (header[1] == keys[0])
        inside = (here, seen) == (keys[0], entry) if len(keys) > 1 else not here
        if inside and re.match(rf"""\s*["']?{re.escape(keys[-1])}["']?\s*=""", line):
            return number
    return 0
