"""Open water and what lies at it: beach, harbour."""

from bot.local.odyssey.world.actors.kind import Look
from bot.local.odyssey.world.actors.vehicles import boat
from bot.local.odyssey.world.colours import RGB, mix, shade
from bot.local.odyssey.world.flowers import TALLEST
from bot.local.odyssey.world.ground import SAND, Land, Layer
from bot.local.odyssey.world.materials import halo
from bot.local.odyssey.world.pen import Pen
from bot.local.odyssey.world.plants import WINDOW_LIT
from bot.local.odyssey.world.sprite import Sprite, Strip
from bot.local.odyssey.world.terrain import Piece

WATERLINE = 0.63  # from the top
_QUAY = 0.87
_PAINTED: tuple[RGB, ...] = (
    (214, 96, 78),
    (236, 186, 96),
    (110, 150, 178),
    (236, 224, 204),
    (150, 176, 130),
    (196, 128, 140),
)


def open_water(land: Land) -> list[Layer]:
    """Hills on the far side, and water down to the lower edge."""
    far = land.hills(0.615, 0.02, land.peak_colour, 0.6)
    return [land.layer(far, 0.06), land.layer(_water(land), 0.0)]


def beach(land: Land) -> Layer:
    """Sand, for those who cannot swim."""
    sand = land.paints.colour("ground", SAND)
    piece = land.hills(0.835, 0.012, shade(sand, 1.04), 0.0, deep=shade(sand, 0.8), tallest=TALLEST)
    return land.front(piece)


def harbour(land: Land) -> list[Layer]:
    """Houses on the far shore with their lights in the water, moored boats, and a quay in front."""
    hill = land.hills(0.53, 0.07, land.peak_colour, 0.5)
    shore = land.hills(0.612, 0.004, shade((128, 120, 116), 0.8), 0.12, tallest=0.24)
    for _ in range(2):
        land.scatter(shore, 22, lambda size: _townhouse(land, size), 0.1, 0.2)
    view = Sprite.empty(land.width, land.height)
    for piece in (hill, shore, _water(land)):
        view.plant(piece.sprite, 0, piece.top)
    _mirror(land, shore, view)
    _moor(land, view)
    # All of it stands still, so it is one layer, and quick to draw.
    sprite, cut = Piece(view, hill.profile, 0).trimmed()
    return [Layer(Strip(sprite), cut, 0.0), land.front(_planked(land))]


def _water(land: Land) -> Piece:
    light = land.light
    water = mix((30, 122, 186), light.middle, 0.22)
    own = land.paints.of("water").colours
    water = mix(water, own[0], 0.92) if own else water
    far = mix(water, light.horizon, 0.1 if own else 0.3)
    return land.hills(WATERLINE, 0.0, far, 0.1, deep=shade(water, 0.62))


def _mirror(land: Land, shore: Piece, view: Sprite) -> None:
    """The houses upside down in the water, faint."""
    waterline = int(WATERLINE * land.height) & ~1
    view.plant(shore.sprite.cropped(waterline - shore.top).flipped().faded(0.34), 0, waterline)


def _townhouse(land: Land, height_px: float) -> Sprite:
    """A narrow house with a gable and many windows, as they stand at old harbours."""
    chance, light = land.chance, land.light
    wide = chance.uniform(0.5, 0.68)
    wall = chance.choice(land.paints.of("walls").colours or _PAINTED)
    pen = Pen(wide + 0.04, 1.0, height_px)
    lit = Pen(wide + 0.04, 1.0, height_px)
    pen.box(0.02, 0.26, wide, 1.0, wall)
    roof = (236, 240, 248) if land.site.snowy else shade(wall, 0.5)
    pen.polygon([(0.0, 0.29), (wide / 2, 0.02), (wide + 0.02, 0.29)], roof)
    pen.box(wide * 0.66, 0.04, wide * 0.78, 0.2, shade(roof, 0.8))
    for row in range(3):
        for column in range(3):
            left, top = wide * (0.16 + 0.27 * column), 0.34 + row * 0.2
            pen.box(left, top, left + wide * 0.15, top + 0.12, shade(wall, 0.58))
            if chance.random() < (0.55 if land.site.night else 0.06):
                lit.box(left, top, left + wide * 0.15, top + 0.12, WINDOW_LIT)
    house = Sprite.from_rgba(pen.finish(relief=0.12), light.ambient)
    house.plant(Sprite.from_rgba(lit.finish(relief=0)), 0, 0)
    return house


