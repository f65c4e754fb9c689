"""Discord's markup, in one place: what goes to the world has none, and what is shown has none that acts.

The forms are those of https://docs.discord.com/developers/reference#message-formatting, and masked links.
"""

import re
from datetime import UTC, datetime, timedelta

ZERO_WIDTH = "\u200b"
"""A sign that is not seen, within markup that is to be text."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_TARGET = r"[^\s()<>]+(?:\([^\s()<>]*\)[^\s()<>]*)*"
_MARKUP = re.compile(
    r"<a?(?P<emoji>:\w{1,64}:)\d+>"
    r"|<t:(?P<time>-?\d{1,20})(?::\w)?>"
    r"|(?P<person><@!?\d+>)"
    r"|(?P<role><@&\d+>)"
    r"|(?P<channel><#\d+>)"
    r"|<(?P<command>/[^<>:]{1,100}):\d+>"
    r"|<id:(?P<guide>[\w-]{1,64})(?::\d+)?>"
    r"|<(?P<other>[a-z]{1,32}):[\w:-]{0,64}\d{15,20}>"
    r"|<(?P<address>https?://[^\s<>]+)>"
    rf"|\[(?P<label>[^\[\]]+)\]\(\s?<?{_TARGET}>?(?:\s[^()]*)?\)"
    rf"|(?<=\])(?P<target>\(\s?<?https?://{_TARGET}>?(?:\s[^()]*)?\))",
    re.IGNORECASE,
)
_ACTIVE = re.compile(r"(?<=@)(?=everyone|here)|(?<=<)(?=[@#/:]|[^\s<>]+>)|(?<=\])(?=\()")


def spelled_out(text: str) -> str:
    """`text` in words that mean something outside Discord: without markup, and without Discord's numbers."""
    while (plainer := _MARKUP.sub(_in_words, text)) != text:
        text = plainer  # which may have brought parts of another one together
    return text


def defused(text: str) -> str:
    """`text` as it is, but for signs of no width at which markup and mentions become text."""
    return _ACTIVE.sub(ZERO_WIDTH, text)


def _in_words(found: re.Match[str]) -> str:
    match found.lastgroup:
        case "time":
            return _moment(int(found["time"]))
        case "person":
            return "somebody"
        case "role":
            return "some people"
        case "channel":
            return "a channel"
        case "target":  # of a link whose words have brackets
            return ""
        case kind:
            return found[kind or 0]


def _moment(seconds: int) -> str:
    try:
        return f"{_EPOCH + timedelta(seconds=seconds):%Y-%m-%d %H:%M} UTC"
    except OverflowError:
        return "some time"
