"""From what people type to a prompt."""

from __future__ import annotations

import unicodedata

from bot.broadcast.errors import BroadcastError, Code

PROMPT_LIMIT = 1000
"""Characters in a prompt at most. The service names no limit; more than this is no longer one idea."""

_ALLOWED_FORMAT_CHARACTERS = {"\u200c", "\u200d"}  # joiners: emoji and several scripts need them
_BLANK = "\u200c\u200d\u115f\u1160\u3164\uffa0\u2800\ufe0f "
"""What can be in a prompt and shows nothing: joiners, fillers, the empty Braille cell, a selector, spaces."""


def clean_prompt(text: str) -> str:
    """The prompt in `text`: on one line, without control or invisible format characters.

    Raises `BroadcastError` with EMPTY_PROMPT or PROMPT_TOO_LONG.
    """
    prompt = " ".join(_visible(text).split())
    if not prompt.strip(_BLANK):
        raise BroadcastError(Code.EMPTY_PROMPT)
    if len(prompt) > PROMPT_LIMIT:
        raise BroadcastError(Code.PROMPT_TOO_LONG, length=len(prompt), limit=PROMPT_LIMIT)
    return prompt


def _visible(text: str) -> str:
    if text.isascii() and text.isprintable():  # nearly all there is, in a fraction of the time
        return text
    return "".join(
        " " if character.isspace() else character
        for character in text
        if character.isspace()
        or character in _ALLOWED_FORMAT_CHARACTERS
        or unicodedata.category(character) not in ("Cc", "Cf", "Cs", "Co")
    )


def prompt_in_chat(message: str, prefix: str) -> str | None:
    """What a chat message proposes: the text behind the prefix, or None for ordinary talk.

    "!!!" is talk, "!" alone is an empty proposal (which `clean_prompt` then refuses).
    """
    text = message.lstrip()
    if not text.startswith(prefix):
        return None
    proposal = text[len(prefix) :]
    return None if proposal.startswith(prefix) else proposal
