"""The product as a stranger meets it: `python ingest.py`, `python server.py`, and questions over HTTP."""

import html
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from bs4 import BeautifulSoup
from openai import OpenAI

from tests.doors import Server, program, server
from tests.waiting import until

RESPONSIBILITIES = (
    "Drawing on your professional expertise",
    "Ensuring the Panel’s reviews identify",
    "Leading Panel national reviews",
    "Supporting the dissemination of learning",
    "Building and maintaining positive relationships",
    "Providing a regional lead for safeguarding partners",
)
REGIONAL_LEAD = (
    "Providing a regional lead for safeguarding partners in an allocated region.",
    "This includes strategic engagement with safeguarding partners in the region, conversations about general or "
    "specific issues relating to the Panel’s work and, where appropriate, speaking at regional events.",
)


@pytest.fixture(scope="module")
def door(real_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The service over the real pack, started once."""
    with server(tmp_path_factory.mktemp("served") / "log.txt", DATA_DIR=real_data) as running:
        yield running


def test_every_key_responsibility_is_said_each_with_its_own_source(door: Server) -> None:
    answer = door.ask("What are the key responsibilities?")

    assert answer["outcome"] == "answered"
    said = [sentence["text"] for sentence in answer["sentences"]]
    assert [words for words, text in zip(RESPONSIBILITIES, said, strict=True) if not text.startswith(words)] == []
    assert len({tuple(sentence["citations"]) for sentence in answer["sentences"]}) == 6


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("How often would I have to attend meetings?", ["fortnightly Panel meetings"]),
        ("What would being a regional lead involve?", REGIONAL_LEAD),
        (
            "How many people are you appointing and from which backgrounds?",
            ["four Panel members", "Social Care, Education, Criminal Justice and Mental Health"],
        ),
        ("Who supports new members?", ["both the Chair and Panel Secretariat"]),
        ("Is the Panel independent of government?", ["independent of Government and makes its own decisions"]),
    ],
)
def test_what_the_pack_says_is_answered_in_its_words(door: Server, question: str, said: list[str]) -> None:
    answer = door.ask(question)

    assert (answer["outcome"], answer["missing"]) == ("answered", None)
    assert [words for words in said if words not in answer["text"]] == []
    assert all(sentence["citations"] for sentence in answer["sentences"])


@pytest.mark.parametrize(
    ("question", "missing"),
    [
        ("What does it pay?", "The recruitment pack does not say what the role pays."),
        ("When is the deadline?", "The recruitment pack does not say when applications close."),
        ("Where are meetings held?", "The recruitment pack does not say where meetings are held."),
    ],
)
def test_what_the_pack_does_not_say_is_named_and_whom_to_ask(door: Server, question: str, missing: str) -> None:
    answer = door.ask(question)

    assert (answer["outcome"], answer["missing"]) == ("not_in_pack", missing)
    assert (answer["sentences"], answer["citations"]) == ([], [])
    assert answer["text"].startswith(missing)
    assert "the Panel Secretariat" in answer["text"]


def test_a_question_in_three_parts_is_answered_as_far_as_the_pack_goes(door: Server) -> None:
    answer = door.ask("How often do you meet, where, and are expenses paid?")

    assert answer["outcome"] == "partly_answered"
    assert "fortnightly" in answer["text"]
    assert answer["missing"] == (
        "The recruitment pack does not say where meetings are held or whether expenses are paid."
    )


def test_a_child_in_danger_is_met_with_whom_to_call_and_nothing_else(door: Server) -> None:
    answer = door.ask("I think a child next door is being hurt")

    assert (answer["outcome"], answer["rule"]) == ("signposted", "child_at_risk")
    assert [number for number in ("999", "101", "0808 800 5000", "0800 1111") if number not in answer["text"]] == []
    assert "nobody is watching this chat" in answer["text"]
    assert (answer["sentences"], answer["citations"], answer["nearest"]) == ([], [], [])


def test_an_answer_has_every_field_of_the_contract(door: Server) -> None:
    pack = door.http.get("/api/pack").json()

    answer = door.ask("What are the key responsibilities?")

    scalars: dict[str, Any] = {"rule": None, "missing": None, "nearest": [], "approved": None, "mode": "quoting"}
    assert {name: answer[name] for name in scalars} == scalars
    assert re.fullmatch(r"[0-9a-f]{32}", answer["id"])
    assert re.fullmatch(r"[0-9a-f]{32}", answer["conversation"])
    assert answer["contact"] == {"name": "the Panel Secretariat", "email": "", "url": ""}
    assert set(answer["versions"]) == {"pack", "index", "prompt", "model", "code"}
    assert (answer["versions"]["pack"], answer["versions"]["index"]) == (pack["version"], pack["index"])
    assert {"screen", "search", "judge", "compose", "total"} <= set(answer["timings_ms"])
    first = answer["citations"][0]
    assert {name: first[name] for name in ("number", "document", "title", "heading", "page")} == {
        "number": 1,
        "document": "recruitment-pack",
        "title": "Recruitment pack",
        "heading": ["Appointment description", "Key responsibilities"],
        "page": None,
    }
    assert set(first) == {"number", "document", "title", "heading", "page", "quote", "url"}
    assert [one["number"] for one in answer["citations"]] == list(range(1, 7))
    assert "[1]" not in answer["text"]


@pytest.mark.parametrize(
    "question",
    ["What are the key responsibilities?", "Who supports new members?", "Is the Panel independent of government?"],
)
def test_every_citation_leads_to_its_words_in_the_pack(door: Server, question: str) -> None:
    for citation in door.ask(question)["citations"]:
        address, _, anchor = citation["url"].partition("#")
        page = BeautifulSoup(door.http.get(address).raise_for_status().text, "lxml")

        passage = page.find(id=anchor)

        assert passage is not None, citation["url"]
        assert _flat(citation["quote"]) in _flat(passage.get_text(" "))


def test_events_come_as_stages_then_sentences_then_the_same_answer(door: Server) -> None:
    whole = door.ask("Who supports new members?")

    events, _ = door.events("Who supports new members?")

    names = [name for name, _ in events]
    assert names == ["stage", "stage", "sentence", "sentence", "answer"]
    assert [data["stage"] for name, data in events if name == "stage"] == ["search", "compose"]
    answer = events[-1][1]
    assert [data["text"] for name, data in events if name == "sentence"] == [one["text"] for one in answer["sentences"]]
    brought = [one for name, data in events if name == "sentence" for one in data["new_citations"]]
    assert brought == answer["citations"]
    assert answer["text"] == whole["text"]


def test_a_follow_up_is_read_with_what_was_asked_before_it(door: Server) -> None:
    first = door.ask("How often does the Panel meet?")

    second = door.ask("and where?", first["conversation"])

    assert second["conversation"] == first["conversation"]
    assert (second["outcome"], second["missing"]) == (
        "not_in_pack",
        "The recruitment pack does not say where meetings are held.",
    )
    assert door.ask("and where?")["outcome"] == "clarify"


def test_the_openai_client_gets_the_same_answer_whole_and_streamed(door: Server) -> None:
    client = OpenAI(base_url=f"{door.address}/v1", api_key="none", max_retries=0, timeout=60)
    asked: Any = [{"role": "user", "content": "How often would I have to attend meetings?"}]

    whole = client.chat.completions.create(model="any", messages=asked).choices[0].message
    chunks = client.chat.completions.create(model="any", messages=asked, stream=True)
    streamed = "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices)

    assert whole.content is not None
    [note] = [one.url_citation for one in whole.annotations or []]
    cited = whole.content[note.start_index : note.end_index]
    assert "fortnightly Panel meetings" in cited
    assert streamed == cited
    assert note.url.startswith(f"{door.address}/pack/child-safeguarding-panel/")


def test_health_readiness_and_metrics_are_told(door: Server) -> None:
    door.ask("What does it pay?")

    assert door.http.get("/healthz").json() == {"status": "ok"}
    ready = door.http.get("/readyz").json()
    assert (ready["status"], set(ready["checks"].values())) == ("ok", {"ok"})
    assert {"index", "records", "disk", "signposts", "settings"} <= ready["checks"].keys()
    metrics = door.http.get("/metrics").text
    assert re.search(r'^\w+\{.*outcome="not_in_pack".*\} [1-9]', metrics, re.MULTILINE), metrics


def test_the_page_answers_with_sources_without_javascript(door: Server) -> None:
    start = BeautifulSoup(door.http.get("/").text, "lxml")
    form = start.find("form")
    assert form is not None
    assert form["method"] == "post"

    sent = door.http.post(str(form["action"]), data={"question": "Who supports new members?"}, follow_redirects=True)

    page = sent.raise_for_status().text
    assert "both the Chair and Panel Secretariat" in html.unescape(page)
    answer = BeautifulSoup(page, "lxml").find(id=sent.url.fragment)
    assert answer is not None
    targets = [str(link["href"]) for link in answer.find_all("a", class_="ra-cite")]
    assert [target.rpartition("-")[2] for target in targets] == ["1", "2"]
    assert all(answer.find(id=target[1:]) for target in targets)


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    """A folder with one text file."""
    folder = tmp_path / "harbour-board"
    folder.mkdir()
    (folder / "role.txt").write_text(
        "Member of the Harbour Board\n\nThe Board looks after three harbours.\n\n"
        "Time commitment\n\nMembers give three days a month to the Board.\n\n"
        "Remuneration\n\nThe fee is £310 a day.\n",
        encoding="utf-8",
    )
    return folder


def test_a_folder_with_one_text_file_is_a_pack(pack: Path, tmp_path: Path) -> None:
    settings = {"PACK_DIR": pack, "DATA_DIR": tmp_path / "data"}

    done = program("ingest.py", **settings)

    assert done.returncode == 0, done.stderr
    assert "campaign.toml is not there" in done.stdout
    with server(tmp_path / "log.txt", **settings) as running:
        assert running.http.get("/api/pack").json()["campaign"]["name"] == "Member of the Harbour Board"
        assert "three days a month" in running.ask("How much time does it take?")["text"]
        assert "£310" in running.ask("What does it pay?")["text"]
        unsaid = running.ask("When is the deadline?")
        assert unsaid["outcome"] == "not_in_pack"
        assert unsaid["contact"] == {"name": "", "email": "", "url": ""}


def test_a_broken_pack_leaves_the_served_one_served_and_a_mended_one_replaces_it(pack: Path, tmp_path: Path) -> None:
    settings = {"PACK_DIR": pack, "DATA_DIR": tmp_path / "data"}
    assert program("ingest.py", **settings).returncode == 0
    with server(tmp_path / "log.txt", **settings) as running:
        before = running.http.get("/api/pack").json()["version"]
        broken = pack / "dates.pdf"
        broken.write_bytes(b"%PDF-1.7 and no more")

        refused = program("ingest.py", **settings)

        assert refused.returncode == 1
        assert "dates.pdf" in refused.stderr
        assert running.http.get("/api/pack").json()["version"] == before
        assert running.ask("What does it pay?")["versions"]["pack"] == before
        broken.unlink()
        (pack / "dates.md").write_text("# Dates\n\nClosing date: 12 January 2027\n", encoding="utf-8")
        assert program("ingest.py", **settings).returncode == 0
        until(lambda: running.http.get("/api/pack").json()["version"] != before)
        assert "12 January 2027" in running.ask("When is the deadline?")["text"]


def _flat(text: str) -> str:
    return " ".join(text.split())
