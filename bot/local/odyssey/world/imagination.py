"""From a prompt to a scene: takes what was read and changes the scene before."""

import zlib
from dataclasses import replace

from bot.local.odyssey.world.colours import NAMED
from bot.local.odyssey.world.description import details
from bot.local.odyssey.world.playing import cast
from bot.local.odyssey.world.reading import Mention, Reading, read
from bot.local.odyssey.world.scene import Paint, Scene
from bot.local.odyssey.world.sentences import first_clause, sentences
from bot.local.odyssey.world.vocabulary import IMPLIED, NOBODY
from bot.local.odyssey.world.words import Meaning

EFFECT_LIMIT = 3
THING_LIMIT = 6
WATERY = frozenset({"sea", "harbour", "underwater"})

_EMPTY = frozenset(NOBODY.split())  # takes away every subject and effect there was
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
# What of the picture a colour changes when it is said of a place, a time, the weather, or a season.
_PARTS = {
    "sea": "water",
    "harbour": "water",
    "underwater": "water",
    "forest": "leaves",
    "city": "walls",
    "village": "walls",
    "room": "walls",
    "fog": "fog",
    "snow": "ground",
}
_OF_ASPECT = {"place": "ground", "time": "sky", "weather": "clouds", "season": "leaves"}
_LAND = ("ground", "water", "walls", "leaves")
_HEAVENS = ("sky", "moon", "sun", "stars")
# What the day would outshine, and the time that comes with it.
_SHINING = {"aurora": "night", "fireflies": "night", "neon": "night", "lanterns": "dusk"}


def imagine(prompt: str, before: Scene | None = None) -> Scene:
    """The scene that a prompt makes, of nothing or of the scene before. The same way each time.

    A prompt of several sentences makes what its sentences make as prompts one after the other. What the
    description of a scene says of it changes nothing, so an applied prompt makes what it describes.
    """
    scene = before or Scene(caption="", seed=zlib.crc32(first_clause(prompt).encode(errors="replace")))
    said, told = sentences(prompt), list[str]()
    for sentence in said:
        if not told or sentence not in details(scene):
            scene = _told(sentence, scene)
            told.append(sentence)
    return replace(scene, caption=prompt if told == said else ". ".join(told))


def _told(sentence: str, before: Scene) -> Scene:
    reading, scene = read(sentence), before
    if not _EMPTY.isdisjoint(reading.words):
        scene = replace(scene, actors=(), effects=(), things=())
    for mention in reading.mentions:
        scene = _without(scene, mention.meaning) if mention.removed else _with(scene, mention)
    for mention in reading.kept:
        scene = _painted(scene, mention)
    scene = replace(scene, actors=cast(scene.actors, reading))
    for quality in reading.loose:
        scene = _without(scene, quality.meaning) if quality.removed else _everywhere(scene, quality.meaning)
    for meaning in reading.of_it if not before.actors else ():
        scene = _everywhere(scene, meaning)
    named = {mention.meaning.aspect for mention in reading.kept}
    if not scene.placed and not before.actors:
        home = next((_HOMES[actor.kind] for actor in scene.actors if actor.kind in _HOMES), scene.place)
        scene = replace(scene, place=home)
    if scene.time == "day" and "time" not in named:
        scene = replace(scene, time=_time_to_shine(reading))
    alone = not reading.mentions and not reading.loose and not reading.of_it
    return _drifted(scene, reading.unknown, alone=alone) if reading.unknown or alone else scene


def _with(scene: Scene, mention: Mention) -> Scene:
    """The scene with what is named. How it looks comes later, and so do subjects."""
    aspect, value = mention.meaning.aspect, mention.meaning.value
    match aspect:
        case "place":
            return _moved(scene, value)
        case "time":
            return replace(scene, time=value, tint=None, drift=0.5, paints=scene.paints.without(*_HEAVENS))
        case "weather":
            return replace(scene, weather=value, paints=scene.paints.without("clouds", "fog"))
        case "season":
            return replace(scene, season=value, paints=scene.paints.without("leaves", "ground"))
        case "mood":
            return replace(scene, mood=value)
        case "camera":
            return replace(scene, camera=value)
        case "effect":
            others = tuple(effect for effect in scene.effects if effect != value)
            return replace(scene, effects=(*others, value)[-EFFECT_LIMIT:])
        case "thing" if value != "everything":
            others = tuple(thing for thing in scene.things if thing != value)
            return _implied(replace(scene, things=(*others, value)[-THING_LIMIT:]), value)
        case _:
            return scene


