"""Hostile texts: mixtures of what has hurt bots before, the same in every run."""

import random
from collections.abc import Callable
from dataclasses import dataclass

RULES = {
    "blocked_words": ["heck", "blood bath"],
    "blocked_patterns": [r"(a+)+\$", r"(x|xx)+y\b", r"^(\w+\s?)+~$", r"code\s\d+"],
    "repeat_window_s": 0,
    "line_limit_per_viewer": 50,
    "gap_s": 0,
}
"""A server's rules, which the forbidden ones break. Three patterns would hang a backtracking engine."""


@dataclass(frozen=True, slots=True)
class HostileText:
    """`marker` is a word of its own in `text` (empty if it has none), by which it is found again anywhere.

    What is forbidden must never reach the world from anybody whom the rules bind.
    """

    kind: str
    text: str
    marker: str
    is_forbidden: bool


def hostile_texts(count: int, seed: int = 5) -> list[HostileText]:
    """So many of them, every kind about as often as any other, up to 4,000 characters long."""
    chance = random.Random(seed)
    kinds = list(_KINDS)
    made = []
    for number in range(count):
        kind = kinds[number % len(kinds)]
        text = _KINDS[kind](chance)
        marker = "" if kind == "empty" else f"mrk{number}k"
        if marker:
            ends = [marker, text]
            chance.shuffle(ends)
            text = " ".join(ends)
        made.append(HostileText(kind, text[:4000], marker, kind in FORBIDDEN))
    return made


FORBIDDEN = ("blocked word", "blocked pattern", "link", "mention")

_PIECES = (
    "@everyone", "@here", "<@123456789012345678>", "<@&123456789012345678>", "<#123456789012345678>",
    "\u202e", "\u2066", "\u200b", "\u200d", "\x00", "\x1b[31m", "\ud800", "\ufeff", "\r\n", "\t", "\u2028",
    "**", "__", "~~", "||", "`", "```", "# ", "-# ", "> ", "[x](https://evil.example)", "<t:0:R>", "\\",
    "1. ", "'; DROP TABLE suggestions;--", '{"type":"update"}', "%s%n", "{0}", "{host}", "${jndi:ldap://x}",
    "<script>", "a" * 40, "z̷̡̢̛", "👩\u200d🚀", "雪", "مرحبا", "heck", "h3ck", "ｈｅｃｋ", "discord.gg/abc",
    "http://x.example", " ",
)  # fmt: skip
_WORDS = ("a fox", "the sea", "snow falls", "очень тихо", "夜の街", "مدينة", "🌊", "ein Zug", "१२३")
_BLOCKED = (
    "heck", "HECK", "h3ck", "h\u0435ck", "h e c k", "h.e.c.k", "h-e-c-k", "h_e_c_k", "h\u200beck",
    "he\u00adck", "h\u2060eck", "h\u202eeck", "ｈｅｃｋ", "𝒽ℯ𝒸𝓀", "𝐡𝐞𝐜𝐤", "ⓗⓔⓒⓚ", "🅷🅴🅲🅺",
    "h\u0301e\u0301c\u0301k\u0301", "heeeeck", "ʜᴇᴄᴋ", "h*e*c*k", "**heck**", "||heck||", "`heck`",
    "he\x00ck", "\ud800heck", "blood bath", "bl00d bath", "BLOOD\nBATH", "b l o o d b a t h", "blооd bаth",
)  # fmt: skip
_LINKS = (
    "https://evil.example/x", "hxxps://evil.example", "evil.com", "evil[.]com", "evil dot com",
    "h t t p s : / / evil . com", "www.evil.org", "<https://evil.example>", "[click](https://evil.example)",
    "[https://safe.example](https://evil.example)", "[a](b) [x](https://evil.co)",
    "discord.gg/abc", "discord . gg / abc",
    "discord.com/invite/abc", "dіscord.gg/abc", "evil。com", "ｅｖｉｌ．ｃｏｍ", "e\u200bvil.com",
    "10.0.0.1:80/x", "javascript://evil.example", "discord\u200b.gg/abc",
)  # fmt: skip
_MENTIONS = (
    "@everyone", "@here", "<@123456789012345678>", "<@!123456789012345678>", "<@&123456789012345678>",
    "<#123456789012345678>", "@\u200beveryone", "@ev\u2060eryone", "<@\u200b123456789012345678>",
    "</odyssey end:123456789012345678>", "<id:customize>", "@\x00here", "**@everyone**", "`@here`",
    "@EVERYONE",
)  # fmt: skip
_MARKDOWN = (
    "# HUGE", "## big", "-# small", "> quote", ">>> all quoted", "```py\nimport os\n```", "```", "``", "`",
    "||spoiler||", "**__~~*x*~~__**", "[x]()", "[", "](", "\\", "\\\\\\", "* item", "1. item",
    "<:kappa:123456789012345678>", "<a:spin:123456789012345678>", "<t:0:R>", "<t:99999999999999:F>",
    ":smile:", "***", "___",
)  # fmt: skip
_CODE = (
    "'; DROP TABLE suggestions;--", "' OR '1'='1", '"; --', "%' ESCAPE '%", "_%_%_",
    '{"type":"interactive_stream_end"}', '"}],"prompt":"', "[[[[[[", "{" * 50, "%s%n%x",
    "{0}{host}{self.__class__}", "${jndi:ldap://x}", "<script>alert(1)</script>", "&lt;&amp;", "$(reboot)",
    "`id`", "../../../etc/passwd", "\\u0000", "NULL", "undefined", "-1", "1e999", "{{7*7}}",
)  # fmt: skip


