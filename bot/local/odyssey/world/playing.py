"""The subjects after a prompt: who joins, who changes, who does what."""

from dataclasses import replace

from bot.local.odyssey.world.reading import Mention, Reading
from bot.local.odyssey.world.scene import Actor
from bot.local.odyssey.world.words import Meaning

ACTOR_LIMIT = 4
COUNT_LIMIT = 7

_BECOMES = frozenset({"becomes", "become", "into", "transforms"})
_SIZES = {"big": 1.45, "small": 0.62}
_HIGH = frozenset({"over", "above"})
_AMONG = frozenset({"between", "among", "in", "through", "into", "across", "inside"})
_LOFTY = frozenset({"sky", "clouds"})
_EARTHBOUND = frozenset({"jump", "look", "walk", "run", "sit", "chase"})  # over a hill, not over its head


def cast(actors: tuple[Actor, ...], reading: Reading) -> tuple[Actor, ...]:
    """The subjects after a prompt: new ones join, known ones change, actions go to the one named last."""
    known = {actor.kind: actor for actor in actors}
    named: list[str] = []
    acting: set[str] = set()
    action: str | None = None
    for mention in reading.mentions:
        meaning = mention.meaning
        if mention.removed:
            if meaning.aspect == "actor" and known.pop(meaning.value, None) is not None:
                named = [kind for kind in named if kind != meaning.value]
        elif meaning.aspect == "actor":
            actor = _said(known.get(meaning.value, Actor(meaning.value)), mention)
            known[meaning.value] = replace(actor, action=action or actor.action)
            named.append(meaning.value)
            if action is not None:
                acting.add(meaning.value)
            action = None
        elif meaning.aspect == "action" and named and named[-1] not in acting:
            known[named[-1]] = replace(known[named[-1]], action=meaning.value, aloft=False)
            acting.add(named[-1])
        elif meaning.aspect == "action":
            action = meaning.value  # for whom comes next
        elif named and _lifts(mention, known[named[-1]]):
            known[named[-1]] = replace(known[named[-1]], aloft=True)
    if action is not None:  # nobody came: it goes for the one named last, or else for everyone
        for kind in named[-1:] or list(known):
            known[kind] = replace(known[kind], action=action)
    if actors and reading.of_it:
        latest = actors[-1].kind
        known[latest] = _with_qualities(known[latest], reading.of_it)
    if not _BECOMES.isdisjoint(reading.words):
        known = _replaced(known, named, actors)
    leaving = [*(kind for kind in known if kind not in named), *named][: max(0, len(known) - ACTOR_LIMIT)]
    return tuple(actor for kind, actor in known.items() if kind not in leaving)


def _said(actor: Actor, mention: Mention) -> Actor:
    """The subject as the prompt has it."""
    counts = mention.values("count")
    count = min(COUNT_LIMIT, int(counts[-1][:3])) if counts else 0
    count = count or (3 if mention.meaning.plural else actor.count)
    return _with_qualities(replace(actor, count=count), mention.qualities)


def _with_qualities(actor: Actor, qualities: list[Meaning]) -> Actor:
    colours = [quality.value for quality in qualities if quality.aspect == "colour"]
    if colours:
        first, second = (*colours, None)[:2]
        actor = replace(actor, colour=first, second=second)
    for quality in qualities:
        if quality.value == "glow":
            actor = replace(actor, lit=True)
        elif quality.aspect == "material":
            actor = replace(actor, material=quality.value)
        elif quality.aspect == "size":
            actor = replace(actor, size=_SIZES[quality.value])
    return actor


def _lifts(mention: Mention, actor: Actor) -> bool:
    """Whether being there means to be in the air."""
    if actor.action in _EARTHBOUND:
        return False
    if mention.where in _HIGH:
        return mention.meaning.aspect in ("place", "thing", "weather")
    return mention.where in _AMONG and mention.meaning.value in _LOFTY


def _replaced(known: dict[str, Actor], named: list[str], before: tuple[Actor, ...]) -> dict[str, Actor]:
    """Who turned into somebody else is gone."""
    if len(named) > 1:
        return {kind: actor for kind, actor in known.items() if kind == named[-1]}
    if named and before and named[-1] not in {actor.kind for actor in before}:
        return {named[-1]: known[named[-1]]}
    return known