def _implied(scene: Scene, thing: str) -> Scene:
    aspect, value = IMPLIED.get(thing, ("", ""))
    if aspect == "place" and not (thing == "water" and scene.place in WATERY):
        return _moved(scene, value)
    if aspect == "time" and scene.time != "dusk":
        return replace(scene, time=value, paints=scene.paints.without("sky"))
    if aspect == "weather":
        return replace(scene, weather=value if scene.weather in ("clear", "cloudy") else scene.weather)
    return scene


def _moved(scene: Scene, place: str) -> Scene:
    if place == scene.place:
        return replace(scene, placed=True)
    return replace(scene, place=place, placed=True, paints=scene.paints.without(*_LAND))


def _painted(scene: Scene, mention: Mention) -> Scene:
    """The scene with what was said of how a part looks. Nothing said leaves it as it was."""
    meaning = mention.meaning
    colours, materials = mention.values("colour"), mention.values("material")
    if meaning.value == "everything":
        for quality in mention.qualities:
            scene = _everywhere(scene, quality)
        return scene
    if meaning.aspect == "actor" or not (colours or materials):
        return scene
    part = _PARTS.get(meaning.value) or _OF_ASPECT.get(meaning.aspect, meaning.value)
    known = scene.paints.of(part)
    first, second = (*colours, None, None)[:2] if colours else (known.colour, known.second)
    paint = Paint(part, first, second, materials[-1] if materials else known.material)
    if paint.material == "ice" and meaning.aspect in ("place", "thing"):
        scene = replace(scene, season="winter")
    return replace(scene, paints=scene.paints.with_(paint))


def _everywhere(scene: Scene, quality: Meaning) -> Scene:
    """A colour of nothing in particular is the whole picture's; a material is every subject's."""
    if quality.aspect == "colour":
        return replace(scene, tint=NAMED[quality.value])
    if quality.aspect != "material":
        return scene
    if quality.value == "neon" and (scene.place == "city" or not scene.actors):
        scene = _moved(scene, "city")
        neon = replace(scene.paints.of("walls"), material="neon")
        return replace(scene, paints=scene.paints.with_(neon))
    if quality.value == "ice":
        scene = replace(scene, season="winter")
    if quality.value == "glow" and not scene.actors:
        others = tuple(effect for effect in scene.effects if effect != "sparkles")
        scene = replace(scene, effects=(*others, "sparkles")[-EFFECT_LIMIT:])
    paints = scene.paints
    for thing in ("flowers", "leaves"):
        paints = paints.with_(replace(paints.of(thing), material=quality.value))
    glows, made_of = quality.value == "glow", quality.value
    actors = tuple(
        replace(actor, lit=True) if glows else replace(actor, material=made_of) for actor in scene.actors
    )
    return replace(scene, actors=actors, paints=paints)


def _without(scene: Scene, meaning: Meaning) -> Scene:
    value = meaning.value
    match meaning.aspect:
        case "actor":
            return replace(scene, actors=tuple(actor for actor in scene.actors if actor.kind != value))
        case "weather":
            return replace(scene, weather="clear")
        case "effect":
            return replace(scene, effects=tuple(effect for effect in scene.effects if effect != value))
        case "thing":
            scene = replace(scene, weather="clear") if value == "clouds" else scene
            things = tuple(thing for thing in scene.things if thing != value)
            return replace(scene, things=things, paints=scene.paints.without(value))
        case "mood":
            return replace(scene, mood="calm")
        case "colour":
            return replace(scene, tint=None)
        case "material":
            return replace(
                scene, actors=tuple(replace(actor, material=None, lit=False) for actor in scene.actors)
            )
        case "camera":
            return replace(scene, camera="still")
        case "action":
            return replace(scene, actors=tuple(replace(actor, action="sit") for actor in scene.actors))
        case _:
            return scene


def _time_to_shine(reading: Reading) -> str:
    """The time of day that a prompt needs which says none."""
    said = [mention.meaning for mention in reading.kept]
    said += [quality for mention in reading.kept for quality in mention.qualities]
    said += [mention.meaning for mention in reading.loose]
    return next((_SHINING[meaning.value] for meaning in said if meaning.value in _SHINING), "day")


def _drifted(scene: Scene, unknown: list[str], *, alone: bool) -> Scene:
    """Unknown words move palette and motion: plainly when they stand alone, a little beside known ones."""
    number = zlib.crc32(" ".join(sorted(unknown)).encode(errors="replace"))
    share = number / 0xFFFFFFFF
    reach = 0.5 if alone else 0.12
    away = reach * (0.4 + 0.6 * share) * (1 if number & 1 else -1)
    drift = (scene.drift + away) % 1.0 if alone else min(1.0, max(0.0, 0.5 + away))
    return replace(scene, drift=drift, seed=scene.seed ^ number if alone else scene.seed)