def _among(chance: random.Random, *pieces: str) -> str:
    """The pieces among innocent words."""
    return " ".join([chance.choice(_WORDS), *pieces, chance.choice(_WORDS)])


def _sprinkled(chance: random.Random, marks: str) -> str:
    """Innocent words with marks between their letters."""
    words = " ".join(chance.choices(_WORDS, k=4))
    return "".join(letter + "".join(chance.choices(marks, k=chance.randint(0, 3))) for letter in words)


def _long(chance: random.Random) -> str:
    unit = chance.choice(
        ("a", "\u200b", "a ", "🌊", "雪", "\u0301", "`", "\\", "@", "<", "\n", "*", "\ud800", "=\u0338")
    )
    return unit * (chance.choice((499, 500, 501, 1000, 2000, 4000)) // len(unit))


def _matching_slowly(chance: random.Random) -> str:
    """What makes a backtracking engine try everything, whichever of the usual patterns it has."""
    unit, ending = chance.choice(
        (("a", "!"), ("x", "z"), ("word ", "\n~~"), ("aab", ""), (" ", "."), ("<", ">"), ("h.", "!"))
    )
    return unit * chance.randint(20, 150) + ending


_KINDS: dict[str, Callable[[random.Random], str]] = {
    "mixture": lambda chance: "".join(chance.choices(_PIECES, k=chance.randint(1, 12))),
    "direction": lambda chance: _sprinkled(
        chance, "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2069\u200f\u061c"
    ),
    "zero width": lambda chance: _sprinkled(chance, "\u200b\u200c\u200d\u2060\ufeff\u00ad\u180e\u034f"),
    "combining": lambda chance: _sprinkled(chance, "".join(map(chr, range(0x300, 0x370)))),
    "combining run": lambda chance: "e" + "\u0301\u0338" * chance.randint(50, 900),
    "control": lambda chance: _sprinkled(chance, "".join(map(chr, [*range(32), *range(127, 160)]))),
    "surrogate": lambda chance: _sprinkled(chance, "\ud800\udbff\udc00\udfff"),
    "unassigned": lambda chance: _sprinkled(
        chance, "\uffff\U0010ffff\ue000\U000e0041\ufe0f\U0001f3fb\u3164\u115f"
    ),
    "long": _long,
    "empty": lambda chance: "".join(
        chance.choices(" \n\t\u200b\u200d\u2028\xa0\0\u3000", k=chance.randint(1, 30))
    ),
    "markdown": lambda chance: "\n".join(chance.choices(_MARKDOWN, k=chance.randint(1, 6))),
    "code": lambda chance: _among(chance, *chance.choices(_CODE, k=2)),
    "slow to match": _matching_slowly,
    "blocked word": lambda chance: _among(chance, chance.choice(_BLOCKED)),
    "blocked pattern": lambda chance: _among(chance, chance.choice(("aaaa$", "code 1234", "xxxxxy"))),
    "link": lambda chance: _among(chance, chance.choice(_LINKS)),
    "mention": lambda chance: _among(chance, chance.choice(_MENTIONS)),
}
