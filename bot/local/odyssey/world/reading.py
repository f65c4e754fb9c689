"""Reads a prompt: what it names, in order, and which colour, material, number and size goes to what.

A quality belongs to what it stands before ("green northern lights", "a small, red robot"), else to what it
is said of ("the sky above the train turns red", "made of glass"). The rules know classes of words, never
single words of the vocabulary.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

from bot.local.odyssey.world import vocabulary
from bot.local.odyssey.world.words import PHRASES, SMALL_WORDS, Aspect, Meaning, meaning_of

READ_LIMIT_WORDS = 400
QUALITIES: frozenset[Aspect] = frozenset({"colour", "material", "size", "count"})
# How well a noun answers for a quality where several stand together: "green night train", "pink evening sky".
_NOUNS: dict[Aspect, int] = {
    "actor": 3,
    "thing": 2,
    "effect": 2,
    "place": 1,
    "time": 0,
    "weather": 0,
    "season": 0,
}

_LIFELESS: tuple[Aspect, ...] = ("thing", "effect", "weather", "time")  # what does things, but is no subject

_TOKEN = re.compile(r"[^\W\d_]+(?:[’'-][^\W\d_]+)*|\d+|[.,;:!?()\n–—]")
_BEFORE = frozenset({"no", "without", "remove", "stop", "not", "less"})  # takes away what comes next
_BEFORE_PAIRS = frozenset({("put", "out"), ("take", "away"), ("get", "rid")})
_AFTER = frozenset({"stops", "stopped", "disappears", "vanishes", "disappeared", "vanished", "ends", "fades"})
# Right behind a subject; elsewhere they are foliage or a side.
_LEAVING = frozenset({"leaves", "leave", "left"})
_COPULAS = frozenset(vocabulary.COPULAS.split())
_SINGULAR = frozenset({"is", "was", "becomes", "turns", "gets", "grows", "goes", "begins", "starts"})
_PREPOSITIONS = frozenset(vocabulary.PREPOSITIONS.split())
_RELATIVES = frozenset({"that", "which", "who"})
_PRONOUNS = frozenset({"it", "its", "they", "them", "he", "she", "him", "her"})
_ARTICLES = frozenset(
    {"a", "an", "the", "his", "her", "its", "their", "our", "my", "your", "this", "that", "these", "those"}
)
_TONES = frozenset({"light", "dark", "deep", "pale", "bright"})  # of a colour, when right before it

_ADVERBS = frozenset({"and", "very", "so", "really", "all", "now", "slowly", "suddenly", *_TONES})
_NOTHING = frozenset(vocabulary.NOBODY.split())

Role = Literal["word", "noun", "quality", "other", "unknown", "small", "stop"]


@dataclass(slots=True)
class Mention:
    """Something that the prompt names, with its qualities. `where`: the preposition that it stands behind."""

    meaning: Meaning
    removed: bool = False
    where: str | None = None
    qualities: list[Meaning] = field(default_factory=list)

    def values(self, aspect: Aspect) -> list[str]:
        """What was said of it in one respect, in order."""
        return [quality.value for quality in self.qualities if quality.aspect == aspect]


@dataclass(slots=True)
class Reading:
    """What a prompt says. `loose`: qualities of the whole scene; `of_it`: of what was there already."""

    words: list[str]
    mentions: list[Mention] = field(default_factory=list)
    loose: list[Mention] = field(default_factory=list)
    of_it: list[Meaning] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)

    @property
    def kept(self) -> list[Mention]:
        """What is named and not taken away."""
        return [mention for mention in self.mentions if not mention.removed]


@dataclass(slots=True)
class _Token:
    word: str
    role: Role
    mention: Mention | None = None

    def means(self, *aspects: Aspect) -> bool:
        return self.mention is not None and self.mention.meaning.aspect in aspects


def read(prompt: str) -> Reading:
    """What a prompt says."""
    tokens = list(_tokens(prompt.lower()))
    _take_away(tokens)
    _place(tokens)
    _leave_alone(tokens)
    reading = Reading([token.word for token in tokens])
    reading.unknown = [token.word for token in tokens if token.role == "unknown"]
    for at, token in enumerate(tokens):
        if token.mention is None:
            continue
        if token.role != "quality":
            reading.mentions.append(token.mention)
        elif token.mention.removed:
            reading.loose.append(token.mention)
        else:
            _give(tokens, at, token.mention, reading)
    return reading


def _give(tokens: list[_Token], at: int, quality: Mention, reading: Reading) -> None:
    """Hand a quality to its owners."""
    owners = _owners(tokens, at)
    turns = _is_said(tokens, at) and not any(token.role == "quality" for token in tokens[max(0, at - 2) : at])
    for owner in owners or []:
        if turns and quality.meaning.aspect == "colour":  # "a red cat turns blue" is not red and blue
            owner.qualities = [known for known in owner.qualities if known.aspect != "colour"]
        owner.qualities.append(quality.meaning)
    if owners == []:
        if not _PRONOUNS.isdisjoint(reading.words):
            reading.of_it.append(quality.meaning)
        else:
            reading.loose.append(quality)


def _owners(tokens: list[_Token], at: int) -> list[Mention] | None:
    """Whose the quality is: empty when it is said of nothing; None when of something that nobody can draw."""
    said = _is_said(tokens, at)
    ahead, strange = _ahead(tokens, at, joined=not said)
    if ahead is not None:
        return [ahead]
    if strange and not said:
        return None
    if tokens[at].means("count"):
        return None
    return _subjects(tokens, at)


def _ahead(tokens: list[_Token], at: int, *, joined: bool) -> tuple[Mention | None, bool]:
    """What the quality stands before; and whether that is, or may be, something unknown."""
    found: list[_Token] = []
    strange = False
    of_many = tokens[at].means("count")
    for index in range(at + 1, len(tokens)):
        token = tokens[index]
        following = tokens[index + 1] if index + 1 < len(tokens) else None
        if token.role == "noun":
            found.append(token)
        elif token.role == "unknown":
            strange = strange or not found
        elif found:
            break
        elif token.word in (",", "and") and joined and following and _describes(following):
            continue
        elif not (
            _describes(token) or _is_participle(token) or (of_many and token.word in ("of", *_ARTICLES))
        ):
            break
    if not found:
        return None, strange
    return max(reversed(found), key=_rank).mention, False


def _is_said(tokens: list[_Token], at: int) -> bool:
    """Whether the quality stands right behind a verb like "is", with other qualities between at most."""
    for token in reversed(tokens[:at]):
        if token.word in _COPULAS:
            return True
        adverb = token.word in _ADVERBS or (token.role == "unknown" and token.word.endswith("ly"))
        if token.role != "quality" and not adverb:
            return False
    return False


def _subjects(tokens: list[_Token], at: int) -> list[Mention]:
    """What a quality is said of: the nearest thing before it that no preposition takes away."""
    nouns = [index for index in range(at) if tokens[index].role == "noun"]
    if not nouns:
        return []
    between = [token.word for token in tokens[nouns[-1] + 1 : at] if token.role != "quality"]
    free = [index for index in nouns if _where(tokens[index]) is None]
    # "a train, red" and "a bird in a tree that is red" speak of the very last thing.
    head = free[-1] if free and between and _RELATIVES.isdisjoint(between) else nouns[-1]
    first = head
    while first > 0 and tokens[first - 1].role == "noun":
        first -= 1
    run = [tokens[index] for index in range(first, head + 1)]
    owners = [max(reversed(run), key=_rank)]
    verbs = {token.word for token in tokens[head:at]}
    before = first - 1
    while before >= 0 and (tokens[before].word in _ARTICLES or tokens[before].role == "quality"):
        before -= 1
    if (
        before > 0
        and tokens[before].word == "and"
        and tokens[before - 1].role == "noun"
        and not verbs & _SINGULAR
    ):
        owners.append(tokens[before - 1])
    return [owner.mention for owner in owners if owner.mention is not None]


def _tokens(text: str) -> Iterator[_Token]:
    words = _TOKEN.findall(text)[:READ_LIMIT_WORDS]
    index = 0
    while index < len(words):
        size = next((size for size in (3, 2) if tuple(words[index : index + size]) in PHRASES), 1)
        word = words[index]
        meaning = PHRASES[tuple(words[index : index + size])] if size > 1 else meaning_of(word)
        following = meaning_of(words[index + size]) if index + size < len(words) else None
        if word in _TONES and following is not None and following.aspect == "colour":
            meaning = None
        index += size
        yield _Token(word, _role(word, meaning), Mention(meaning) if meaning is not None else None)


def _role(word: str, meaning: Meaning | None) -> Role:
    if meaning is not None:
        if meaning.aspect in QUALITIES:
            return "quality"
        return "noun" if meaning.aspect in _NOUNS else "other"
    if not word[0].isalnum():
        return "stop"
    silent = word in SMALL_WORDS or word in _TONES or word in _NOTHING or len(word) == 1
    return "small" if silent or word in _AFTER else "unknown"


def _take_away(tokens: list[_Token]) -> None:
    """Mark what the prompt takes away: what comes behind "no", and what stands before "disappears"."""
    taking = False
    last: Mention | None = None
    for at, token in enumerate(tokens):
        before = tokens[at - 1] if at else None
        leaves = token.word in _LEAVING and before is not None and before.means("actor")
        if last is not None and (leaves or (token.word in _AFTER and token.mention is None)):
            last.removed = True
            token.mention, token.role = None, "small"
        elif token.word in _BEFORE or (before is not None and (before.word, token.word) in _BEFORE_PAIRS):
            taking = True
        elif token.mention is not None:
            token.mention.removed = taking
            last = token.mention
            taking = taking and token.role == "quality"


def _place(tokens: list[_Token]) -> None:
    """Note the preposition that each noun stands behind."""
    where: str | None = None
    before: _Token | None = None
    for token in tokens:
        again = before is not None and before.role == "noun" and token.word in _ARTICLES
        ends = token.role == "stop" or (token.means("action") and not _is_participle(token))
        before = token
        if token.word in _PREPOSITIONS and token.role == "small":
            where = token.word
        elif token.role == "noun" and token.mention is not None:
            token.mention.where = where
        elif ends or again or token.word in ("and", "while", "as", *_RELATIVES, *_COPULAS):
            where = None


def _leave_alone(tokens: list[_Token]) -> None:
    """Forget what no subject does: fog that rolls in, a sun that rises."""
    doer: _Token | None = None
    for token in tokens:
        if token.role == "noun" and _where(token) is None:
            doer = token
        elif token.role == "stop" or token.word in ("and", "while", "as", *_PRONOUNS, *_RELATIVES):
            doer = None
        elif token.means("action") and doer is not None and doer.means(*_LIFELESS):
            token.mention, token.role = None, "small"


def _where(token: _Token) -> str | None:
    return token.mention.where if token.mention is not None else None


def _rank(token: _Token) -> int:
    return -1 if token.mention is None else _NOUNS.get(token.mention.meaning.aspect, -1)


def _describes(token: _Token) -> bool:
    return token.role == "quality" or token.means("mood")


def _is_participle(token: _Token) -> bool:
    return token.means("action") and token.word.endswith("ing")
