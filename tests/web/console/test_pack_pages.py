"""The pages of the pack: uploads, the dry run, publishing, and what is refused."""

import re
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy.orm import Session
from starlette.testclient import TestClient

from assistant.secretariat.pack_changes import PackChange, State, row_of
from assistant.secretariat.roles import Role
from assistant.web.console.frame import ROOT
from assistant.web.console.uploads import MOST_BYTES
from assistant.web.service import Service
from tests.security.test_names import NAMES
from tests.web.console.clients import done
from tests.web.console.conftest import As
from tests.web.scripted import scripted_service

TEXT = "# Board member\n\nThe Board meets four times a year.\n"


@pytest.fixture
def service(tmp_path: Path) -> Service:
    """Over a campaign's folder with one document, none of it ingested yet."""
    folder = tmp_path / "board"
    folder.mkdir()
    (folder / "pack.md").write_text(TEXT)
    (folder / "campaign.toml").write_text('name = "Members of the Board"\n')
    return scripted_service(tmp_path, pack_dir=folder)


def begun(client: TestClient) -> str:
    """The address of a new draft."""
    return client.post(f"{ROOT}/pack/changes").headers["location"]


def given(client: TestClient, place: str, **files: str) -> None:
    sent = [("files", (f"{name}.md", text.encode())) for name, text in files.items()]
    assert client.post(f"{place}/files", files=sent).headers["location"] == f"{place}?done=gave_documents"


def settled(client: TestClient, place: str) -> str:
    """The page of a change when nothing is done to it any more."""
    end = time.monotonic() + 60
    while "See how far it is now" in (page := client.get(place).text):
        assert time.monotonic() < end
        time.sleep(0.05)
    return page


def checked(client: TestClient, place: str) -> str:
    assert client.post(f"{place}/check").headers["location"] == place
    return settled(client, place)


def change(service: Service, place: str) -> PackChange:
    return done(service.packs.find(int(place.rsplit("/", 1)[1])))


def test_documents_are_uploaded_looked_over_and_published(as_: As, service: Service) -> None:
    ada = as_(Role.APPROVER, "Ada")
    place = begun(ada)
    given(ada, place, pack=TEXT.replace("four", "five"), more="# More\n\nIt is in Leeds.\n")

    looked_over = checked(ada, place)
    ada.post(f"{place}/publish")
    after = settled(ada, place)

    assert "Passages: 2 new, 0 changed, 0 removed, 0 the same." in looked_over
    assert "<ins>It is in Leeds.</ins>" in looked_over
    assert "It was published." in after
    assert (service.packs.folders.in_force().folder / "more.md").is_file()
    listed = ada.get(f"{ROOT}/pack").text
    assert "It was published here, as change 2." in listed
    assert ada.get(f"{ROOT}/pack/document?name=more.md").text == "# More\n\nIt is in Leeds.\n"


def test_the_page_shows_word_by_word_what_changes_and_a_file_holds_all_of_it(as_: As) -> None:
    ada = as_(Role.APPROVER, "Ada")
    first = begun(ada)
    checked(ada, first)
    ada.post(f"{first}/publish")
    settled(ada, first)
    place = begun(ada)
    given(ada, place, pack=TEXT.replace("four", "five"))

    page = checked(ada, place)

    assert "The Board meets <del>four</del> <ins>five</ins> times a year." in re.sub(r"\s+", " ", page)
    rows = ada.get(f"{place}/passages.csv").text.splitlines()
    assert len(rows) == 2
    assert "meets four times a year.,The Board meets five" in rows[1]


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("../../evil.md", "must not lead into another folder"),
        ("..\\evil.md", "must not lead into another folder"),
        ("/etc/evil.md", "must not lead into another folder"),
        ("run.sh", "Choose files that end in"),
        ("campaign.toml", "Choose files that end in"),
        ("README.md", "a name that says what it is"),
        ("....md", "must not lead into another folder"),
    ],
)
def test_a_name_that_leads_elsewhere_or_is_no_document_is_refused(
    as_: As, service: Service, tmp_path: Path, name: str, said: str
) -> None:
    ada = as_(Role.REVIEWER, "Ada")
    place = begun(ada)
    before = sorted(tmp_path.rglob("*"))

    response = ada.post(f"{place}/files", files=[("files", (name, b"words"))])

    assert response.status_code == 422
    assert said in response.text
    assert sorted(tmp_path.rglob("*")) == before
    assert not service.packs.folders.given(change(service, place).number)


