"""Where the database is: a SQLite URL, read strictly, because what is silently ignored leads elsewhere."""

import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

LONGEST_TIMEOUT_S = 600.0

_URL = re.compile(r"sqlite(?:\+aiosqlite)?:///(?P<path>[^?]*)(?:\?(?P<options>.*))?", re.DOTALL)
_UNFILLED = re.compile(r"~[^/]*(/|$)|(.*/)?(\$\w+|\$\{\w+\}|%\w+%)(/|$)")
"""What a shell would have replaced, and nobody did: a home directory or a variable, as a folder's name."""
_UNSPEAKABLE = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")
"""Control characters, and bytes that are no text."""


@dataclass(frozen=True, slots=True)
class DatabaseAddress:
    """`path` is None for a database in memory; `timeout_s` is how long a statement waits for a lock."""

    path: Path | None
    timeout_s: float = 10.0


def database_address(url: str) -> DatabaseAddress:
    """Reads `sqlite:///PATH?timeout=SECONDS`. Raises `ValueError` with what is wrong with it."""
    parts = _URL.fullmatch(url)
    if parts is None:
        raise ValueError("must be a SQLite URL such as sqlite:///data/odyssey.sqlite3")
    path = _path(parts["path"])
    if parts["options"] is None:
        return DatabaseAddress(path)
    name, _, value = parts["options"].partition("=")
    if name != "timeout":
        raise ValueError(
            f"must have no options but timeout after its question mark (%3F in a name): {name!r}"
        )
    if not re.fullmatch(r"\d+(\.\d+)?", value, re.ASCII) or not 0 < float(value) <= LONGEST_TIMEOUT_S:
        raise ValueError(f"must have seconds as its timeout, up to {LONGEST_TIMEOUT_S:g}")
    return DatabaseAddress(path, float(value))


def check_path(path: str) -> None:
    """Raises `ValueError` for what can name nothing, or names what is not meant."""
    if not path.strip() or _UNSPEAKABLE.search(path):
        raise ValueError("must be a path without control characters")
    if _UNFILLED.match(path) and not Path(path).parent.is_dir():
        raise ValueError("must name the folder itself: ~ and variables are not replaced here")


def _path(written: str) -> Path | None:
    path = _decoded(written)
    if path == ":memory:":
        return None
    if not path.strip() or path.startswith("file:") or _UNSPEAKABLE.search(path):
        raise ValueError("must name a file, such as sqlite:///data/odyssey.sqlite3")
    check_path(path)
    return Path(path)


def _decoded(written: str) -> str:
    """`%20` is a blank, as in every URL, unless there is a folder that is really named so."""
    decoded = unquote(written, errors="surrogateescape")
    if decoded != written and Path(written).parent.is_dir() and not Path(decoded).parent.is_dir():
        return written
    return decoded
