"""Tokens as the language model that reads them counts them (o200k_base), with the ranks from the repository."""

import hashlib
import os
from functools import cache
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tiktoken import Encoding

# tiktoken looks for the SHA-1 of the address it would otherwise fetch the ranks from.
_RANKS = Path(__file__).parent / "ranks" / "fb374d419588a4632f3f557e76b4b70aebbca790"
_RANKS_SHA256 = "446a9538cb6c348e3516120d7c08b09f57c36495e2acfffe59a5bf8b0cfb1a2d"
_CACHE_SETTING = "TIKTOKEN_CACHE_DIR"
_loading = Lock()


class TokensError(Exception):
    """Tokens can't be counted; the message names the file, what is wrong, and the remedy."""


def count_tokens(text: str) -> int:
    """Words that only look like control tokens ("<|endoftext|>") count as the plain text that they are."""
    return len(_encoding().encode_ordinary(text))


def truncate(text: str, max_tokens: int) -> str:
    """The beginning of the text, ending with a whole character, that so many tokens hold; the text if it fits."""
    encoding = _encoding()
    tokens = encoding.encode_ordinary(text)
    if len(tokens) <= max_tokens:
        return text
    kept = encoding.decode_bytes(tokens[: max(max_tokens, 0)]).decode("utf-8", errors="ignore")
    # A beginning cut inside a word may be split into more tokens than the same letters were within the whole.
    while len(encoding.encode_ordinary(kept)) > max_tokens:
        kept = kept[:-1]
    return text[: len(kept)]


def _encoding() -> "Encoding":
    with _loading:
        return _loaded_encoding()


@cache
def _loaded_encoding() -> "Encoding":
    """Loaded from our own folder; the user's setting of the cache folder is back in place afterwards."""
    import tiktoken

    _verify_ranks()
    before = os.environ.get(_CACHE_SETTING)
    os.environ[_CACHE_SETTING] = str(_RANKS.parent)
    try:
        return tiktoken.get_encoding("o200k_base")
    finally:
        if before is None:
            del os.environ[_CACHE_SETTING]
        else:
            os.environ[_CACHE_SETTING] = before


def _verify_ranks() -> None:
    """Checked before tiktoken sees the file: it would delete a file that is wrong, and try the network."""
    remedy = "restore it from the repository"
    try:
        found = hashlib.sha256(_RANKS.read_bytes()).hexdigest()
    except OSError as error:
        raise TokensError(f"{_RANKS} can't be read ({error.strerror}): {remedy}.") from error
    if found != _RANKS_SHA256:
        raise TokensError(f"{_RANKS} is not the o200k_base file (SHA-256 {found}, expected {_RANKS_SHA256}): {remedy}.")
