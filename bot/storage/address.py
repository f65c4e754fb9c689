"""Where the database is: a URL, read strictly, because what is silently ignored leads elsewhere."""

import re
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

LONGEST_TIMEOUT_S = 600.0
DATA = Path("data")
"""What a bot without a file of its own keeps on its disk is in here."""

_URL = re.compile(r"sqlite(?:\+aiosqlite)?:///(?P<path>[^?]*)(?:\?(?P<options>.*))?", re.DOTALL)
_SERVER = re.compile(r"postgres(?:ql)?(?:\+psycopg)?://(?P<rest>.*)", re.DOTALL)
_UNFILLED = re.compile(r"~[^/]*(/|$)|(.*/)?(\$\w+|\$\{\w+\}|%\w+%)(/|$)")
"""What a shell would have replaced, and nobody did: a home directory or a variable, as a folder's name."""
_UNSPEAKABLE = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")
"""Control characters, and bytes that are no text."""


@dataclass(frozen=True, slots=True)
class Server:
    """A database of PostgreSQL. `url` is as libpq reads it, and may have a password: `shown` has none."""

    url: str = field(repr=False)
    shown: str
    name: str

    def __str__(self) -> str:
        return self.shown

    @property
    def secrets(self) -> list[str]:
        """What must stand in no log."""
        parts = urlsplit(self.url)
        in_options = [value for name, value in parse_qsl(parts.query) if "password" in name]
        given = [each for each in (parts.password, *in_options) if each]
        return [*given, *(unquote(each) for each in given if unquote(each) != each)]


@dataclass(frozen=True, slots=True)
class DatabaseAddress:
    """A file, or a server's database; `path` is None for that one, and for a database in memory.

    `timeout_s` is how long a statement waits for a lock of a file.
    """

    path: Path | None
    timeout_s: float = 10.0
    server: Server | None = None

    @property
    def folder(self) -> Path | None:
        """Where the bot keeps what belongs to the database; None if that is in memory."""
        if self.server:
            return DATA
        return self.path.parent if self.path else None


def database_address(url: str) -> DatabaseAddress:
    """Reads `sqlite:///PATH?timeout=SECONDS` or `postgresql://…`. Raises `ValueError` with what is wrong."""
    if server := _SERVER.fullmatch(url):
        return DatabaseAddress(None, server=_server(f"postgresql://{server['rest']}"))
    parts = _URL.fullmatch(url)
    if parts is None:
        raise ValueError(
            "must be a SQLite URL such as sqlite:///data/odyssey.sqlite3, or postgresql://USER@HOST/DATABASE"
        )
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


def shown(url: str) -> str:
    """A URL for people: without a password, and without a server's options, where one may stand too."""
    try:
        server = database_address(url).server
    except ValueError:
        return url.partition("://")[0] + "://…"
    return server.shown if server else url


def check_path(path: str) -> None:
    """Raises `ValueError` for what can name nothing, or names what is not meant."""
    if not path.strip() or _UNSPEAKABLE.search(path):
        raise ValueError("must be a path without control characters")
    if _UNFILLED.match(path) and not Path(path).parent.is_dir():
        raise ValueError("must name the folder itself: ~ and variables are not replaced here")


def _server(url: str) -> Server:
    """What libpq makes of its options is seen when it connects."""
    parts = urlsplit(url)
    name = unquote(parts.path.removeprefix("/"))
    if _UNSPEAKABLE.search(url) or not name or "/" in name:
        raise ValueError("must name a database, such as postgresql://odyssey@localhost/odyssey")
    who, _, where = parts.netloc.rpartition("@")
    user = f"{who.partition(':')[0]}@" if who else ""
    return Server(url, f"postgresql://{user}{where}/{name}", name)


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
