import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge import tokens
from knowledge.tokens import TokensError, count_tokens, truncate

ALONE = """
import os, socket
def refuse(*_):
    raise AssertionError("the network was tried")
socket.getaddrinfo = socket.socket.connect = refuse
from knowledge.tokens import count_tokens
print(count_tokens("How often would I have to attend meetings?"), os.environ.get("TIKTOKEN_CACHE_DIR"))
"""


@pytest.mark.parametrize("setting", [None, "elsewhere"])
def test_tokens_are_counted_without_a_network_and_without_a_trace_in_the_environment(setting: str | None) -> None:
    environment = {name: value for name, value in os.environ.items() if name != "TIKTOKEN_CACHE_DIR"}
    environment |= {"TIKTOKEN_CACHE_DIR": setting} if setting else {}

    done = subprocess.run(
        [sys.executable, "-c", ALONE], cwd=Path(__file__).parents[2], env=environment, capture_output=True, text=True
    )

    assert done.stdout.split() == ["9", str(setting)], done.stderr


def test_what_looks_like_a_control_token_is_counted_as_text() -> None:
    assert count_tokens("<|endoftext|>") > 1


@settings(deadline=None)
@given(text=st.text(max_size=200), max_tokens=st.integers(min_value=0, max_value=80))
def test_a_truncated_text_begins_the_text_and_keeps_to_its_budget(text: str, max_tokens: int) -> None:
    kept = truncate(text, max_tokens)

    assert text.startswith(kept)
    assert count_tokens(kept) <= max_tokens
    assert kept == text or count_tokens(text) > max_tokens


def test_a_text_is_truncated_no_more_than_it_must_be() -> None:
    text = "The Panel meets fortnightly. " * 50

    assert count_tokens(truncate(text, 100)) == 100


def test_damaged_ranks_are_named_and_left_where_they_are(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    damaged = tmp_path / "fb374d419588a4632f3f557e76b4b70aebbca790"
    damaged.write_text("not ranks")
    monkeypatch.setattr(tokens, "_RANKS", damaged)
    tokens._loaded_encoding.cache_clear()

    with pytest.raises(TokensError, match="restore it from the repository") as raised:
        count_tokens("How often?")

    assert str(damaged) in str(raised.value)
    assert damaged.read_text() == "not ranks"
