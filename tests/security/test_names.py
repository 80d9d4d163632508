"""Names that want to lead out of a folder: as addresses over a real socket, and as files of a pack."""

from itertools import product
from pathlib import Path
from urllib.parse import quote

import pytest

from knowledge.pack import PackError, load_pack
from tests.security.wire import got, status

SECRET = "marzipan-in-the-attic"
STEPS = ("../", "..\\", "....//", "%2e%2e/", "%2e%2e%2f", "..%2f", "..%5c", "%252e%252e%252f", "..;/", "..%c0%af")
ENDS = ("secret.txt", "etc/passwd", "records.sqlite3", ".env", "secret.txt%00.css", "secret.txt\u202e", "a" * 3000)
WAYS = [step * depth + end for step, end, depth in product(STEPS, ENDS, (1, 4, 9))]
NAMES = [*WAYS[:198], "/secret.txt", "file:///etc/passwd"]
ROUTES = ("/static/", "/pack/", "/pack/board/", "/v1/models/")


def test_two_hundred_names_lead_to_nothing_and_trouble_nobody(address: str, tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text(SECRET)
    assert len(NAMES) == 200

    for number, name in enumerate(NAMES):
        target = ROUTES[number % len(ROUTES)].encode() + quote(name, safe="/%\\;:").encode()

        received = got(address, target)

        assert 200 <= status(received) < 500, target
        assert SECRET.encode() not in received
        assert b"root:" not in received


@pytest.mark.parametrize("name", ["../secret.md", "/etc/passwd", "..\\secret.md", "a/../../secret.md", "secret\x00.md"])
def test_a_pack_names_no_file_outside_its_folder(tmp_path: Path, name: str) -> None:
    pack = tmp_path / "pack"
    pack.mkdir()
    (tmp_path / "secret.md").write_text(SECRET)
    (pack / "pack.md").write_text("# Members\n\nThe Board meets monthly.\n")
    listed = name.replace("\\", "\\\\").replace("\x00", "\\u0000")
    (pack / "campaign.toml").write_text(f'[[documents]]\nfile = "{listed}"\n')

    with pytest.raises(PackError):
        load_pack(pack)


@pytest.mark.parametrize(
    "name", ["a..hidden..md", "a\nb.md", "‮dm.exe.md", "<img src=x>.md", "%2e%2e%2fpack.md", "x" * 200 + ".md"]
)
def test_whatever_a_file_of_a_pack_is_called_its_id_is_a_plain_word(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("# Members\n\nThe Board meets monthly.\n")

    [document] = load_pack(tmp_path).documents

    assert document.id.replace("-", "").isalnum()
    assert document.id.isascii()
