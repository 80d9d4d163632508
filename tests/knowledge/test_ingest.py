"""What `python ingest.py` does, says, and leaves alone."""

import subprocess
import sys
from pathlib import Path

import pytest

import ingest
from knowledge import ingesting
from knowledge.store import PassageStore, campaign_folder
from tests.knowledge.indexes import ArithmeticEmbeddings

PACK = "# Panel member\n\nMembers meet every two weeks.\n\nThe duties are:\n\n- reading reports\n- writing reports\n"


@pytest.fixture
def pack(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with one document, and settings that write beside it."""
    folder = tmp_path / "panel-member"
    folder.mkdir()
    (folder / "pack.md").write_text(PACK)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("PACK_DIR", str(folder))
    for name in ("CHROMA_URL", "EMBEDDING_MODEL", "OPENAI_API_KEY", "OPENAI_BASE_URL"):
        monkeypatch.delenv(name, raising=False)
    return folder


def store_of(pack: Path) -> PassageStore:
    return PassageStore(campaign_folder(pack.parent / "data", "panel-member"))


def test_a_pack_becomes_an_index_and_the_end_says_what_was_added_changed_and_removed(
    pack: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert ingest.main([]) == 0
    first = capsys.readouterr()
    (pack / "pack.md").write_text(PACK.replace("writing", "checking"))
    assert ingest.main([str(pack)]) == 0
    second = capsys.readouterr()

    assert "0 changed, 0 removed, 0 unchanged" in first.out
    assert "0 added, 1 changed, 0 removed" in second.out
    assert "1 embedded" in second.out
    assert "campaign.toml is not there" in first.out
    assert "embedding: " in first.err
    with store_of(pack).open() as index:
        assert "checking reports" in {passage.text for passage in index.passages}
        assert index.vectors.shape == (len(index.passages), 384)


def test_a_second_ingest_of_the_same_pack_embeds_nothing(pack: Path) -> None:
    embeddings = ArithmeticEmbeddings()
    first = ingesting.ingest(pack, pack.parent / "data", embeddings)
    embeddings.embedded.clear()

    second = ingesting.ingest(pack, pack.parent / "data", embeddings)

    assert (second.version, second.built, embeddings.embedded) == (first.version, False, [])


def test_a_dry_run_says_what_would_change_and_leaves_no_trace(pack: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert ingest.main(["--dry-run"]) == 0

    assert "Would make version v-" in capsys.readouterr().out
    assert not (pack.parent / "data").exists()


@pytest.mark.parametrize(
    ("name", "content"),
    [("empty.md", b""), ("campaign.toml", b"name = 3"), ("broken.pdf", b"%PDF-1.7 no more"), ("sheet.xyz", b"?")],
)
def test_one_bad_file_refuses_the_pack_and_what_was_served_stays(
    pack: Path, name: str, content: bytes, capsys: pytest.CaptureFixture[str]
) -> None:
    ingesting.ingest(pack, pack.parent / "data", ArithmeticEmbeddings())
    served = store_of(pack).current()
    (pack / name).write_bytes(content)

    assert ingest.main([]) == 1

    said = capsys.readouterr()
    assert said.err.startswith("Nothing was changed.")
    assert name in said.err
    assert "Traceback" not in said.err
    assert store_of(pack).current() == served


def test_an_index_that_cannot_be_written_is_told_in_a_sentence(pack: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (pack.parent / "data").write_text("a file where the folder should be")

    assert ingest.main([]) == 1

    assert f"The index in {pack.parent / 'data'}" in capsys.readouterr().err


def test_wrong_usage_is_told_before_anything_starts(pack: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert ingest.main([str(pack / "nowhere")]) == 2
    assert "nowhere" in capsys.readouterr().err

    with pytest.raises(SystemExit, match="2"):
        ingest.main(["--no-such"])


def test_as_a_program_it_explains_itself_and_ends_with_its_status(pack: Path) -> None:
    program = Path(ingest.__file__)
    help_text = subprocess.run([sys.executable, program, "--help"], capture_output=True, text=True, check=True).stdout
    wrong = subprocess.run([sys.executable, program, "--no-such"], capture_output=True, check=False)

    assert all(word in help_text for word in ("PACK", "--dry-run", "PACK_DIR"))
    assert wrong.returncode == 2
