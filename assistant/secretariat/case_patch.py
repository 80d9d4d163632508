"""Cases as a patch for the repository: each is a line at the end of its kind's file."""

import json
from collections.abc import Sequence
from itertools import groupby
from pathlib import Path

from assistant.casebook import CaseLine

_AROUND = 3
"""Lines of the file that a patch shows before what it adds, by which git finds the place."""


def patch_for(campaign: str, cases: Sequence[CaseLine], folder: Path) -> str:
    """For `git apply`. `folder` is where the repository keeps cases, if it is here; cases that it has are left out."""
    ordered = sorted(cases, key=lambda case: (case.kind, case.id))
    parts = []
    for kind, its in groupby(ordered, key=lambda case: case.kind):
        file = folder / campaign / f"{kind}.jsonl"
        there = file.read_text(encoding="utf-8") if file.is_file() else ""
        known = {case.id for case in cases_in(there)}
        if added := [as_line(case) for case in its if case.id not in known]:
            parts.append(_appended(f"evals/cases/{campaign}/{file.name}", there, added))
    return "".join(parts)


def cases_there(campaign: str, folder: Path) -> list[CaseLine]:
    """The cases that the repository has of a campaign; none where it is not here."""
    files = sorted((folder / campaign).glob("*.jsonl"))
    return [case for file in files for case in cases_in(file.read_text(encoding="utf-8"))]


def cases_in(text: str) -> list[CaseLine]:
    # Not splitlines: that would also cut at the odd separators that a question may hold.
    return [CaseLine.model_validate_json(line) for line in text.split("\n") if line.strip()]


def as_line(case: CaseLine) -> str:
    """A case as it stands in its file, in the order and with the spaces of those that are there."""
    return json.dumps(case.model_dump(mode="json"), ensure_ascii=False)


def _appended(path: str, there: str, added: Sequence[str]) -> str:
    head = f"diff --git a/{path} b/{path}\n"
    new = "".join(f"+{line}\n" for line in added)
    if not there:
        return f"{head}new file mode 100644\n--- /dev/null\n+++ b/{path}\n@@ -0,0 +1,{len(added)} @@\n{new}"
    lines = there.removesuffix("\n").split("\n")
    shown = lines[-_AROUND:]
    first = len(lines) - len(shown) + 1
    around = "".join(f" {line}\n" for line in shown)
    if not there.endswith("\n"):
        # The last line gets the end that it lacks.
        around = "".join(f" {line}\n" for line in shown[:-1])
        around += f"-{shown[-1]}\n\\ No newline at end of file\n+{shown[-1]}\n"
    counts = f"@@ -{first},{len(shown)} +{first},{len(shown) + len(added)} @@\n"
    return f"{head}--- a/{path}\n+++ b/{path}\n{counts}{around}{new}"
