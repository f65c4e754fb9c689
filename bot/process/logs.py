"""The log: text or JSON lines on standard error, with references, without secrets."""

import json
import logging
import re
from collections.abc import Collection
from datetime import UTC, datetime
from typing import Literal

LogLevel = Literal["DEBUG", "INFO", "WARNING", "ERROR"]

_QUERY = re.compile(r"((?:https?|wss?)://[^\s?\"'<>]+)\?[^\s\"'<>]+")
"""A URL with a query: presigned links and session tokens live there."""
_IN_PATH = re.compile(r"(/(?:webhooks|interactions)/\d+/)[^/\s?\"'<>]+")
"""Where Discord has the token of an interaction: whoever has that answers in the bot's name."""
_FIELD = re.compile(r"""(["'](?:\w*token|api_key)["']: ?["'])[^"']+""")
"""The same, and others, in what libraries quote at DEBUG."""
TYPED_SECRET = "odyssey-secret"  # noqa: S105 - it is none
"""The ID of a field of a dialogue that a secret is typed into."""
_TYPED = re.compile(r"\{[^{}]*" + TYPED_SECRET + r"[^{}]*\}")
"""Such a field, as what Discord says is quoted at DEBUG before anybody knows the secret in it."""
SHORTEST_SECRET = 4
"""Characters: what is shorter is no secret, and to mask it would make the whole log unreadable."""


_LEARNED: set[str] = set()
"""Secrets that no setting has: the keys of servers' own accounts."""


def hide(secret: str) -> None:
    """Has a secret that became known while the bot runs masked from now on, too."""
    _LEARNED.add(secret)


def set_up_logging(level: str, form: str, secrets: Collection[str] = ()) -> None:
    """Sends every record from `level` on to standard error, as `form` says: "text" or "json".

    `secrets` are masked wherever they turn up, and so are tokens and URLs' queries. A record's `ref` (given
    as `extra={"ref": …}`) is shown with it; its `code`, one of a few words, is only counted.
    """
    handler = logging.StreamHandler()
    handler.setFormatter((_JsonFormatter if form == "json" else _TextFormatter)(secrets))
    logging.basicConfig(level=level, handlers=[handler], force=True)
    # These tell of every request, with its URL, at INFO.
    for chatty in ("httpx", "httpcore", "aiohttp.access", "aioice", "aiortc"):
        logging.getLogger(chatty).setLevel(max(logging.WARNING, logging.getLevelName(level)))


def masked(text: str, secrets: Collection[str]) -> str:
    """The text without these secrets and those that were learned, without tokens and the queries of URLs."""
    if TYPED_SECRET in text:
        text = _TYPED.sub("{***}", text)
    for secret in sorted({*secrets, *_LEARNED}, key=len, reverse=True):
        if len(secret) >= SHORTEST_SECRET:
            text = text.replace(secret, "***")
    for pattern, shown in ((_QUERY, r"\1?***"), (_IN_PATH, r"\1***"), (_FIELD, r"\1***")):
        text = pattern.sub(shown, text)
    return text


class _MaskingFormatter(logging.Formatter):
    def __init__(self, secrets: Collection[str]) -> None:
        super().__init__()
        self._secrets = secrets

    def masked(self, text: str) -> str:
        return masked(text, self._secrets)


class _TextFormatter(_MaskingFormatter):
    def format(self, record: logging.LogRecord) -> str:
        ref = getattr(record, "ref", None)
        message = record.getMessage().replace("\n", "\\n").replace("\r", "\\r")
        text = f"{_time(record)} {record.levelname:<7} {record.name}: {message}"
        if ref:
            text += f" [ref {ref}]"
        if record.exc_info:
            text += "\n" + self.formatException(record.exc_info)
        return self.masked(text)


class _JsonFormatter(_MaskingFormatter):
    def format(self, record: logging.LogRecord) -> str:
        fields = {
            "time": _time(record),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            "ref": getattr(record, "ref", None),
            "exception": self.formatException(record.exc_info) if record.exc_info else None,
        }
        present = {key: self.masked(value) for key, value in fields.items() if value is not None}
        return json.dumps(present, ensure_ascii=False)


def _time(record: logging.LogRecord) -> str:
    return datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
