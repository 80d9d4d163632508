"""Versions of the index that are published while replicas serve: from a shared folder, and from an S3 store."""

import asyncio
import shutil
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import httpx

from assistant.database import open_database
from assistant.published_index import PublishedIndex
from assistant.settings import ROOT
from knowledge.shelf import Shelf
from knowledge.store import campaign_folder
from scripts.loopback.found import Found, same, within
from scripts.loopback.parts import Replica, Topology, free_ports, replicas
from scripts.loopback.trying import QUESTIONS, until

_PACK = ROOT / "knowledge/packs/child-safeguarding-panel"


def index_switch(run: Topology) -> Iterator[Found]:
    """A version that is published is taken by every replica; a damaged one by none."""
    pack = _pack(run.folder / "pack")
    yield from _published(run.replicas, pack, lambda: run.run("ingest.py", PACK_DIR=pack))
    yield from _damaged(run, pack)


def object_store(run: Topology) -> Iterator[Found]:
    """The same from an S3 store, to replicas of their own."""
    if not (find_spec("s3fs") and find_spec("moto")):
        yield Found("an index in an S3 store", "not tried: s3fs or moto[server] is not installed", "", True)
        return
    from tests.object_store import BUCKET
    from tests.object_store import object_store as s3

    folder = run.folder / "s3"
    pack = _pack(folder / "pack")
    with s3() as (keys, _):
        own = {"INDEX_URL": f"s3://{BUCKET}/index", "DATABASE_URL": f"sqlite:///{folder / 'records.sqlite3'}", **keys}
        given = own | {"PACK_DIR": str(pack), "DATA_DIR": str(folder / "builder")}
        run.run("ingest.py", **given)
        with replicas(folder, free_ports(2), run.environment | given) as ours:
            for found in _published(ours, pack, lambda: run.run("ingest.py", **given)):
                yield Found(f"S3: {found.what}", found.found, found.wanted, found.met)


def _published(ours: Sequence[Replica], pack: Path, ingest: Callable[[], object]) -> Iterator[Found]:
    before, old = _versions(ours), _ask(ours[0], QUESTIONS[0])
    _add(pack, "## Parking\n\nThere is parking for members at the back of the building.\n")
    ingest()
    took, _ = until(lambda: _versions(ours), lambda now: now.isdisjoint(before) and len(now) == 1)
    yield within("a published version is served by both after", took, 5)
    said = [_ask(replica, "Is there parking for members?")["text"] for replica in ours]
    yield same("both answer from it", ["parking" in one for one in said], [True, True])
    followed = _ask(ours[1], "and where?", conversation=old["conversation"])
    yield same("a conversation goes on at the other", followed["conversation"] == old["conversation"], True)
    link = old["citations"][0]["url"].partition("#")[0]
    yield same("a link of an older answer, at the other", httpx.get(f"{ours[1].address}{link}").status_code, 200)


def _damaged(run: Topology, pack: Path) -> Iterator[Found]:
    before = _versions(run.replicas)
    _add(pack, "## Lunch\n\nLunch is provided at each meeting.\n")
    _publish_damaged(run, pack)
    _, told = until(lambda: _index_checks(run.replicas), lambda said: all("not as published" in one for one in said))
    yield same("/readyz of both says of a damaged one", ["not as published" in one for one in told], [True, True])
    yield same("it is taken by neither", _versions(run.replicas) == before, True)
    text = _ask(run.replicas[1], QUESTIONS[0])["text"]
    yield same("questions are answered all the same", "fortnightly" in text, True)
    run.run("ingest.py", PACK_DIR=pack)
    took, _ = until(lambda: _versions(run.replicas), lambda now: now.isdisjoint(before) and len(now) == 1)
    yield within("an ingest mends it, and both serve it after", took, 5)


def _pack(folder: Path) -> Path:
    """A copy of the pack that can be changed."""
    return Path(shutil.copytree(_PACK, folder / _PACK.name))


def _add(pack: Path, text: str) -> None:
    document = min(pack.glob("*.md"))
    document.write_text(f"{document.read_text(encoding='utf-8')}\n{text}", encoding="utf-8")


def _publish_damaged(run: Topology, pack: Path) -> None:
    """As when a store loses bytes after they were read back: the pointer moves, and what it points to is not whole."""
    campaign, builder = pack.name, campaign_folder(run.folder / "builder", pack.name)
    run.run("ingest.py", PACK_DIR=pack, INDEX_URL="")
    version = (builder / "CURRENT").read_text().strip()
    shelf = Shelf(run.environment["INDEX_URL"], campaign)
    published = shelf.put(builder / version, builder / "fact-sheets" / f"{version}.json")
    [place] = (run.folder / "shelf" / campaign).glob(f"{version}.*/")
    (place / "passages.jsonl").write_bytes(b"")
    database = open_database(run.environment["DATABASE_URL"])
    asyncio.run(PublishedIndex(database).publish(campaign, published, at=datetime.now(UTC)))
    database.close()


def _ask(replica: Replica, question: str, **more: str) -> dict[str, Any]:
    asked = {"question": question, **more}
    said: dict[str, Any] = httpx.post(f"{replica.address}/api/ask", json=asked, timeout=30).json()
    return said


def _versions(ours: Sequence[Replica]) -> set[str]:
    return {httpx.get(f"{replica.address}/api/pack", timeout=30).json()["index"] for replica in ours}


def _index_checks(ours: Sequence[Replica]) -> list[str]:
    return [httpx.get(f"{replica.address}/readyz", timeout=30).json()["checks"]["index"] for replica in ours]
