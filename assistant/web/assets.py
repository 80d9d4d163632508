"""The style, the script and the icon of the pages: bytes under addresses that change when the bytes do.

The only module that knows whether `make page` has built them; where it has not, plainer ones do their work.
"""

import base64
import gzip
import hashlib
import logging
import re
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Final

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import Response

FOR_GOOD: Final = "public, max-age=31536000, immutable"

_HERE: Final = Path(__file__).parent
_COLOURED: Final = re.compile(r"(?P<name>site\.[0-9a-f]{12})-(?P<colour>[0-9a-f]{6})\.css")
_COLOURS_KEPT: Final = 8

_log = logging.getLogger("assistant.web")


@dataclass(frozen=True, slots=True)
class Asset:
    """A file to serve, and the same compressed. Its name holds a hash of its bytes: browsers may keep it for good."""

    name: str
    kind: str
    content: bytes
    compressed: bytes

    @property
    def url(self) -> str:
        return f"/static/{self.name}"


@dataclass(frozen=True, slots=True)
class Assets:
    """All that a page loads. `plain` when the style is the one that needs no building."""

    style: Asset
    script: Asset
    icon: Asset
    console: Asset
    plain: bool


def stylesheet(colour: str = "") -> str:
    """The URL of the style, in the campaign's colour (#1b4f72) where it has one."""
    style = _assets().style
    return style.url.replace(".css", f"-{colour.lower().removeprefix('#')}.css") if colour else style.url


def script() -> str:
    return _assets().script.url


def icon() -> str:
    return _assets().icon.url


def console_stylesheet() -> str:
    """The URL of what the console's pages are styled with beside the style of every page."""
    return _assets().console.url


def script_bytes() -> bytes:
    return _assets().script.content


def script_integrity() -> str:
    """What a page on another site gives as `integrity` to run these bytes and no others."""
    return f"sha384-{base64.b64encode(hashlib.sha384(script_bytes()).digest()).decode()}"


def plain() -> bool:
    return _assets().plain


def asset_routes(assets: Assets | None = None) -> APIRouter:
    """Serves the assets, and says in the log when the style is the plain one."""
    router = APIRouter(include_in_schema=False)
    served = assets or _assets()
    by_name = {asset.name: asset for asset in (served.style, served.script, served.icon, served.console)}
    if served.plain:
        _log.info("the plain style is served: make page builds the full one, with Node and npm")

    @lru_cache(maxsize=_COLOURS_KEPT)
    def coloured(colour: str) -> Asset:
        return _in_colour(served.style, colour)

    @router.api_route("/static/{name}", methods=["GET", "HEAD"])
    async def asset(name: str, request: Request) -> Response:
        found = by_name.get(name)
        if (wanted := _COLOURED.fullmatch(name)) and f"{wanted['name']}.css" == served.style.name:
            found = coloured(wanted["colour"])
        if not found:
            raise HTTPException(404)
        return _response(found, compressed="gzip" in request.headers.get("accept-encoding", ""))

    return router


def load_assets(folder: Path) -> Assets:
    """What was built, and for each that was not, the plainer one that stands in the repository."""
    static = folder / "static"
    style = static / "built" / "site.css"
    script = static / "built" / "role-assistant.js"
    return Assets(
        style=_asset("site", "text/css", style if style.is_file() else static / "style.css"),
        script=_asset(
            "role-assistant",
            "text/javascript",
            script if script.is_file() else folder / "element" / "role-assistant.js",
        ),
        icon=_asset("icon", "image/svg+xml", static / "icon.svg"),
        console=_asset("console", "text/css", static / "console.css"),
        plain=not style.is_file(),
    )


@lru_cache(maxsize=1)
def _assets() -> Assets:
    return load_assets(_HERE)


def _asset(name: str, kind: str, file: Path) -> Asset:
    content = file.read_bytes()
    version = hashlib.sha256(content).hexdigest()[:12]
    return Asset(f"{name}.{version}{file.suffix}", kind, content, gzip.compress(content, mtime=0))


def _in_colour(style: Asset, colour: str) -> Asset:
    """Both styles take their colour from this property; a page can't set it, since it may hold no style of its own."""
    content = style.content + f"\n:root{{--govuk-brand-colour:#{colour}}}\n".encode()
    return replace(style, content=content, compressed=gzip.compress(content, mtime=0))


def _response(asset: Asset, *, compressed: bool) -> Response:
    headers = {"cache-control": FOR_GOOD, "vary": "accept-encoding"}
    if compressed:
        headers["content-encoding"] = "gzip"
    if asset.kind == "text/javascript":
        # Pages of other sites load the script, and check it (integrity) only if they may read it.
        headers |= {"access-control-allow-origin": "*", "cross-origin-resource-policy": "cross-origin"}
    return Response(asset.compressed if compressed else asset.content, media_type=asset.kind, headers=headers)
