"""What people of a crowd say: ideas, also almost those of others, talk, and some of what breaks the rules."""

import random
import re

from bot.local.discord.people.views import SeenMessage

CANDIDATE = re.compile(r"^\*\*\d\*\* · (.+?) — ", re.MULTILINE)
"""One that a panel lists."""

# Of what the stand-in does not draw: it is to answer at once, whatever else the machine does.
_WHO = (
    "a sonnet",
    "the committee",
    "a rumour",
    "the anthem",
    "a riddle",
    "the second chapter",
    "an old proverb",
    "the alphabet",
)
_DOES = (
    "hums along",
    "is recited backwards",
    "changes its mind",
    "gets a footnote",
    "is translated",
    "asks a question",
    "loses its plot",
    "rhymes by accident",
    "keeps a secret",
)
_WHERE = ("in the margin", "between the lines", "after the comma", "with some irony", "before the index", "")
TALK = ("that is so pretty", "haha yes", "more of this please", "who made this?", "wow", "can we have rain?")
MISCHIEF = ("look at https://example.com now", "@everyone hello", "join discord.gg/abcdef")


def idea(dice: random.Random, panel: SeenMessage | None) -> str:
    """What should happen next; now and then almost what somebody else wants, of whom the panel tells."""
    others = CANDIDATE.findall(panel.text) if panel else []
    if others and dice.random() < 0.2:
        return _with_a_slip(dice.choice(others), dice)
    return " ".join(dice.choice(part) for part in (_WHO, _DOES, _WHERE)).strip()


def _with_a_slip(words: str, dice: random.Random) -> str:
    """A letter is missing in the longest word."""
    longest = max(words.split(), key=len)
    letter = dice.randrange(1, max(2, len(longest) - 1))
    return words.replace(longest, longest[:letter] + longest[letter + 1 :], 1)
