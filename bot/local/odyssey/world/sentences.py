"""A prompt's sentences. Each is read by itself, on top of what those before it have made."""

import re

# The end of a sentence, or a comma before "then"; and words that only say that the next one comes later.
_ENDS = re.compile(
    r"(?:[.;:!?…]+(?=[\s,]|$)|[。！？]|\n|,(?=\s*(?:and\s+|but\s+)?then\b))[\s,]*"
    r"(?:(?:(?:and|but)\s+)?(?:now|then)\b[\s,:]*)?",
    re.IGNORECASE,
)
_FIRST_CLAUSE = re.compile(r"[^,–—]*")


def sentences(prompt: str) -> list[str]:
    """The sentences without the marks at their ends; one, of whatever there is, when there is none."""
    found = [" ".join(sentence.split()) for sentence in _ENDS.split(prompt)]
    return [sentence for sentence in found if sentence] or [prompt]


def first_clause(prompt: str) -> str:
    """What a prompt begins with: all that is added to it leaves that as it is."""
    return (_FIRST_CLAUSE.match(sentences(prompt)[0]) or [""])[0].strip().lower()
