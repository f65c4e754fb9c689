"""From a prompt to a scene: reads it word by word and changes the scene before."""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass, replace

from bot.standin.world.colours import NAMED
from bot.standin.world.scene import Actor, Scene
from bot.standin.world.vocabulary import NOBODY
from bot.standin.world.words import PHRASES, SMALL_WORDS, Meaning, meaning_of

ACTOR_LIMIT = 4
EFFECT_LIMIT = 3
COUNT_LIMIT = 7
READ_LIMIT_WORDS = 400

_WORD = re.compile(r"[^\W\d_]+(?:[’'-][^\W\d_]+)*|\d+")
_BEFORE = frozenset({"no", "without", "remove", "stop", "not", "less"})  # takes away what comes next
_BEFORE_PAIRS = frozenset({("put", "out"), ("take", "away"), ("get", "rid")})
_AFTER = frozenset({"stops", "stopped", "disappears", "vanishes", "disappeared", "vanished", "ends", "fades"})
_LEAVING = frozenset(
    {"leaves", "leave", "left"}
)  # right behind a subject; elsewhere they are foliage or a side
_EMPTY = frozenset(NOBODY.split())  # takes away every subject and effect there was
_BECOMES = frozenset({"becomes", "become", "into", "transforms"})
_HOMES = {
    "fish": "underwater",
    "jellyfish": "underwater",
    "whale": "sea",
    "boat": "sea",
    "astronaut": "space",
    "ufo": "space",
    "car": "city",
    "bus": "city",
    "lighthouse": "sea",
}
_SIZES = {"big": 1.45, "small": 0.62}


@dataclass(slots=True)
class _Mention:
    """A word with a meaning, as the prompt has it."""

    meaning: Meaning
    removed: bool = False


def imagine(prompt: str, before: Scene | None = None) -> Scene:
    """The scene that a prompt makes, of nothing or of the scene before. The same way each time."""
    words = _WORD.findall(prompt.lower())[:READ_LIMIT_WORDS]
    mentions, unknown = _read(words)
    scene = before or Scene(caption="", seed=zlib.crc32(prompt.encode(errors="replace")))
    scene = replace(scene, caption=prompt, calls=scene.calls + 1)
    if not _EMPTY.isdisjoint(words):
        scene = replace(scene, actors=(), effects=())
    for mention in mentions:
        scene = _without(scene, mention.meaning) if mention.removed else _with(scene, mention.meaning)
    kept = [mention.meaning for mention in mentions if not mention.removed]
    replaces = any(word in _BECOMES for word in words)
    scene = replace(scene, actors=_cast(scene.actors, kept, replaces=replaces))
    scene = _coloured(scene, kept)
    if before is None and not any(meaning.aspect == "place" for meaning in kept):
        home = next((_HOMES[actor.kind] for actor in scene.actors if actor.kind in _HOMES), scene.place)
        scene = replace(scene, place=home)
    return _drifted(scene, unknown, alone=not mentions) if unknown or not mentions else scene


def _read(words: list[str]) -> tuple[list[_Mention], list[str]]:
    """The words that mean something, in order, and those that are not known."""
    mentions: list[_Mention] = []
    unknown: list[str] = []
    taking_away = False
    index = 0
    while index < len(words):
        phrase = next((size for size in (3, 2) if tuple(words[index : index + size]) in PHRASES), 1)
        word = words[index]
        if phrase > 1:
            meaning: Meaning | None = PHRASES[tuple(words[index : index + phrase])]
        else:
            meaning = meaning_of(word)
        pair = (words[index - 1], word) if index else None
        follows_actor = index > 0 and _is_actor(words[index - 1])
        index += phrase
        if mentions and ((word in _AFTER and meaning is None) or (word in _LEAVING and follows_actor)):
            mentions[-1].removed = True
        elif word in _BEFORE or pair in _BEFORE_PAIRS:
            taking_away = True
        elif meaning is not None:
            mentions.append(_Mention(meaning, removed=taking_away))
            taking_away = taking_away and meaning.aspect in ("colour", "count", "size")
        elif word not in SMALL_WORDS and word not in _EMPTY and len(word) > 1:
            unknown.append(word)
    return mentions, unknown


def _is_actor(word: str) -> bool:
    meaning = meaning_of(word)
    return meaning is not None and meaning.aspect == "actor"


