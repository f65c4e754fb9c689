"""From a scene to words: the fuller prompt that the service says it applied."""

from __future__ import annotations

from bot.standin.world.scene import Actor, Scene

_PLACES = {
    "meadow": "a rolling meadow",
    "mountains": "a valley below high mountains",
    "forest": "a deep forest",
    "desert": "wide desert dunes",
    "city": "a city street between towers",
    "room": "a cosy room with a window on the hills",
    "village": "a small village in the hills",
    "sea": "the open sea",
    "space": "a quiet moon under countless stars",
    "underwater": "a reef in clear blue water",
}
_TIMES = {
    "dawn": "in the first pink light of dawn",
    "day": "in bright daylight",
    "sunset": "in the golden light of sunset",
    "dusk": "in violet dusk",
    "night": "on a moonlit night",
}
_WEATHER = {
    "clear": "a few clouds drift by",
    "cloudy": "clouds cover the sky",
    "rain": "rain falls in slanting streaks",
    "storm": "lightning flashes through heavy rain",
    "snow": "snowflakes sway down",
    "fog": "banks of fog roll past",
    "wind": "wind drives leaves along",
}
_CAMERAS = {
    "zoom in": "the camera moves in close",
    "zoom out": "the camera stands far back",
    "left": "the camera pans left",
    "right": "the camera pans right",
    "up": "the camera tilts up",
    "down": "the camera tilts down",
    "shake": "the camera shakes",
    "orbit": "the camera circles",
}


def describe(scene: Scene) -> str:
    """The scene in a few sentences, beginning with the prompt that made it."""
    prompt = " ".join(scene.caption.split()).rstrip(".")
    where = f"{_PLACES[scene.place]} {_TIMES[scene.time]}"
    subjects = [_subject(actor) for actor in scene.actors]
    shown = f"{_list(subjects)} in {where}" if subjects else where
    details = [f"a {scene.mood} {scene.season} mood", _WEATHER[scene.weather], *scene.effects]
    if scene.camera in _CAMERAS:
        details.append(_CAMERAS[scene.camera])
    sentences = [prompt, shown[0].upper() + shown[1:], ", ".join(details).capitalize()]
    return ". ".join(sentence for sentence in sentences if sentence) + "."


def _subject(actor: Actor) -> str:
    size = "large " if actor.size > 1 else "small " if actor.size < 1 else ""
    colour = f"{actor.colour} " if actor.colour else ""
    if actor.count == 1:
        name = f"{size}{colour}{actor.kind}"
        phrase = f"{'an' if name[0] in 'aeio' else 'a'} {name}"
    else:
        ending = "" if actor.kind in ("sheep", "fish", "deer", "jellyfish") else "s"
        phrase = f"{actor.count} {size}{colour}{actor.kind}{ending}"
    return f"{phrase} ({actor.action})" if actor.action else phrase


def _list(parts: list[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"
