"""What a setting's value may be, by what will be done with it.

Each check raises `ValueError` with the end of a sentence that begins with the setting's name.
"""

import re
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import Any, Literal
from urllib.parse import urlsplit

from yarl import URL

from bot.broadcast.errors import BroadcastError
from bot.broadcast.intake.prefixes import prompt_in_chat
from bot.broadcast.intake.prompts import clean_prompt

PREFIX_LIMIT = 20
"""Characters that a suggestion in chat starts with, at most."""

LONGEST_URL = 400
"""Characters: Discord takes 512 for a button's link, and a token is put behind it."""

MOST_SHARDS = 16_384
"""More than any bot has."""

_INVISIBLE = "\u200b\u200c\u200d\u2060\ufeff"
"""Comes along with what is copied from a web page; no blank to Python."""
_LABEL = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)", re.ASCII | re.IGNORECASE)
_QUOTED = re.compile(r"(?s)(['\"])(.*)\1")


def tidied(value: Any) -> Any:
    """The value without what surrounds it: blanks, and a pair of quotes, which `docker --env-file` keeps."""
    if not isinstance(value, str):
        return value
    text = value.strip(_INVISIBLE).strip()
    if quoted := _QUOTED.fullmatch(text):
        text = quoted[2].strip(_INVISIBLE).strip()
    return text


def days(value: Any) -> Any:
    """How many; `never`, in whatever letters, is 0."""
    return 0 if isinstance(value, str) and value.lower() == "never" else value


def auto_or_count(value: Any) -> int | Literal["auto"]:
    """How many; `auto`, in whatever letters, is as many as Discord recommends."""
    typed = str(value).lower()
    if typed == "auto":
        return "auto"
    if not (typed.isascii() and typed.isdecimal() and 1 <= int(typed) <= MOST_SHARDS):
        raise ValueError(f"must be auto, or a number from 1 to {MOST_SHARDS}")
    return int(typed)


def web_url(value: str, schemes: tuple[str, ...]) -> str:
    """A URL that a path can be put behind, without a slash at its end."""
    if re.search(r"\s", value) or len(value) > LONGEST_URL:
        raise ValueError(f"must be a URL without blanks, of at most {LONGEST_URL} characters")
    try:
        url = URL(value)
        port = url.port
    except ValueError:  # its words may quote a password
        raise ValueError("must be a URL with a host and a port that can exist") from None
    if url.scheme not in schemes or not url.raw_host:
        raise ValueError(f"must be a URL that starts with {' or '.join(f'{s}://' for s in schemes)}")
    if not is_host(url.raw_host) or port == 0:
        raise ValueError("must be a URL with a host and a port that can exist")
    if url.query_string or url.fragment or url.raw_user or url.raw_password:
        raise ValueError("must be a URL without user name, question mark and number sign")
    return str(url).rstrip("/")


def is_loopback(url: str) -> bool:
    """Whether what is at a URL can be reached from this machine alone."""
    host = (URL(url).host or "").rstrip(".")
    if not _is_address(host):
        return host == "localhost" or host.endswith(".localhost")
    address = ip_address(host)
    address = getattr(address, "ipv4_mapped", None) or address
    return address.is_loopback or address.is_unspecified


def networks(value: str) -> list[IPv4Network | IPv6Network]:
    """Addresses and networks, with commas or blanks between them; `none` for none."""
    try:
        return [ip_network(each) for each in listed(value)]
    except ValueError:
        raise ValueError("must be addresses or networks, as 10.0.0.7 or 10.0.0.0/8, or none") from None


def framing_sites(value: str) -> list[str]:
    """Origins, with commas or blanks between them; `none` for none. A host may begin with `*.`."""
    for each in listed(value):
        scheme, _, rest = each.partition("://")
        origin = f"{scheme}://{rest.removeprefix('*.')}"
        try:
            is_origin = web_url(origin, ("http", "https")) == origin and not urlsplit(origin).path
        except ValueError:
            is_origin = False
        if not is_origin:
            raise ValueError("must be origins, as https://example.org or https://*.example.org, or none")
    return listed(value)


def listed(value: str) -> list[str]:
    """The parts of a list, with commas or blanks between them."""
    return [] if value.lower() == "none" else value.replace(",", " ").split()


def listening_host(value: str) -> str:
    """An address or host name to listen on; an IPv6 address may be in brackets, as in URLs."""
    bare = value[1:-1] if value.startswith("[") and value.endswith("]") else value
    if not is_host(bare):
        raise ValueError("must be an address or a host name, without http:// and without a port")
    return bare


def is_host(text: str) -> bool:
    """Whether this is an IP address, or a name that can exist."""
    if ":" in text:
        return _is_address(text)
    labels = text.removesuffix(".").split(".")
    if labels[-1].isdecimal():
        return _is_address(text)
    return len(text) <= 253 and all(_LABEL.fullmatch(label) for label in labels)


def typed_prefix(value: str) -> str:
    """What a suggestion in chat starts with: it must be found again in what people type."""
    if is_discords_own(value):
        raise ValueError("must not start with @, / or <, nor contain `: Discord itself gives them a meaning")
    try:
        is_typed = clean_prompt(value) == value and " " not in value
    except BroadcastError:  # nothing of it can be seen
        is_typed = False
    if not is_typed or prompt_in_chat(f"{value} a cat", value) != " a cat":
        raise ValueError("must be characters that can be seen and typed, without blanks")
    return value


def is_discords_own(prefix: str) -> bool:
    """Whether Discord gives it a meaning."""
    return prefix.startswith(("@", "/", "<")) or "`" in prefix


def secret(value: str) -> str:
    """A token or a key: it travels in a header, and is one word."""
    if not value.isascii() or not value.isprintable() or " " in value:
        raise ValueError(
            "must be one word of plain letters, digits and signs: copy it anew, and nothing else"
        )
    return value


def _is_address(text: str) -> bool:
    try:
        ip_address(text.replace("%25", "%"))  # a link's address names its interface, in a URL so
    except ValueError:
        return False
    return True
