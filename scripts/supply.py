"""What this product is made of, from the lock and what is installed: python -m scripts.supply (sbom | licences)

`sbom` prints a CycloneDX 1.6 document; `licences` writes docs/licences.md. Neither asks the network.
"""

import json
import re
import sys
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from importlib.metadata import PackageNotFoundError, metadata
from pathlib import Path
from typing import Any, Final
from uuid import NAMESPACE_URL, uuid5

from assistant import __version__
from assistant.settings import ROOT

LICENCES: Final = ROOT / "docs/licences.md"
UNKNOWN: Final = "not installed where this list was made"
_PIN: Final = re.compile(r"^([A-Za-z0-9._-]+)==(\S+)((?:[^\n]*\\\n)*[^\n]*)", re.MULTILINE)
_HASH: Final = re.compile(r"--hash=sha256:([0-9a-f]{64})")
_CLASSIFIED: Final = "License :: "
_HEAD: Final = """# Licences

Made by `make licences` from `requirements.lock` and the installed packages; a test holds that every package of the lock
stands here. What is only for other systems, or for development, is listed too. Nothing has to be used under the GPL or
the AGPL: psycopg and python-stdnum are under the LGPL, used as libraries and unchanged; pyphen and text-unidecode
(development) offer others beside the GPL. axe-playwright-python says its licence only in a file (MIT).

| package | version | licence |
| --- | --- | --- |
"""


@dataclass(frozen=True)
class Locked:
    """A package of the lock; `hashes` are those of its files, any of which may be what is installed."""

    name: str
    version: str
    hashes: tuple[str, ...]

    @property
    def purl(self) -> str:
        return f"pkg:pypi/{self.name.lower().replace('_', '-')}@{self.version}"


def locked(lock: str) -> tuple[Locked, ...]:
    """Every package that a lock names."""
    found = (Locked(name, version, tuple(_HASH.findall(rest))) for name, version, rest in _PIN.findall(lock))
    return tuple(sorted(found, key=lambda one: one.name))


def licence(name: str) -> str:
    """As the package says it, in its own words: an SPDX expression, a classifier, or the first line of a text."""
    try:
        said = metadata(name)
    except PackageNotFoundError:
        return UNKNOWN
    if expression := said.get_all("License-Expression", []):
        return str(expression[0])
    classifiers = said.get_all("Classifier", [])
    classified = [line.rsplit(" :: ", 1)[-1] for line in classifiers if line.startswith(_CLASSIFIED)]
    if classified and classified != ["OSI Approved"]:
        return ", ".join(classified)
    lines = "".join(said.get_all("License", [])).strip().splitlines()
    return lines[0][:80] if lines else "not said"


def sbom() -> dict[str, Any]:
    """A CycloneDX document: the locked packages, what builds the pages, and the models that lie in this repository."""
    components = [*_packages(), *_page_packages(), *_models()]
    serial = uuid5(NAMESPACE_URL, json.dumps(components, sort_keys=True))
    return {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{serial}",
        "version": 1,
        "metadata": {"component": {"type": "application", "name": _project()["name"], "version": __version__}},
        "components": components,
    }


def licences(before: str = "") -> str:
    """The page. Where a package is not installed here, what the page said of it before stays."""
    known = dict(re.findall(r"^\| (\S+) \| \S+ \| (.+) \|$", before, re.MULTILINE))
    lines = []
    for one in locked((ROOT / "requirements.lock").read_text(encoding="utf-8")):
        found = licence(one.name)
        lines.append(f"| {one.name} | {one.version} | {known.get(one.name, found) if found == UNKNOWN else found} |\n")
    return _HEAD + "".join(lines)


def _packages() -> Iterator[dict[str, Any]]:
    for one in locked((ROOT / "requirements.lock").read_text(encoding="utf-8")):
        found = licence(one.name)
        named = [] if found in (UNKNOWN, "not said") else [{"license": {"name": found}}]
        hashes = [{"type": "distribution", "url": one.purl, "hashes": _hashes(one.hashes)}] if one.hashes else []
        yield {
            "type": "library",
            "bom-ref": one.purl,
            "name": one.name,
            "version": one.version,
            "purl": one.purl,
            "licenses": named,
            "externalReferences": hashes,
        }


def _page_packages() -> Iterator[dict[str, Any]]:
    packages = json.loads((ROOT / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    for place, one in packages.items():
        if place and not one.get("dev"):
            name = place.rsplit("node_modules/", 1)[-1]
            purl = f"pkg:npm/{name.replace('@', '%40')}@{one['version']}"
            yield {
                "type": "library",
                "bom-ref": f"{purl}#{place}",
                "name": name,
                "version": one["version"],
                "purl": purl,
            }


def _models() -> Iterator[dict[str, Any]]:
    for path in sorted([*ROOT.glob("knowledge/**/*.onnx"), *ROOT.glob("assistant/**/*.onnx")]):
        place = path.relative_to(ROOT).as_posix()
        digest = sha256(path.read_bytes()).hexdigest()
        yield {"type": "machine-learning-model", "bom-ref": place, "name": place, "hashes": _hashes([digest])}


def _hashes(digests: Sequence[str]) -> list[dict[str, str]]:
    return [{"alg": "SHA-256", "content": digest} for digest in digests]


def _project() -> dict[str, Any]:
    found: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return found


def main(arguments: Sequence[str]) -> int:
    if arguments == ["sbom"]:
        print(json.dumps(sbom(), indent=1))
        return 0
    if arguments == ["licences"]:
        LICENCES.write_text(licences(_read(LICENCES)), encoding="utf-8")
        return 0
    print(__doc__, file=sys.stderr)
    return 2


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.is_file() else ""


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
