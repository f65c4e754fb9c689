"""The land of each place, as layers from far to near that move at their own speeds."""

import functools
from collections.abc import Callable

from bot.local.odyssey.world import plants
from bot.local.odyssey.world.built import city, craters, rails
from bot.local.odyssey.world.colours import mix, shade
from bot.local.odyssey.world.flowers import TALLEST
from bot.local.odyssey.world.ground import GROUND_SHARE, Land, Layer, Site
from bot.local.odyssey.world.light import Light
from bot.local.odyssey.world.waterside import beach, harbour, open_water


@functools.lru_cache(maxsize=4)
def survey(site: Site, light: Light) -> tuple[Layer, ...]:
    """The layers of a site, far ones first. The last few are kept: most prompts change something else."""
    land = Land(site, light)
    layers = _PLACES[site.place](land)
    if site.rails:
        layers.append(rails(land))
    return tuple(layers)


def _meadow(land: Land) -> list[Layer]:
    far = land.hills(0.56, 0.1, land.peak_colour, 0.62, rough=1.0)
    middle = land.hills(0.65, 0.05, shade(land.ground, 0.84), 0.34)
    near = land.hills(0.73, 0.035, shade(land.ground, 0.94), 0.14, tallest=0.24)
    land.scatter(near, 6, land.tree, 0.15, 0.24)
    return [land.layer(far, 0.1), land.layer(middle, 0.28), land.layer(near, 0.55), land.foreground()]


def _mountains(land: Land) -> list[Layer]:
    far = land.hills(0.34, 0.17, land.peak_colour, 0.56, rough=1.6, snow_line=True)
    middle = land.hills(0.52, 0.12, mix(land.peak_colour, land.ground, 0.35), 0.32, rough=1.2)
    near = land.hills(0.72, 0.04, shade(land.ground, 0.86), 0.12, tallest=0.2)
    land.scatter(near, 12, land.pine, 0.1, 0.2)
    return [land.layer(far, 0.08), land.layer(middle, 0.22), land.layer(near, 0.5), land.foreground()]


def _forest(land: Land) -> list[Layer]:
    far = land.hills(0.58, 0.03, shade(land.ground, 0.7), 0.5, tallest=0.26)
    land.scatter(far, 34, lambda size: land.pine(size, haze=0.45), 0.16, 0.26)
    middle = land.hills(0.68, 0.03, shade(land.ground, 0.76), 0.26, tallest=0.38)
    land.scatter(middle, 22, lambda size: land.pine(size, haze=0.2), 0.24, 0.38)
    near = land.hills(0.75, 0.02, shade(land.ground, 0.8), 0.08, tallest=0.5)
    land.scatter(near, 9, land.tree, 0.34, 0.5)
    return [land.layer(far, 0.2), land.layer(middle, 0.4), land.layer(near, 0.65), land.foreground()]


def _desert(land: Land) -> list[Layer]:
    sand = land.paints.colour("ground", (226, 184, 116))
    far = land.hills(0.6, 0.07, mix(sand, (196, 120, 90), 0.5), 0.46)
    middle = land.hills(0.68, 0.05, shade(sand, 0.94), 0.22)
    near = land.hills(0.75, 0.035, sand, 0.05, tallest=0.24)
    land.scatter(near, 6, lambda size: plants.cactus(land.light, size), 0.14, 0.24)
    ground = land.hills(GROUND_SHARE, 0.014, shade(sand, 1.06), 0.0, deep=shade(sand, 0.78), tallest=TALLEST)
    return [land.layer(far, 0.1), land.layer(middle, 0.3), land.layer(near, 0.6), land.front(ground)]


def _village(land: Land) -> list[Layer]:
    far = land.hills(0.56, 0.08, land.peak_colour, 0.6, rough=0.8)
    middle = land.hills(0.66, 0.04, shade(land.ground, 0.86), 0.3, tallest=0.12)
    land.scatter(middle, 7, land.house, 0.08, 0.12)
    near = land.hills(0.74, 0.025, shade(land.ground, 0.95), 0.1, tallest=0.26)
    land.scatter(near, 5, land.tree, 0.18, 0.26)
    land.scatter(near, 6, land.house, 0.17, 0.24)
    return [land.layer(far, 0.1), land.layer(middle, 0.3), land.layer(near, 0.6), land.foreground()]


def _view(land: Land) -> list[Layer]:
    far = land.hills(0.5, 0.09, land.peak_colour, 0.6, rough=0.8)
    middle = land.hills(0.6, 0.05, shade(land.ground, 0.86), 0.3, tallest=0.1)
    land.scatter(middle, 6, land.house, 0.06, 0.1)
    near = land.hills(0.7, 0.03, shade(land.ground, 0.98), 0.1, tallest=0.26)
    land.scatter(near, 9, land.tree, 0.16, 0.26)
    return [land.layer(far, 0.1), land.layer(middle, 0.4), land.layer(near, 1.0)]


def _sea(land: Land) -> list[Layer]:
    layers = open_water(land)
    return [*layers, beach(land)] if land.site.shore else layers


def _space(land: Land) -> list[Layer]:
    rock = land.paints.colour("ground", land.paints.colour("planet", (124, 118, 136)))
    far = land.hills(0.74, 0.05, shade(rock, 0.6), 0.0, rough=0.7)
    near = land.hills(GROUND_SHARE, 0.02, rock, 0.0, deep=shade(rock, 0.45), tallest=TALLEST)
    craters(land, near, rock)
    return [land.layer(far, 0.35), land.front(near)]


def _underwater(land: Land) -> list[Layer]:
    sand = mix((214, 200, 158), (70, 140, 160), 0.4)
    far = land.hills(0.7, 0.05, (46, 104, 132), 0.5)
    near = land.hills(0.84, 0.02, sand, 0.05, deep=(70, 104, 116), tallest=TALLEST)
    land.scatter(near, 18, lambda size: plants.coral(land.chance, land.light, size), 0.1, 0.24)
    return [land.layer(far, 0.3), land.front(near)]


_PLACES: dict[str, Callable[[Land], list[Layer]]] = {
    "meadow": _meadow,
    "mountains": _mountains,
    "forest": _forest,
    "desert": _desert,
    "city": city,
    "village": _village,
    "room": _view,
    "sea": _sea,
    "harbour": harbour,
    "space": _space,
    "underwater": _underwater,
}
