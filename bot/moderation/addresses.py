"""Links, Discord invites and mentions, also when they are disguised.

A link is: anything with a scheme ("https://…", "hxxp://…", "h t t p : / / …"); "www." and a name; a name that
ends with a well-known domain ("example.com", "example[.]com", "example dot com", "example .com"); a name that
ends with another known domain and is followed by a path or port ("bit.ly/x", "example.me/x"); numbers of an
address with a path or port ("10.0.0.1:80"). Endings that are also words or kinds of file ("it", "me", "md",
"zip") need the path, and those that are no domain ("e.g.", "3.5", "Mr.Smith", "file.txt") are no link.

An invite is a name of an invite service with a code, or Discord's own without.

A mention is what Discord could turn into one: `<@1>`, `<@!1>`, `<@&1>`, `<#1>`, `</name:1>`, `<id:…>`,
@everyone and @here. "@name" is none: Discord shows it as text.
"""

import re

from bot.moderation.folding import Forms


def address_form(text: Forms) -> str:
    """`text` as the functions here want it: in Latin letters, and with its dots undisguised."""
    address = text.latin if text.latin.isascii() else text.latin.translate(_DOTS)
    return _DISGUISED_DOT.sub(".", address) if _MAY_HIDE_DOT.search(address) else address


def has_link(text: str, *, besides_invites: bool = False) -> bool:
    """Whether `text` (in address form) has a link, or one that is no invite."""
    if besides_invites:
        text = _INVITE.sub(" ", text)
    if not _MAY_BE_ADDRESS.search(text):
        return False
    return bool(_SCHEME.search(text) or _DOMAIN.search(text))


def has_invite(text: str) -> bool:
    """Whether `text` (in address form) has an invite to a Discord server."""
    if not _MAY_BE_ADDRESS.search(text):
        return False
    return bool(_INVITE.search(text) or _PACKED_INVITE.search(_PADDING.sub("", text)))


def has_mention(text: str) -> bool:
    """Whether `text` (in address form) has a mention."""
    return bool(_MENTION.search(text))


_DOTS = str.maketrans(dict.fromkeys("。۔܁܂․‧·∙⋅•", ".") | dict.fromkeys("∕⁄⧸", "/") | {"꞉": ":", "ː": ":"})
_MAY_HIDE_DOT = re.compile(r"dot|[(\[{<]\s*\.|\s\.")
_MAY_BE_ADDRESS = re.compile(r"[./:]|discord")

# Domains that are no word of a language that a prompt is likely to be in, and no kind of file.
_WELL_KNOWN = (
    "com|net|org|edu|gov|mil|int|info|biz|io|gg|xyz|dev|ru|su|uk|de|fr|jp|cn|br|eu|ua|nl|kr|tk|ml|ga|cf|gq|ly|cc|tv"
    "|onion|online|website|xxx|porn|tech|рф|xn--[a-z0-9-]++"
)
_OTHER = (
    "ac|ag|ai|al|am|app|ar|art|at|au|be|bet|bg|bid|bio|blog|buzz|by|bz|ca|cam|casino|cat|ch|chat|cl|click|cloud|club|co"
    "|cool|cx|cyou|cz|date|dk|download|ee|es|fi|fm|fun|fyi|games|gd|gift|gl|gle|go|gr|group|gs|guru|hk|host|hr|hu|icu|id"
    "|ie|il|im|in|ink|ir|is|it|la|lat|lc|li|life|link|live|lol|lt|lu|lv|md|me|media|mn|mobi|mom|mov|ms|mx|my|name|network"
    "|news|nu|nz|one|page|ph|pics|pk|pl|plus|pm|press|pro|ps|pt|pw|quest|re|ro|rocks|rs|run|sbs|sc|se|sex|sh|shop|si|site"
    "|sk|so|social|space|st|store|stream|team|th|to|today|tools|top|tr|tw|us|vc|vip|vn|wang|wiki|win|work|works|world|ws"
    "|wtf|you|zip|zone"
)
_NAME = r"[^\W_](?:[\w-]*+)"
_PATH_OR_PORT = r"(?:/\S|:[0-9]{2,5}\b|\?\S|#\S)"

_DISGUISED_DOT = re.compile(
    r"\s{0,3}[(\[{<]\s{0,3}(?:\.|dot)\s{0,3}[)\]}>]\s{0,3}"
    rf"|(?<=[^\W_])\s{{1,3}}(?:dot\s{{1,3}}|\.\s{{0,3}})(?=(?:{_WELL_KNOWN}|me|co)(?![^\W_])(?:[/:?#]|\s*+$|\s*+[,;!]|[^.]))"
)
_SCHEME = re.compile(
    r"(?<![^\W_])(?:h\s?[tx]\s?[tx]\s?p\s?s?|f\s?t\s?p|[a-z][a-z0-9+-]{1,15})\s?:\s?[/\\]\s?[/\\]|(?<![^\W_])www\d?\.\w"
)
_DOMAIN = re.compile(
    rf"(?<=[^\W_])\.(?:(?:{_WELL_KNOWN})(?![\w-])|(?:{_OTHER})(?![\w-])\.?{_PATH_OR_PORT})"
    r"|(?<![\w.])[0-9]{1,3}(?:\.[0-9]{1,3}){3}(?:/\S|:[0-9])"
)
_DISCORD = r"d[i1!|l]sc[o0]rd(?:app)?"
_CODE = r"/[\w-]{2,}"
_INVITE = re.compile(
    rf"(?:https?://)?(?:www\.)?(?:{_DISCORD}\s?\.\s?gg(?![\w-])(?:\s?/\s?[\w-]++)?|{_DISCORD}\s?\.\s?com\s?/\s?invite(?:\s?/\s?[\w-]++)?"
    rf"|(?<![\w-])(?:dsc|invite|dis)\s?\.\s?(?:gg|gd){_CODE}|{_DISCORD}\.(?:me|io|li|link|com/servers){_CODE}"
    rf"|(?<![\w-])disboard\.org/[\w/-]++)"
)
_PADDING = re.compile(r"[^\w./]|_")
_PACKED_INVITE = re.compile(rf"{_DISCORD}(?:\.?gg|\.?com/?invite){_CODE}|dsc\.gg{_CODE}")
_MENTION = re.compile(
    r"<\s?(?:@[!&]?|#)\s?[0-9]+\s?>|</[^<>]{1,200}:[0-9]+>|<id:[a-z0-9-]+>|@\s?(?:everyone|here)(?![a-z0-9])"
)
