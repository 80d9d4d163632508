"""The console's words can be reached from its templates."""

import tomllib

import pytest

from assistant.settings import ROOT

WORDS = tomllib.loads((ROOT / "assistant/web/words.console.en.toml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("section", WORDS)
def test_no_word_has_a_name_that_a_template_would_take_for_a_method(section: str) -> None:
    assert [name for name in WORDS[section] if hasattr(dict, name)] == []
