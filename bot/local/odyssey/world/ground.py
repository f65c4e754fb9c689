"""Ground to build a place on: layers, and the tools that make them and plant things on them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from bot.local.odyssey.world import flowers, plants
from bot.local.odyssey.world.chance import seeded
from bot.local.odyssey.world.colours import RGB, mix, shade
from bot.local.odyssey.world.light import Light
from bot.local.odyssey.world.scene import Paints, Scene
from bot.local.odyssey.world.sprite import Sprite, Strip
from bot.local.odyssey.world.terrain import Paint, Piece, piece_below, ridge

GROUND_SHARE = 0.8  # where the nearest layer begins, from the top
LAND_PARTS = ("ground", "water", "walls", "leaves", "flowers", "wheat", "planet")
_FLOWERS = 110
SAND: RGB = (226, 200, 150)


@dataclass(frozen=True, slots=True)
class Layer:
    """A strip of land. It moves at `pace` times the speed of the nearest one.

    `before_water`: it stands before what floats and glitters.
    """

    strip: Strip
    y: int
    pace: float
    before_water: bool = False


@dataclass(frozen=True, slots=True)
class Site:
    """What the land of a scene depends on, apart from its light."""

    width: int
    height: int
    place: str
    seed: int
    night: bool
    snowy: bool
    flowers: bool
    things: tuple[str, ...]
    paints: Paints
    shore: bool
    rails: bool

    @classmethod
    def of(cls, scene: Scene, width: int, height: int, *, shore: bool, rails: bool) -> Site:
        """The site of a scene. `shore`: somebody needs ground to stand on; `rails`: somebody needs rails."""
        return cls(
            width,
            height,
            scene.place,
            scene.seed,
            night=scene.time in ("night", "dusk"),
            snowy=scene.season == "winter" or scene.weather == "snow",
            flowers=scene.season in ("spring", "summer"),
            things=tuple(thing for thing in scene.things if thing in LAND_PARTS),
            paints=Paints(tuple(paint for paint in scene.paints.all if paint.part in LAND_PARTS)),
            shore=shore,
            rails=rails,
        )


class Land:
    """The ground of one site."""

    def __init__(self, site: Site, light: Light) -> None:
        self.site = site
        self.light = light
        self.width = site.width * 2
        self.height = site.height
        self.unit = min(site.width, site.height)
        self.chance = seeded(site.seed)
        self.paints = site.paints
        self._material = site.paints.of("leaves").material

    @property
    def ground(self) -> RGB:
        """The colour of open ground."""
        own = self.paints.of("ground").colours
        if "wheat" in self.site.things and not own:
            return mix(self.wheat_colour, (150, 140, 70), 0.3)
        return (236, 240, 248) if self.site.snowy and not own else self.light.ground

    @property
    def wheat_colour(self) -> RGB:
        """The colour of ripe wheat."""
        return self.paints.colour("wheat", (226, 184, 84))

    @property
    def peak_colour(self) -> RGB:
        """The colour of far hills."""
        return (226, 234, 246) if self.site.snowy else (104, 124, 156)

    def foreground(self) -> Layer:
        """Grass or snow, the nearest ground."""
        ground = self.ground
        piece = self.hills(
            GROUND_SHARE, 0.016, shade(ground, 1.04), 0.0, deep=shade(ground, 0.72), tallest=flowers.TALLEST
        )
        if not self.site.snowy:
            kinds = [self._tuft(size) for size in (0.025, 0.03, 0.035, 0.042, 0.046, 0.05, 0.055, 0.06)]
            for _ in range(46):
                self.strew(piece, self.chance.choice(kinds), self.chance.random() ** 0.7)
        return self.front(piece)

    def front(self, piece: Piece) -> Layer:
        """The nearest layer, with what prompts asked to grow on it."""
        if "wheat" in self.site.things:
            ears = [
                flowers.wheat(self.chance, self.light, self.unit * size, self.wheat_colour)
                for size in (0.08, 0.1, 0.13, 0.16, 0.2)
            ]
            for step in range(420):
                self.strew(piece, ears[step * 5 // 420], 0.12 + 1.0 * step / 420, step * 0.618 % 1)
        if "flowers" in self.site.things:
            paint = self.paints.of("flowers")
            kinds = [
                flowers.flower(self.light, self.unit * size, index, paint.colours, paint.material)
                for index, size in enumerate((0.1, 0.12, 0.14, 0.16, 0.18, 0.21, 0.24))
            ]
            for step in range(_FLOWERS):
                # Rows from far to near: those in front are larger.
                size = max(0, min(6, step * 7 // _FLOWERS + self.chance.choice((-1, 0, 0))))
                self.strew(piece, kinds[size], step / _FLOWERS, step * 0.618 % 1)
        return replace(self.layer(piece, 1.0), before_water=True)

    def strew(self, piece: Piece, sprite: Sprite, depth: float, across: float | None = None) -> None:
        """Plant a prop on a layer, `across` it or anywhere; `depth`: 0 at its crest, 1 at the lower edge."""
        x = (self.chance.random() if across is None else across) * (self.width - sprite.width)
        foot = piece.crest(x) + depth * (self.height * (1 - GROUND_SHARE))
        piece.sprite.plant(sprite, x, foot - sprite.height)

    def tree(self, size: float) -> Sprite:
        """A round tree."""
        return plants.tree(self.chance, self.light, size, self._material, snowy=self.site.snowy)

    def pine(self, size: float, haze: float = 0.0) -> Sprite:
        """A conifer."""
        greens = self.light.leaf[:2] if self.paints.of("leaves").colours else plants.PINE_GREENS
        return plants.pine(
            self.chance, self.light, size, greens, snowy=self.site.snowy, haze=haze, material=self._material
        )

    def house(self, size: float) -> Sprite:
        """A small house."""
        wall = self.chance.choice(self.paints.of("walls").colours or plants.WALLS)
        return plants.house(self.chance, self.light, size, wall, night=self.site.night, snowy=self.site.snowy)

    def tower(self, size: float, haze: float, panes: tuple[RGB, ...]) -> Sprite:
        """An office building."""
        walls = self.paints.of("walls").colours
        wall = self.chance.choice(walls) if walls else None
        return plants.tower(self.chance, self.light, size, wall, panes, night=self.site.night, haze=haze)

    def _tuft(self, share: float) -> Sprite:
        blooms = self.site.flowers and not self.site.snowy and share > 0.04
        return plants.tuft(self.chance, self.light, self.ground, self.unit * share, flowers=blooms)

    def hills(
        self,
        top_share: float,
        amplitude: float,
        colour: RGB,
        haze: float,
        *,
        rough: float = 0.0,
        deep: RGB | None = None,
        snow_line: bool = False,
        tallest: float = 0.0,
    ) -> Piece:
        """A ridge round `top_share` of the height; `tallest`: of what is to stand on it, in units."""
        height, light = self.height, self.light
        paint = Paint(
            light.far(colour, haze),
            light.far(deep or shade(colour, 0.86), haze * 0.6),
            light.far((246, 248, 252), haze * 0.7) if snow_line else None,
        )
        crest = ridge(self.chance, self.width, amplitude * height, rough) + top_share * height
        return piece_below(crest, height, paint, headroom_px=int(tallest * self.unit))

    def scatter(
        self, piece: Piece, count: int, make: Callable[[float], Sprite], least: float, most: float
    ) -> None:
        """Plant `count` props, `least` to `most` of the unit high, small ones first as if farther away."""
        kinds = [make(self.unit * (least + (most - least) * share)) for share in (0.0, 0.35, 0.7, 1.0)]
        places = sorted((self.chance.randrange(4), slot) for slot in range(count))
        for kind, slot in places:
            sprite = kinds[kind]
            x = (slot + self.chance.uniform(0.1, 0.9)) * self.width / count
            x = min(x, self.width - sprite.width)
            sink = sprite.height * 0.03 + self.unit * 0.012 * kind
            piece.sprite.plant(sprite, x, piece.crest(x + sprite.width / 2) - sprite.height + sink)

    def layer(self, piece: Piece, pace: float) -> Layer:
        """The finished layer."""
        sprite, cut = piece.trimmed()
        return Layer(Strip(sprite), piece.top + cut, pace)
