"""Settings: defaults that work, wrong values named, secrets never shown."""

from pathlib import Path

import pytest

from assistant.settings import AskLimit, SettingsError, load_settings

SECRET = "sk-kestrel-kestrel-kestrel"


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder without a .env, and a pack that exists."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PACK_DIR", str(tmp_path))
    for name in ("OPENAI_API_KEY", "OPENAI_BASE_URL", "DATABASE_URL", "DATA_DIR", "PORT", "ASK_LIMIT"):
        monkeypatch.delenv(name, raising=False)


def test_the_defaults_need_no_key_and_no_network() -> None:
    settings = load_settings()

    assert (settings.host, settings.port, settings.embedding_model) == ("127.0.0.1", 8000, "local")
    assert not settings.uses_model
    assert settings.database == f"sqlite:///{settings.data_dir}/records.sqlite3"


def test_the_environment_wins_over_the_file_and_what_is_given_over_both(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".env").write_text("PORT=1001\nLOG_LEVEL=DEBUG\nASK_LIMIT=off\n", encoding="utf-8")
    monkeypatch.setenv("PORT", "1002")

    assert load_settings().port == 1002
    assert load_settings(port="1003").port == 1003
    assert load_settings(port=None).log_level == "debug"
    assert load_settings().ask_limit is None


def test_an_empty_value_is_no_value(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "")
    monkeypatch.setenv("PORT", "")

    assert not load_settings().uses_model
    assert load_settings().port == 8000


@pytest.mark.parametrize(
    ("value", "limit"),
    [
        ("15", AskLimit(15, 15)),
        ("15/minute", AskLimit(15, 15)),
        ("15/minute, 60/minute", AskLimit(15, 60)),
        ("OFF", None),
        ("0", None),
    ],
)
def test_a_limit_is_for_a_conversation_and_an_address(
    monkeypatch: pytest.MonkeyPatch, value: str, limit: AskLimit | None
) -> None:
    monkeypatch.setenv("ASK_LIMIT", value)

    assert load_settings().ask_limit == limit


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "many"),
        ("PORT", "70000"),
        ("ASK_LIMIT", "often"),
        ("ASK_LIMIT", "-3"),
        ("ASK_LIMIT", "1,2,3"),
        ("PACK_DIR", "/no/such/place"),
        ("LOG_LEVEL", "loud"),
        ("OPENAI_BASE_URL", "api.example.org"),
        ("CHROMA_URL", "localhost:8000"),
        ("CHROMA_URL", "http://chroma.example.org:8000"),
        ("CHROMA_URL", "http://8.8.8.8:8000"),
        ("INDEX_URL", "somewhere"),
        ("DATABASE_URL", "mysql://host/name"),
        ("WORKERS", "0"),
        ("RETENTION_DAYS", "never"),
        ("SECRETARIAT_TOKEN", "short"),
        ("EMBEDDING_MODEL", "text-embedding-3-small"),
        ("FIRST_TOKEN_SECONDS", "40"),
    ],
)
def test_a_wrong_value_is_named_with_what_was_expected(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(name, value)

    with pytest.raises(SettingsError, match=f"^{name} .*expected "):
        load_settings()


def test_every_wrong_value_is_named_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT", "many")
    monkeypatch.setenv("LOG_LEVEL", "loud")

    with pytest.raises(SettingsError) as caught:
        load_settings()

    assert [line.split()[0] for line in str(caught.value).splitlines()] == ["PORT", "LOG_LEVEL"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("OPENAI_API_KEY", f"{SECRET} {SECRET}"),
        ("DATABASE_URL", f"mysql://user:{SECRET}@host/name"),
        ("OPENAI_BASE_URL", f"ftp://user:{SECRET}@host"),
        ("CHROMA_URL", f"http://:{SECRET}@chroma.example.org"),
    ],
)
def test_a_wrong_secret_is_not_shown(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(name, value)

    with pytest.raises(SettingsError) as caught:
        load_settings()

    assert name in str(caught.value)
    assert SECRET not in str(caught.value)


def test_a_right_secret_is_not_shown_either(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", SECRET)
    monkeypatch.setenv("DATABASE_URL", f"postgres://user:{SECRET}@host/name")

    settings = load_settings()

    assert settings.database == f"postgresql+psycopg://user:{SECRET}@host/name"
    assert SECRET not in repr(settings) + str(settings.model_dump())


def test_a_file_that_is_no_text_is_named(tmp_path: Path) -> None:
    (tmp_path / ".env").write_bytes(b"PORT=\xff\xfe")

    with pytest.raises(SettingsError, match=r"^\.env cannot be read"):
        load_settings()
