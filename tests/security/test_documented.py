"""What docs/security.md names is there: every test, script and command, and a row for each of the 39 threats."""

import re

from assistant.settings import ROOT

PAGE = (ROOT / "docs/security.md").read_text(encoding="utf-8")
ROWS = re.findall(r"^\| (\d+) \|(.+)\|$", PAGE, re.MULTILINE)


def test_every_threat_has_its_row_with_a_figure() -> None:
    assert [int(number) for number, _ in ROWS] == list(range(1, 40))
    assert [number for number, row in ROWS if len([cell for cell in row.split(" | ") if cell.strip()]) != 6] == []


def test_every_test_that_is_named_is_there() -> None:
    there = {
        name
        for file in (ROOT / "tests").rglob("test_*.py")
        for name in re.findall(r"def (test_\w+)", file.read_text(encoding="utf-8"))
    }
    named = set(re.findall(r"`(test_\w+)`", PAGE))

    assert len(named) > 80
    assert named - there == set()


def test_every_script_target_and_place_that_is_named_is_there() -> None:
    targets = re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    scripts = set(re.findall(r"`scripts\.(\w+)", PAGE))
    files = set(re.findall(r"`((?:assistant|knowledge|deploy|tests|scripts)/[\w./]+|[\w.]+\.(?:py|lock))`", PAGE))

    assert [name for name in scripts if not (ROOT / "scripts" / f"{name}.py").is_file()] == []
    assert [name for name in re.findall(r"`make (\w+)`", PAGE) if name not in targets] == []
    assert [name for name in files if "/" in name and not (ROOT / name).exists()] == []
