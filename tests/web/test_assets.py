"""What the pages load: addresses that change with the bytes, headers, sizes, and the plain style without a build."""

import base64
import gzip
import hashlib
import json
import logging
import re
from pathlib import Path

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from assistant.domain import Outcome
from assistant.web import assets
from assistant.web.assets import FOR_GOOD, asset_routes, load_assets, stylesheet

ROOT = Path(__file__).parents[2]
WEB = ROOT / "assistant" / "web"
BUILT = WEB / "static" / "built"
STYLES = [WEB / "static" / "style.css", BUILT / "site.css"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The files of a clean clone: nothing is built."""
    for name, content in {
        "static/style.css": "body { color: black }",
        "static/console.css": ".ra-card { color: black }",
        "static/icon.svg": "<svg xmlns='http://www.w3.org/2000/svg'/>",
        "element/role-assistant.js": "export const source = 1",
    }.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(content)
    return tmp_path


def build(folder: Path, style: str = "body{color:black}") -> None:
    (folder / "static" / "built").mkdir(exist_ok=True)
    (folder / "static" / "built" / "site.css").write_text(style)
    (folder / "static" / "built" / "role-assistant.js").write_text("export const built=1")


def client(folder: Path) -> TestClient:
    app = FastAPI()
    app.include_router(asset_routes(load_assets(folder)))
    return TestClient(app)


@pytest.fixture
def here(folder: Path, monkeypatch: pytest.MonkeyPatch) -> TestClient:
    """The folder in the place of the real one."""
    monkeypatch.setattr(assets, "_assets", lambda: load_assets(folder))
    return client(folder)


def test_an_address_holds_a_hash_of_the_bytes_and_changes_with_them(folder: Path) -> None:
    build(folder)
    before = load_assets(folder)
    build(folder, style="body{color:navy}")
    after = load_assets(folder)

    assert before.style.url == f"/static/site.{hashlib.sha256(b'body{color:black}').hexdigest()[:12]}.css"
    assert before.style.url != after.style.url
    assert before.script.url == after.script.url
    assert client(folder).get(before.style.url).status_code == 404


def test_browsers_may_keep_what_is_served_for_good_and_get_it_compressed_when_they_ask(folder: Path) -> None:
    build(folder)
    served = load_assets(folder)
    kinds = {served.style: "text/css", served.script: "text/javascript", served.icon: "image/svg+xml"}

    for asset, kind in kinds.items():
        plain = client(folder).get(asset.url, headers={"accept-encoding": "identity"})
        small = client(folder).get(asset.url, headers={"accept-encoding": "br, gzip"})
        assert plain.content == small.content == asset.content
        assert plain.headers["content-type"].split(";")[0] == kind
        assert plain.headers["cache-control"] == small.headers["cache-control"] == FOR_GOOD
        assert plain.headers["vary"] == "accept-encoding"
        assert "content-encoding" not in plain.headers
        assert small.headers["content-encoding"] == "gzip"


def test_other_sites_may_load_the_script_and_nothing_else(folder: Path) -> None:
    served = load_assets(folder)
    shared = {
        asset.url: client(folder).get(asset.url).headers.get("access-control-allow-origin")
        for asset in (served.style, served.script, served.icon)
    }

    assert shared == {served.style.url: None, served.script.url: "*", served.icon.url: None}
    assert client(folder).get(served.script.url).headers["cross-origin-resource-policy"] == "cross-origin"


def test_the_integrity_is_that_of_the_bytes_that_are_served(here: TestClient) -> None:
    algorithm, _, digest = assets.script_integrity().partition("-")

    assert algorithm == "sha384"
    assert base64.b64decode(digest) == hashlib.sha384(here.get(assets.script()).content).digest()
    assert assets.script_bytes() == here.get(assets.script()).content


def test_without_a_build_the_plain_style_and_the_source_are_served_and_the_log_says_so(
    here: TestClient, folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, logger="assistant.web"):
        asset_routes(load_assets(folder))

    assert assets.plain()
    assert here.get(stylesheet()).text == "body { color: black }"
    assert here.get(assets.script()).text == "export const source = 1"
    assert len(caplog.messages) == 1
    assert "make page" in caplog.messages[0]


def test_with_a_build_the_log_is_silent(folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    build(folder)
    with caplog.at_level(logging.INFO, logger="assistant.web"):
        asset_routes(load_assets(folder))

    assert not load_assets(folder).plain
    assert caplog.messages == []


def test_the_colour_of_a_campaign_is_in_the_style_that_its_pages_load(here: TestClient) -> None:
    style = here.get(stylesheet("#5A2D82")).text

    assert stylesheet("#5A2D82") != stylesheet()
    assert style == here.get(stylesheet()).text + "\n:root{--govuk-brand-colour:#5a2d82}\n"


@pytest.mark.parametrize("colour", ["red", "fff", "zzzzzz", "5a2d82}body{", "5A2D82"])
def test_only_a_colour_is_a_colour(here: TestClient, colour: str) -> None:
    assert here.get(stylesheet().replace(".css", f"-{colour}.css")).status_code == 404


@pytest.mark.parametrize(
    "name", ["site.css", "site.000000000000.css", "site.000000000000-5a2d82.css", "..%2fassets.py"]
)
def test_nothing_else_is_served(here: TestClient, name: str) -> None:
    assert here.get(f"/static/{name}").status_code == 404


def style(file: Path) -> str:
    if not file.is_file():
        pytest.skip("the style is not built: make page")
    return file.read_text(encoding="utf-8")


@pytest.mark.parametrize("file", STYLES, ids=["plain", "built"])
def test_a_style_loads_nothing_brings_no_branding_and_moves_nothing(file: Path) -> None:
    words = style(file)

    for barred in ("url(", "@import", "@font-face", "GDS Transport", "crown", "crest"):
        assert barred not in words
    assert not re.search(r"position: ?(fixed|sticky)|animation|transition|scroll-behavior", words)
    assert "--govuk-brand-colour" in words


@pytest.mark.parametrize("file", STYLES, ids=["plain", "built"])
def test_no_two_outcomes_look_the_same(file: Path) -> None:
    looks = {
        outcome: "".join(re.findall(rf"\.ra-(?:answer|outcome)--{outcome}(?:::before)? ?\{{([^}}]*)", style(file)))
        for outcome in Outcome
    }

    assert all(looks.values())
    assert len(set(looks.values())) == len(Outcome)


@pytest.mark.parametrize("file", STYLES, ids=["plain", "built"])
def test_a_style_marks_where_a_link_led_and_wraps_long_words_and_prints_nothing_to_press(file: Path) -> None:
    words = style(file)

    assert ":target" in words
    assert "overflow-wrap" in words
    assert re.search(r"@media print ?\{.*form", words, re.DOTALL)


def test_the_plain_style_knows_each_of_our_classes() -> None:
    plain, built = (set(re.findall(r"\.(ra-[a-z_-]+)", style(file))) for file in STYLES)

    assert built <= plain


@pytest.mark.parametrize(("name", "kilobytes"), [("site.css", 13), ("role-assistant.js", 12)])
def test_what_is_built_stays_small(name: str, kilobytes: int) -> None:
    if not (BUILT / name).is_file():
        pytest.skip("nothing is built: make page")

    assert len(gzip.compress((BUILT / name).read_bytes())) <= kilobytes * 1024


def test_versions_are_exact_and_the_lock_file_names_no_registry() -> None:
    wanted = json.loads((ROOT / "package.json").read_text())
    locked = json.loads((ROOT / "package-lock.json").read_text())["packages"]

    for name, version in (wanted["dependencies"] | wanted["devDependencies"]).items():
        assert re.fullmatch(r"\d+\.\d+\.\d+", version)
        assert locked[f"node_modules/{name}"]["version"] == version
    assert not [name for name, package in locked.items() if "resolved" in package]
    assert all(package["integrity"] for name, package in locked.items() if name)