def test_of_fifty_names_that_want_to_lead_away_none_puts_a_file_beside_the_change(
    as_: As, service: Service, tmp_path: Path
) -> None:
    ada = as_(Role.REVIEWER, "Ada")
    place = begun(ada)
    beside = {path for path in tmp_path.parent.rglob("*") if not path.is_relative_to(service.settings.data_dir)}

    for name in NAMES[::4]:
        response = ada.post(f"{place}/files", files=[("files", (f"{name}.md", b"# Words\n\nSome words.\n"))])
        assert response.status_code in (303, 400, 422), name

    after = {path for path in tmp_path.parent.rglob("*") if not path.is_relative_to(service.settings.data_dir)}
    assert {path.name for path in after - beside if "records" not in path.name} == set()
    given_names = [path.name for path in service.settings.data_dir.rglob("*.md")]
    assert [name for name in given_names if name.startswith(".") or len(name) > 200] == []


def test_only_somebody_signed_in_may_send_more_than_others_and_only_so_much(as_: As) -> None:
    ada = as_(Role.REVIEWER, "Ada")
    place = begun(ada)
    large = [("files", ("large.md", b"# Long\n\n" + b"Words. " * 10_000))]

    assert as_().post(f"{place}/files", files=large, headers={"origin": "http://testserver"}).status_code == 413
    assert as_(Role.READER, "Bo").post(f"{place}/files", files=large).status_code == 413
    assert ada.post(f"{ROOT}/pack/changes", files=large).status_code == 413
    assert ada.post(f"{place}/files", files=large).status_code == 303
    too_large = [("files", ("huge.md", b"x" * (MOST_BYTES + 1)))]
    assert ada.post(f"{place}/files", files=too_large).status_code == 413


def test_a_reviewer_drafts_and_checks_but_does_not_publish(as_: As) -> None:
    bo = as_(Role.REVIEWER, "Bo")
    place = begun(bo)

    page = checked(bo, place)

    assert "An approver can publish this." in page
    assert f"{place}/publish" not in page
    assert bo.post(f"{place}/publish").status_code == 403


def test_a_fault_in_campaign_toml_is_shown_with_its_line_and_what_was_typed(as_: As) -> None:
    ada = as_(Role.REVIEWER, "Ada")
    place = begun(ada)

    response = ada.post(f"{place}/campaign", data={"text": 'name = "Board"\ncloses = "soon"\n'})

    assert response.status_code == 422
    assert "closes (line 2): expected a date without quotes" in response.text
    assert "closes = &#34;soon&#34;" in response.text


def test_a_zip_bomb_is_refused_by_its_reader_and_the_page_says_so(as_: As) -> None:
    import io
    import zipfile

    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", b"0" * 300_000_000)
    ada = as_(Role.REVIEWER, "Ada")
    place = begun(ada)
    ada.post(f"{place}/files", files=[("files", ("bomb.docx", packed.getvalue()))])

    page = checked(ada, place)

    assert "bomb.docx: it unpacks to 300,000,000 bytes" in page
    assert "It can&#39;t be published as it is. Nothing was changed." in page


def test_two_who_publish_are_told_apart(as_: As) -> None:
    ada, bo = as_(Role.APPROVER, "Ada"), as_(Role.APPROVER, "Bo")
    mine, theirs = begun(ada), begun(bo)
    given(ada, mine, mine="# Mine\n\nMine.\n")
    checked(ada, mine), checked(bo, theirs)

    first, second = ada.post(f"{mine}/publish"), bo.post(f"{theirs}/publish")

    assert first.status_code == 303
    assert second.status_code == 409
    assert re.search(r"Ada is publishing a change just now|The pack was changed after this was checked", second.text)
    settled(ada, mine)


def test_nothing_of_a_change_that_is_not_there_is_shown(as_: As) -> None:
    assert as_(Role.ADMINISTRATOR).get(f"{ROOT}/pack/changes/99").status_code == 404
    assert as_(Role.ADMINISTRATOR).get(f"{ROOT}/pack/document?name=../records.sqlite3").status_code == 404


def test_a_pack_that_other_servers_could_not_be_given_says_so_on_its_page(as_: As, service: Service) -> None:
    ada = as_(Role.APPROVER, "Ada")
    place = begun(ada)

    def refused(session: Session) -> None:
        row = row_of(session, service.packs.campaign, int(place.rsplit("/", 1)[1]))
        published = {"published_at": datetime.now(UTC).isoformat(), "not_shared": "the shelf is full"}
        row.state, row.summary = State.PUBLISHED.value, row.summary | published

    done(service.secretariat.database.run(refused))

    page = ada.get(place).text
    assert "It was published." in page
    assert "It is in use on one server only. The others still use the pack before it: the shelf is full." in page
