"""All that differs between machines. The only module that reads the environment (or a file `.env`)."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Annotated, Any, Final, Literal
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    SecretStr,
    ValidationError,
    field_validator,
    model_validator,
)
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from assistant.secretariat.roles import RoleClaim, read_role_claim

ROOT: Final = Path(__file__).resolve().parent.parent
"""The folder that holds the project: where the defaults lie, from wherever the server is started."""

LOCAL: Final = "local"
"""The name of the embedding model that needs no network."""

MEMORY: Final = "memory"
"""Where limits are kept when no other process has to know of them."""

MAX_HEAD: Final = 16_384
"""Bytes of a request before its body: the address that is asked for and all headers. Browsers send a tenth of it."""

NONE: Final = "none"
"""No proxy is believed."""


class SettingsError(Exception):
    """A setting is wrong; the message names each one and what was expected, and never shows a secret."""


@dataclass(frozen=True, slots=True)
class AskLimit:
    """Questions a minute, from one conversation and from one address."""

    conversation: int
    address: int


def _ask_limit(value: object) -> object:
    """ "15", "15/minute", "15/minute, 60/minute" (a conversation, an address) or "off"."""
    if value is None or isinstance(value, AskLimit):
        return value
    words = [part.strip().lower().removesuffix("/minute").strip() for part in str(value).split(",")]
    if words in (["off"], ["0"]):
        return None
    numbers = [int(word) for word in words]
    if not 1 <= len(numbers) <= 2 or min(numbers) < 1:
        raise ValueError("not a number of questions")
    return AskLimit(numbers[0], numbers[-1])


def _role_claim(value: object) -> object:
    return value if value is None or isinstance(value, RoleClaim) else read_role_claim(str(value))


def _folder(path: Path) -> Path:
    return path.expanduser().absolute()


def _existing_folder(path: Path) -> Path:
    if not _folder(path).is_dir():
        raise ValueError("no such folder")
    return _folder(path)


def _url(*schemes: str) -> Callable[[str], str]:
    def check(value: str) -> str:
        parts = urlsplit(value)
        if value and (parts.scheme not in schemes or not parts.hostname):
            raise ValueError("not such an address")
        return value.rstrip("/")

    return check


def _issuer(value: str) -> str:
    """Over the open network only by https: whoever could change what it says could sign in as anybody."""
    parts = urlsplit(_url("http", "https")(value))
    if parts.scheme == "http" and parts.hostname not in ("127.0.0.1", "::1", "localhost"):
        raise ValueError("not such an address")
    return value


def _shelf(value: str) -> str:
    if value and not re.fullmatch(r"[a-z][a-z0-9+.-]*://.+", value):
        raise ValueError("not such an address")
    return value.rstrip("/")


def _chroma(value: str) -> str:
    """In the clear only within a network of one's own: Chroma's server asks nobody who they are."""
    address = _url("http", "https")(value)
    parts = urlsplit(address)
    if parts.scheme == "http" and not _is_inside(str(parts.hostname)):
        raise ValueError("not such an address")
    return address


def _is_inside(host: str) -> bool:
    try:
        return ip_address(host).is_private
    except ValueError:
        # A name without a dot is one of the machine's own network.
        return "." not in host


def _database(value: SecretStr) -> SecretStr:
    """SQLAlchemy's form of an address, whichever of its common spellings was given."""
    address = value.get_secret_value()
    for prefix in ("postgres://", "postgresql://"):
        address = address.replace(prefix, "postgresql+psycopg://", 1) if address.startswith(prefix) else address
    if address and not address.startswith(("sqlite:///", "postgresql+psycopg://")):
        raise ValueError("not such an address")
    return SecretStr(address)


def _limits(value: SecretStr) -> SecretStr:
    """ "memory", a database or Redis."""
    address = value.get_secret_value()
    is_redis = address.startswith(("redis://", "rediss://", "unix://"))
    return value if address in ("", MEMORY) or is_redis else _database(value)


def _proxies(value: str) -> str:
    """Addresses and networks. Never "*": then whatever a caller says of itself would count."""
    hosts = [host.strip() for host in value.split(",")]
    if hosts != [NONE]:
        for host in hosts:
            ip_network(host)
    return ",".join(hosts)


