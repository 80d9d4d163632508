"""What the product is made of is known and listed. That it is pinned, and above known faults: test_architecture."""

import json
import os
import re
import subprocess
import sys

import pytest

from assistant.settings import ROOT
from assistant.wiring import _quiet_tracing
from scripts.supply import LICENCES, locked, sbom

LOCK = locked((ROOT / "requirements.lock").read_text(encoding="utf-8"))
LISTED = re.findall(r"^\| (\S+) \| (\S+) \| (.+) \|$", LICENCES.read_text(encoding="utf-8"), re.MULTILINE)
OTHERS_BESIDE = re.compile("LGPL|Lesser|Mozilla|Artistic|MIT|BSD|Apache")


def test_every_package_of_the_lock_is_in_the_list_of_licences() -> None:
    assert {(name, version) for name, version, _ in LISTED[2:]} == {(one.name, one.version) for one in LOCK}


def test_nothing_has_to_be_used_under_the_gpl() -> None:
    bound = [
        name
        for name, _, said in LISTED
        if re.search(r"\bA?GPL|General Public", said) and not OTHERS_BESIDE.search(said)
    ]

    assert bound == []


def test_the_bill_of_materials_names_every_package_with_its_hashes_and_every_model() -> None:
    made = sbom()

    by_purl = {one.get("purl"): one for one in made["components"]}
    assert (made["bomFormat"], made["specVersion"]) == ("CycloneDX", "1.6")
    assert all(by_purl[one.purl]["externalReferences"][0]["hashes"] for one in LOCK)
    assert any("govuk-frontend" in (purl or "") for purl in by_purl)
    models = [one for one in made["components"] if one["type"] == "machine-learning-model"]
    assert {one["name"] for one in models} >= {
        path.relative_to(ROOT).as_posix() for path in ROOT.glob("knowledge/*/*.onnx")
    }
    assert len({one["bom-ref"] for one in made["components"]}) == len(made["components"])


def test_the_bill_is_made_by_one_command_and_twice_the_same() -> None:
    made = [
        subprocess.run(
            [sys.executable, "-m", "scripts.supply", "sbom"], cwd=ROOT, capture_output=True, check=True
        ).stdout
        for _ in range(2)
    ]

    assert made[0] == made[1]
    assert json.loads(made[0])["components"]


@pytest.mark.parametrize("name", ["LANGSMITH_TRACING", "LANGCHAIN_TRACING_V2"])
def test_no_tracing_of_langchain_is_left_on(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv(name, "true")

    _quiet_tracing()

    assert name not in os.environ


def test_no_secret_stands_in_what_is_committed() -> None:
    secret = re.compile(
        rb"sk-(?:proj-)?[A-Za-z0-9]{20,}|-----BEGIN (?:RSA |EC )?PRIVATE KEY|AKIA[0-9A-Z]{16}|ghp_[A-Za-z0-9]{36}"
    )
    folders = ("assistant", "knowledge", "evals", "scripts", "deploy", "docs", "tests")

    found = [
        path.relative_to(ROOT).as_posix()
        for folder in folders
        for path in (ROOT / folder).rglob("*")
        if path.is_file() and path.stat().st_size < 1_000_000 and secret.search(path.read_bytes())
    ]

    assert found == []
