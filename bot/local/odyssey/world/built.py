"""What people built: streets with towers and neon signs, rails; and the craters of a planet without any."""

import itertools
import math

from bot.local.odyssey.world import plants
from bot.local.odyssey.world.colours import RGB, mix, shade
from bot.local.odyssey.world.flowers import TALLEST
from bot.local.odyssey.world.ground import GROUND_SHARE, Land, Layer
from bot.local.odyssey.world.materials import halo
from bot.local.odyssey.world.pen import Pen
from bot.local.odyssey.world.sprite import Sprite, Strip
from bot.local.odyssey.world.terrain import Piece

NEON: tuple[RGB, ...] = ((255, 60, 150), (60, 220, 255), (190, 90, 255), (255, 190, 60), (90, 255, 170))
_NEON_PANES: tuple[RGB, ...] = (plants.WINDOW_LIT, (150, 226, 255), (255, 150, 214), plants.WINDOW_LIT)
_SIGNS = 20
RAILS_SHARE = 0.853  # where the rails' bed begins, from the top


def city(land: Land) -> list[Layer]:
    """Towers along a street; with neon, signs on them and their light on the wet street."""
    neon = land.paints.of("walls").material == "neon"
    panes = _NEON_PANES if neon else (plants.WINDOW_LIT,)
    asphalt = (44, 44, 60) if neon else (104, 106, 116)
    far = land.hills(0.72, 0.004, asphalt, 0.5, tallest=0.62)
    land.scatter(far, 30, lambda size: land.tower(size, 0.58, panes), 0.3, 0.62)
    near = land.hills(0.76, 0.002, shade(asphalt, 0.9), 0.2, tallest=0.5)
    land.scatter(near, 17, lambda size: land.tower(size, 0.18, panes), 0.24, 0.5)
    street = land.hills(
        GROUND_SHARE,
        0.0,
        shade(asphalt, 1.4),
        0.0,
        deep=shade(asphalt, 0.8),
        tallest=max(0.2, TALLEST),
    )
    if not neon:
        land.scatter(street, 7, land.tree, 0.16, 0.2)
        return [land.layer(far, 0.2), land.layer(near, 0.55), land.front(street)]
    for place in range(_SIGNS):
        _sign(land, near, place)
    layers = [land.layer(far, 0.2), land.layer(near, 0.55), land.front(street)]
    return [*layers, _on_wet_street(land, near)]


def rails(land: Land) -> Layer:
    """A track on its bed of stones, which passes below a train."""
    rows = round(land.unit * 0.074) & ~1
    pen = Pen(land.width / rows, 1.0, rows)
    right = land.width / rows
    bed, wood, steel = (
        land.light.on((122, 116, 114)),
        land.light.on((98, 74, 58)),
        land.light.on((206, 212, 222)),
    )
    if land.site.snowy:
        bed = mix(bed, land.light.on((236, 240, 248)), 0.35)
    pen.box(-1, 0.06, right + 1, 1.1, bed)
    for _ in range(int(right * 5)):
        x, y = land.chance.uniform(0, right), land.chance.uniform(0.16, 0.98)
        pen.ellipse((x, y), 0.06, 0.04, shade(bed, land.chance.choice((0.8, 0.9, 1.12))))
    count = int(right / 0.75)
    for sleeper in range(count):
        x = sleeper * right / count
        pen.polygon([(x + 0.1, 0.2), (x + 0.34, 0.2), (x + 0.3, 0.82), (x, 0.82)], wood)
        pen.polygon([(x, 0.82), (x + 0.3, 0.82), (x + 0.3, 0.9), (x, 0.9)], shade(wood, 0.6))
    for y, wide in ((0.26, 0.07), (0.64, 0.1)):
        pen.box(-1, y, right + 1, y + wide, shade(steel, 0.5))
        pen.box(-1, y, right + 1, y + wide * 0.5, steel)
    return Layer(
        Strip(Sprite.from_rgba(pen.finish(relief=0))),
        int(RAILS_SHARE * land.height) & ~1,
        1.0,
        before_water=True,
    )


def craters(land: Land, piece: Piece, rock: RGB) -> None:
    """Hollows in the ground."""
    for _ in range(16):
        wide = land.unit * land.chance.uniform(0.05, 0.2)
        pen = Pen(1, 0.3, wide)
        lit = land.light.on
        pen.ellipse((0.5, 0.15), 0.48, 0.13, lit(shade(rock, 1.16)))
        pen.ellipse((0.5, 0.165), 0.44, 0.11, lit(shade(rock, 0.55)))
        pen.ellipse((0.47, 0.185), 0.36, 0.075, lit(shade(rock, 0.72)))
        land.strew(piece, Sprite.from_rgba(pen.finish(relief=0)), land.chance.uniform(0.25, 0.95))


def _sign(land: Land, piece: Piece, place: int) -> None:
    """A lit sign on a front: a frame of tubes with strokes in it that pass for writing."""
    chance = land.chance
    upright = place % 3 != 0
    own = land.paints.of("walls").colours
    colour = chance.choice(own) if own else NEON[place % len(NEON)]
    tall = land.unit * (chance.uniform(0.16, 0.26) if upright else chance.uniform(0.06, 0.09))
    wide = 0.34 if upright else chance.uniform(2.2, 3.4)
    pen = Pen(wide, 1.0, tall)
    hot = mix(colour, (255, 255, 255), 0.45)
    pen.box(0, 0, wide, 1, (22, 18, 38), 0.06)
    edge = 0.035 if upright else 0.07
    corners = [(edge, edge), (wide - edge, edge), (wide - edge, 1 - edge), (edge, 1 - edge), (edge, edge)]
    for start, end in itertools.pairwise(corners):
        pen.line([start, end], edge, colour)
    glyphs = 5 if upright else round(wide / 0.5)
    for glyph in range(glyphs):
        share = (glyph + 0.5) / glyphs
        centre = (wide / 2, 0.1 + 0.8 * share) if upright else (0.2 + (wide - 0.4) * share, 0.5)
        reach = 0.075 if upright else 0.2
        for _ in range(3):
            angle = chance.choice((0, math.pi / 2, math.pi / 4, -math.pi / 4))
            dx, dy = reach * math.cos(angle), reach * math.sin(angle)
            shift = chance.uniform(-0.5, 0.5) * reach
            pen.line(
                [(centre[0] - dx, centre[1] - dy + shift), (centre[0] + dx, centre[1] + dy + shift)],
                reach * 0.24,
                hot,
            )
    sign = Sprite.from_rgba(pen.finish(relief=0))
    x = (place + chance.uniform(0.1, 0.8)) * land.width / _SIGNS
    y = piece.crest(x) - land.unit * (chance.uniform(0.3, 0.42) if upright else chance.uniform(0.05, 0.2))
    y = max(y, 0)
    glow = Sprite.from_rgba(halo(round(max(sign.width, sign.height) * 0.95), colour, 0.7))
    piece.sprite.plant(glow, x + sign.width / 2 - glow.width / 2, y + sign.height / 2 - glow.height / 2)
    piece.sprite.plant(sign, x, y)


def _on_wet_street(land: Land, near: Piece) -> Layer:
    """The fronts and their signs upside down on the street, running with them."""
    sprite, cut = near.trimmed()
    foot = int(near.crest(0)) - cut
    shown = sprite.cropped(foot & ~1).flipped().shortened(0.62).faded(0.6)
    top = int(GROUND_SHARE * land.height) + round(land.unit * 0.015) & ~1
    return Layer(Strip(shown.cropped(max(2, land.height - top) & ~1)), top, 0.55, before_water=True)
