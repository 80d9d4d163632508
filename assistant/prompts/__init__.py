"""What models are told: one text file a task, read like copy and reviewed like code."""

import hashlib
from functools import cache
from importlib.resources import files


@cache
def prompt(name: str) -> str:
    """The text of a prompt, by the name of its file without the ending."""
    return (files(__name__) / f"{name}.txt").read_text(encoding="utf-8").strip()


@cache
def prompts_version() -> str:
    """A hash over all prompts, to tell which ones an answer was written with."""
    told = hashlib.sha256()
    for file in sorted(files(__name__).iterdir(), key=lambda entry: entry.name):
        if file.name.endswith(".txt"):
            told.update(file.name.encode() + b"\0" + file.read_bytes() + b"\0")
    return told.hexdigest()[:12]
