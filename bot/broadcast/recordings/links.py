"""Links that the service gives: whether they may stand in a post, and how long they work."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl, urlsplit

LIFETIME = timedelta(hours=1)
"""How long the service's links work, if they do not say so themselves."""

_SIGNED = (("x-amz-date", "x-amz-expires"), ("x-goog-date", "x-goog-expires"))
"""When it was signed, and for how many seconds: Amazon S3 and its kin, Google Cloud Storage."""
_ODD = timedelta(days=1)
"""An end that was so long before the link was given means something else."""


def is_link(url: str) -> bool:
    """Whether a URL from the service can be shown as a link, and fetched."""
    try:
        parts = urlsplit(url)
        is_web = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:  # brackets that do not close, or a port that is none
        return False
    return is_web and url.isprintable() and not set(url) & set(' <>"\\')


def expires_at(url: str, fetched_at: datetime) -> datetime:
    """When a link ceases to work: as it says itself, else an hour after it was given."""
    try:
        end = _end({name.lower(): value for name, value in parse_qsl(urlsplit(url).query)})
        return end if end and end > fetched_at - _ODD else fetched_at + LIFETIME
    except (ValueError, OverflowError, OSError):  # it says so in a way that nobody knows
        return fetched_at + LIFETIME


def _end(facts: Mapping[str, str]) -> datetime | None:
    for signed, lifetime_s in _SIGNED:
        if signed in facts and lifetime_s in facts:
            return _date(facts[signed]) + timedelta(seconds=int(facts[lifetime_s]))
    if "expires" in facts:  # CloudFront, and the older signatures of S3 and Google
        return datetime.fromtimestamp(float(facts["expires"]), UTC)
    return _date(facts["se"]) if "se" in facts else None  # Azure


def _date(text: str) -> datetime:
    date = datetime.fromisoformat(text)
    return date.replace(tzinfo=UTC) if date.tzinfo is None else date
