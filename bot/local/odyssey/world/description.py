"""From a scene to words: the fuller prompt that the service says it applied."""

from bot.local.odyssey.world.scene import Actor, Paint, Scene

_PLACES = {
    "meadow": "a rolling meadow",
    "mountains": "a valley below high mountains",
    "forest": "a deep forest",
    "desert": "wide desert dunes",
    "city": "a city street between towers",
    "room": "a cosy room with a window on the hills",
    "village": "a small village in the hills",
    "sea": "the open sea",
    "harbour": "an old harbour with moored boats",
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


# What adding "ing" to the action does not make.
_DOING = {
    "run": "running",
    "chase": "chasing",
    "sit": "sitting still",
    "look": "looking around",
    "wave": "waving",
    "dance": "dancing",
    "spin": "spinning",
    "swim": "swimming",
    "launch": "taking off",
    "rise": "rising",
    "pass": "passing by",
    "circle": "dancing in circles",
}
_MATERIALS = {"wood": "wooden", "glow": "glowing"}
# Parts that are there anyway, so that only how they look is worth a word.
_PARTS = frozenset(
    {"sky", "sun", "stars", "clouds", "ground", "water", "walls", "leaves", "fog", "everything"}
)


def describe(scene: Scene) -> str:
    """The scene in a few sentences, beginning with the prompt that made it."""
    prompt = " ".join(scene.caption.split()).rstrip(".")
    return ". ".join(sentence for sentence in (prompt, *details(scene)) if sentence) + "."


def details(scene: Scene) -> tuple[str, str]:
    """What is to be seen, in two sentences without their full stops: subjects and place, then all else."""
    where = f"{_PLACES[scene.place]} {_TIMES[scene.time]}"
    subjects = [_subject(actor) for actor in scene.actors]
    shown = f"{_list(subjects)} in {where}" if subjects else where
    more = [f"a {scene.mood} {scene.season} mood", _WEATHER[scene.weather]]
    added = [*scene.effects, *(thing for thing in scene.things if thing not in _PARTS)]
    more += [_painted(scene.paints.of(part), part) for part in added]
    more += [_painted(paint, paint.part) for paint in scene.paints.all if paint.part in _PARTS]
    if scene.camera in _CAMERAS:
        more.append(_CAMERAS[scene.camera])
    return shown[0].upper() + shown[1:], ", ".join(more).capitalize()


def _subject(actor: Actor) -> str:
    size = "large " if actor.size > 1 else "small " if actor.size < 1 else ""
    look = ("glowing " if actor.lit else "") + _look(actor.colour, actor.second, actor.material)
    if actor.count == 1:
        name = f"{size}{look}{actor.kind}"
        phrase = f"{'an' if name[0] in 'aeio' else 'a'} {name}"
    else:
        ending = "" if actor.kind in ("sheep", "fish", "deer", "jellyfish") else "s"
        phrase = f"{actor.count} {size}{look}{actor.kind}{ending}"
    doing = _DOING.get(actor.action, f"{actor.action}ing") if actor.action else None
    return " ".join(part for part in (phrase, doing, "in the air" if actor.aloft else None) if part)


def _painted(paint: Paint, name: str) -> str:
    return f"{_look(paint.colour, paint.second, paint.material)}{name}"


def _look(colour: str | None, second: str | None, material: str | None) -> str:
    """Colours and material before a noun, with a space behind."""
    colours = " and ".join(name for name in (colour, second) if name is not None)
    words = [word for word in (colours, _MATERIALS.get(material or "", material)) if word]
    return "".join(f"{word} " for word in words)


def _list(parts: list[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"