def _moor(land: Land, view: Sprite) -> None:
    """Small boats at two distances, with their reflections."""
    for line, size, count in ((0.685, 0.13, 7), (0.77, 0.22, 4)):
        for slot in range(count):
            pen = Pen(2.0, 2.2, land.unit * size / 2.2)
            boat(pen, Look(land.chance.random(), "still", land.chance.choice(_PAINTED)))
            hull = Sprite.from_rgba(pen.finish(round_=True), land.light.ambient)
            x = (slot + land.chance.uniform(0.2, 0.75)) * land.width / count
            x, foot = min(x, land.width - hull.width), line * land.height
            view.plant(hull.flipped().faded(0.3), x, foot - hull.height * 0.1)
            view.plant(hull, x, foot - hull.height)


def _planked(land: Land) -> Piece:
    """The quay: planks, an edge, bollards and lamps."""
    wood = land.paints.colour("ground", (134, 104, 82))
    piece = land.hills(_QUAY, 0.0, wood, 0.0, deep=shade(wood, 0.6), tallest=0.42)
    top = piece.crest(0)
    height = land.height * (1 - _QUAY)
    pen = Pen(land.width / land.unit, height / land.unit, land.unit)
    right, bottom = land.width / land.unit, height / land.unit
    lit = land.light.on
    pen.box(0, 0, right, 0.016, lit(shade(wood, 1.25)))
    pen.box(0, 0.016, right, 0.024, lit(shade(wood, 0.45)))
    step = right / 44
    for plank in range(44):
        x = plank * step
        pen.polygon(
            [(x, 0.024), (x + 0.004, 0.024), (x - 0.03, bottom), (x - 0.036, bottom)], lit(shade(wood, 0.62))
        )
    piece.sprite.plant(Sprite.from_rgba(pen.finish(relief=0)), 0, top)
    for post in range(8):
        prop = _lamp(land) if post % 4 == 1 else _bollard(land)
        x = (post + 0.4) * land.width / 8
        piece.sprite.plant(prop, x - prop.width / 2, top + land.unit * 0.03 - prop.height)
    return piece


def _bollard(land: Land) -> Sprite:
    pen = Pen(1, 1, land.unit * 0.06)
    iron = (70, 72, 84)
    pen.box(0.3, 0.2, 0.7, 0.98, iron, 0.1)
    pen.box(0.2, 0.1, 0.8, 0.34, shade(iron, 1.2), 0.12)
    return Sprite.from_rgba(pen.finish(round_=True), land.light.ambient)


def _lamp(land: Land) -> Sprite:
    pen = Pen(1, 2, land.unit * 0.17)
    iron = (54, 56, 68)
    pen.box(0.47, 0.5, 0.53, 1.98, iron, 0.02)
    pen.box(0.4, 1.86, 0.6, 1.99, iron, 0.03)
    pen.polygon([(0.36, 0.3), (0.64, 0.3), (0.58, 0.54), (0.42, 0.54)], (250, 236, 200))
    pen.polygon([(0.32, 0.31), (0.5, 0.18), (0.68, 0.31)], iron)
    lamp = Sprite.from_rgba(pen.finish(relief=0), land.light.ambient)
    if land.site.night:
        glow = Sprite.from_rgba(halo(round(land.unit * 0.085), (255, 214, 140), 0.85))
        lamp.plant(glow, lamp.width / 2 - glow.width / 2, land.unit * 0.17 * 0.42 - glow.height / 2)
    return lamp