def _with(scene: Scene, meaning: Meaning) -> Scene:
    """The scene with one aspect changed. Subjects and colours, which depend on each other, come later."""
    value = meaning.value
    match meaning.aspect:
        case "place":
            return replace(scene, place=value)
        case "time":
            return replace(scene, time=value, tint=None, drift=0.5)
        case "weather":
            return replace(scene, weather=value)
        case "season":
            return replace(scene, season=value)
        case "mood":
            return replace(scene, mood=value)
        case "camera":
            return replace(scene, camera=value)
        case "effect":
            others = tuple(effect for effect in scene.effects if effect != value)
            time = "night" if value == "aurora" and scene.time == "day" else scene.time
            return replace(scene, effects=(*others, value)[-EFFECT_LIMIT:], time=time)
        case _:
            return scene


def _without(scene: Scene, meaning: Meaning) -> Scene:
    value = meaning.value
    match meaning.aspect:
        case "actor":
            return replace(scene, actors=tuple(actor for actor in scene.actors if actor.kind != value))
        case "weather":
            return replace(scene, weather="clear")
        case "effect":
            return replace(scene, effects=tuple(effect for effect in scene.effects if effect != value))
        case "mood":
            return replace(scene, mood="calm")
        case "colour":
            return replace(scene, tint=None)
        case "camera":
            return replace(scene, camera="still")
        case "action":
            return replace(scene, actors=tuple(replace(actor, action="sit") for actor in scene.actors))
        case _:
            return scene


def _cast(actors: tuple[Actor, ...], meanings: list[Meaning], *, replaces: bool) -> tuple[Actor, ...]:
    """The subjects after a prompt: new ones join, known ones change, actions go to the one named last."""
    cast = {actor.kind: actor for actor in actors}
    named: list[str] = []
    acting: set[str] = set()
    count, size, action = 0, 1.0, None
    for meaning in meanings:
        if meaning.aspect == "count":
            count = int(meaning.value[:3])
        elif meaning.aspect == "size":
            size = _SIZES[meaning.value]
        elif meaning.aspect == "actor":
            known = cast.get(meaning.value, Actor(meaning.value))
            cast[meaning.value] = replace(
                known,
                count=min(COUNT_LIMIT, count) or (3 if meaning.plural else known.count),
                size=size if size != 1.0 else known.size,
                action=action or known.action,
            )
            named.append(meaning.value)
            if action is not None:
                acting.add(meaning.value)
            count, size, action = 0, 1.0, None
        elif meaning.aspect == "action" and named and named[-1] not in acting:
            cast[named[-1]] = replace(cast[named[-1]], action=meaning.value)
            acting.add(named[-1])
        elif meaning.aspect == "action":
            action = meaning.value  # for whom comes next
    if action is not None:  # nobody came: it goes for the one named last, or else for everyone
        for kind in named[-1:] or list(cast):
            cast[kind] = replace(cast[kind], action=action)
    if replaces and len(named) > 1:
        cast = {kind: actor for kind, actor in cast.items() if kind == named[-1]}
    elif replaces and named and actors and named[-1] not in {actor.kind for actor in actors}:
        cast = {named[-1]: cast[named[-1]]}
    leaving = [*(kind for kind in cast if kind not in named), *named][: max(0, len(cast) - ACTOR_LIMIT)]
    return tuple(actor for kind, actor in cast.items() if kind not in leaving)


def _coloured(scene: Scene, meanings: list[Meaning]) -> Scene:
    """A colour belongs to the subject right after it, else to the one before it, else to the whole scene."""
    for index, meaning in enumerate(meanings):
        if meaning.aspect != "colour":
            continue
        after = next(
            (other.value for other in meanings[index + 1 : index + 3] if other.aspect == "actor"), None
        )
        before = next((other.value for other in meanings[index - 1 :: -1] if other.aspect == "actor"), None)
        owner = after or (before if index else None)
        if owner is None:
            scene = replace(scene, tint=NAMED[meaning.value])
        else:
            recoloured = (
                replace(actor, colour=meaning.value) if actor.kind == owner else actor
                for actor in scene.actors
            )
            scene = replace(scene, actors=tuple(recoloured))
    return scene


def _drifted(scene: Scene, unknown: list[str], *, alone: bool) -> Scene:
    """Unknown words move palette and motion: plainly when they stand alone, a little beside known ones."""
    number = zlib.crc32(" ".join(sorted(unknown)).encode(errors="replace"))
    share = number / 0xFFFFFFFF
    reach = 0.5 if alone else 0.12
    away = reach * (0.4 + 0.6 * share) * (1 if number & 1 else -1)
    drift = (scene.drift + away) % 1.0 if alone else min(1.0, max(0.0, 0.5 + away))
    return replace(scene, drift=drift, seed=scene.seed ^ number if alone else scene.seed)