class Settings(BaseSettings):
    """Each description is what a wrong value is told was expected."""

    model_config = SettingsConfigDict(
        env_file=".env", env_ignore_empty=True, extra="ignore", frozen=True, populate_by_name=True
    )

    pack_dir: Annotated[Path, AfterValidator(_existing_folder)] = Field(
        ROOT / "knowledge/packs/child-safeguarding-panel", description="a folder that exists and holds a campaign"
    )
    data_dir: Annotated[Path, AfterValidator(_folder)] = Field(ROOT / "data", description="a folder to write to")
    host: str = Field("127.0.0.1", min_length=1, description="the address to listen on, such as 127.0.0.1 or 0.0.0.0")
    port: int = Field(8000, ge=0, le=65535, description="a whole number from 0 to 65535")
    workers: int = Field(1, ge=1, le=64, description="a whole number of processes from 1 to 64")
    log_level: Annotated[
        Literal["debug", "info", "warning", "error"],
        BeforeValidator(lambda value: value.lower() if isinstance(value, str) else value),
    ] = Field("info", description="debug, info, warning or error")
    log_format: Literal["plain", "json"] = Field("plain", description="plain or json")
    otel_exporter_otlp_endpoint: Annotated[str, AfterValidator(_url("http", "https"))] = Field(
        "", description="where traces are sent by OTLP over gRPC, such as http://127.0.0.1:4317"
    )
    otel_service_name: str = Field(
        "recruitment-pack-assistant", min_length=1, description="the name that traces give this service"
    )

    openai_api_key: SecretStr | None = Field(None, description="a key, without spaces")
    openai_base_url: Annotated[str, AfterValidator(_url("http", "https"))] = Field(
        "", description="an address such as https://api.openai.com/v1"
    )
    chat_model: str = Field("gpt-5.4-mini", min_length=1, description="the name of a chat model")
    embedding_model: str = Field(LOCAL, min_length=1, description='"local" or the name of an OpenAI embedding model')
    first_token_seconds: float = Field(4.0, gt=0, le=120, description="seconds, more than 0 and at most 120")
    answer_seconds: float = Field(20.0, gt=0, le=300, description="seconds, more than 0 and at most 300")
    answer_tokens: int = Field(1200, ge=100, le=16000, description="a whole number from 100 to 16000")
    price_in: float | None = Field(None, ge=0, description="US dollars for a million tokens read")
    price_out: float | None = Field(None, ge=0, description="US dollars for a million tokens written")

    database_url: Annotated[SecretStr, AfterValidator(_database)] = Field(
        SecretStr(""),
        description="an address such as sqlite:///records.sqlite3 or postgresql://user:password@host/name",
    )
    chroma_url: Annotated[str, AfterValidator(_chroma)] = Field(
        "",
        repr=False,
        description="an address such as http://127.0.0.1:8001 or https://:token@api.trychroma.com/tenant/database "
        "(http only to this machine or within a private network)",
    )
    index_url: Annotated[str, AfterValidator(_shelf)] = Field(
        "", description="an address such as file:///shared/index or s3://bucket/index, the same on every machine"
    )
    ask_limit: Annotated[AskLimit | None, NoDecode, BeforeValidator(_ask_limit)] = Field(
        AskLimit(15, 60),
        description='questions a minute, such as "15/minute", or "15/minute, 60/minute" for a conversation and an '
        'address, or "off"',
    )
    limits_url: Annotated[SecretStr, AfterValidator(_limits)] = Field(
        SecretStr(""),
        description='"memory", or an address such as redis://127.0.0.1:6379/0 or postgresql://user:password@host/name',
    )
    forwarded_allow_ips: Annotated[str, AfterValidator(_proxies)] = Field(
        "127.0.0.1,::1",
        description='the addresses or networks of the proxies in front, such as "10.0.0.5, 172.18.0.0/16", or "none"',
    )
    model_tokens_a_day: int | None = Field(None, ge=1, description="a whole number of tokens, read and written")
    model_dollars_a_day: float | None = Field(None, gt=0, description="US dollars, more than 0")
    max_body: int = Field(16_384, ge=4096, le=1_048_576, description="bytes, a whole number from 4096 to 1048576")
    retention_days: int = Field(180, ge=1, le=180, description="a whole number of days from 1 to 180")
    retention_after_closing_days: int = Field(30, ge=0, le=30, description="a whole number of days from 0 to 30")
    closing_date: date | None = Field(None, description="the day on which the campaign closes, such as 2026-12-18")
    secretariat_token: SecretStr | None = Field(None, min_length=16, description="at least 16 characters")

    oidc_issuer: Annotated[str, AfterValidator(_issuer)] = Field(
        "", description="an address such as https://login.example.org (http only on this machine)"
    )
    oidc_client_id: str = Field("", description="the name by which the provider knows this service")
    oidc_client_secret: SecretStr | None = Field(None, description="the secret that the provider gave this service")
    oidc_scopes: str = Field(
        "openid profile email", pattern=r"\bopenid\b", description='scopes such as "openid profile email groups"'
    )
    oidc_roles: Annotated[RoleClaim | None, NoDecode, BeforeValidator(_role_claim)] = Field(
        None,
        description='a claim, and the role that each of its values gives, such as "groups: Secretariat=reviewer, '
        'Leads=approver" (reader, reviewer, approver or administrator)',
    )

    @field_validator("openai_api_key")
    @classmethod
    def _key(cls, value: SecretStr | None) -> SecretStr | None:
        if value and any(character.isspace() for character in value.get_secret_value()):
            raise ValueError("a key has no spaces")
        return value

    @model_validator(mode="after")
    def _agree(self) -> "Settings":
        if self.embedding_model != LOCAL and not self.uses_model:
            raise ValueError(
                f'EMBEDDING_MODEL is "{self.embedding_model}", which needs OPENAI_API_KEY or OPENAI_BASE_URL; '
                f'expected "{LOCAL}" without them'
            )
        if self.first_token_seconds > self.answer_seconds:
            raise ValueError("FIRST_TOKEN_SECONDS is more than ANSWER_SECONDS; expected at most as much")
        if self.model_dollars_a_day is not None and (self.price_in is None or self.price_out is None):
            raise ValueError("MODEL_DOLLARS_A_DAY is set, which needs PRICE_IN and PRICE_OUT too")
        if self.uses_oidc and not (self.oidc_client_id and self.oidc_roles):
            raise ValueError("OIDC_ISSUER is set, which needs OIDC_CLIENT_ID and OIDC_ROLES too")
        return self

    @property
    def uses_model(self) -> bool:
        """Whether answers are written by a model (else the pack is quoted)."""
        return self.openai_api_key is not None or bool(self.openai_base_url)

    @property
    def uses_oidc(self) -> bool:
        """Whether the secretariat signs in through a provider of identities (else by one-time links)."""
        return bool(self.oidc_issuer)

    @property
    def database(self) -> str:
        """SQLAlchemy's address of the records; it may hold a password."""
        return self.database_url.get_secret_value() or f"sqlite:///{self.data_dir / 'records.sqlite3'}"

    @property
    def limits(self) -> str:
        """Where limits are kept: "memory", or an address, which may hold a password.

        Without a word of it they are shared as far as the records are: by workers, and by machines on PostgreSQL.
        In SQLite they have a file of their own, since only one may write to a file, and the records take their time.
        """
        if given := self.limits_url.get_secret_value():
            return given
        if not self.database.startswith("sqlite:"):
            return self.database
        return MEMORY if self.workers == 1 else f"sqlite:///{self.data_dir / 'limits.sqlite3'}"


def load_settings(**given: Any) -> Settings:
    """The settings of this machine; what is given by name (a command-line option, say) wins over the environment."""
    try:
        return Settings(**{name: value for name, value in given.items() if value is not None})
    except ValidationError as error:
        raise SettingsError("\n".join(_said(problem) for problem in error.errors())) from None
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f".env cannot be read: {error}; expected UTF-8 text, NAME=value on each line") from None


_SHOWN: Final = {
    "port",
    "workers",
    "host",
    "log_level",
    "ask_limit",
    "forwarded_allow_ips",
    "model_tokens_a_day",
    "model_dollars_a_day",
    "max_body",
    "retention_days",
    "retention_after_closing_days",
    "closing_date",
    "pack_dir",
    "data_dir",
}


def _said(problem: Any) -> str:
    """One sentence about one setting. Only values that cannot be secret are shown."""
    if not problem["loc"]:
        return str(problem["msg"]).removeprefix("Value error, ")
    name = str(problem["loc"][0])
    value = f' is "{problem["input"]}"' if name in _SHOWN else " has a value that cannot be used"
    return f"{name.upper()}{value}: expected {Settings.model_fields[name].description}"
