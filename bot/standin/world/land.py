"""The land of each place, as layers from far to near that move at their own speeds."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass

from bot.standin.world import plants
from bot.standin.world.chance import seeded
from bot.standin.world.colours import RGB, mix, shade
from bot.standin.world.light import Light
from bot.standin.world.scene import Scene
from bot.standin.world.sprite import Sprite, Strip
from bot.standin.world.terrain import Paint, Piece, piece_below, ridge

GROUND_SHARE = 0.8  # where the nearest layer begins, from the top


@dataclass(frozen=True, slots=True)
class Layer:
    """A strip of land. It moves at `pace` times the speed of the nearest one."""

    strip: Strip
    y: int
    pace: float


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

    @classmethod
    def of(cls, scene: Scene, width: int, height: int) -> Site:
        """The site of a scene."""
        return cls(
            width,
            height,
            scene.place,
            scene.seed,
            night=scene.time in ("night", "dusk"),
            snowy=scene.season == "winter" or scene.weather == "snow",
            flowers=scene.season in ("spring", "summer"),
        )


@functools.lru_cache(maxsize=4)
def survey(site: Site, light: Light) -> tuple[Layer, ...]:
    """The layers of a site, far ones first. The last few are kept: most prompts change something else."""
    return tuple(_Surveyor(site, light).layers())


class _Surveyor:
    """Makes the layers of one site."""

    def __init__(self, site: Site, light: Light) -> None:
        self._width = site.width * 2
        self._height = site.height
        self._unit = min(site.width, site.height)
        self._place = site.place
        self._light = light
        self._chance = seeded(site.seed)
        self._night = site.night
        self._snowy = site.snowy
        self._flowers = site.flowers and not site.snowy

    def layers(self) -> list[Layer]:
        """The layers, far ones first."""
        make: dict[str, Callable[[], list[Layer]]] = {
            "meadow": self._meadow,
            "mountains": self._mountains,
            "forest": self._forest,
            "desert": self._desert,
            "city": self._city,
            "village": self._village,
            "room": self._view,
            "sea": self._sea,
            "space": self._space,
            "underwater": self._underwater,
        }
        return make[self._place]()

    @property
    def _ground(self) -> RGB:
        return (236, 240, 248) if self._snowy else self._light.ground

    def _meadow(self) -> list[Layer]:
        far = self._hills(0.56, 0.1, self._peak_colour, 0.62, rough=1.0)
        middle = self._hills(0.65, 0.05, shade(self._ground, 0.84), 0.34)
        near = self._hills(0.73, 0.035, shade(self._ground, 0.94), 0.14, tallest=0.24)
        self._scatter(near, 6, self._tree, 0.15, 0.24)
        return [self._layer(far, 0.1), self._layer(middle, 0.28), self._layer(near, 0.55), self._foreground()]

    def _mountains(self) -> list[Layer]:
        far = self._hills(0.34, 0.17, self._peak_colour, 0.56, rough=1.6, snow_line=True)
        middle = self._hills(0.52, 0.12, mix(self._peak_colour, self._ground, 0.35), 0.32, rough=1.2)
        near = self._hills(0.72, 0.04, shade(self._ground, 0.86), 0.12, tallest=0.2)
        self._scatter(near, 12, self._pine, 0.1, 0.2)
        return [self._layer(far, 0.08), self._layer(middle, 0.22), self._layer(near, 0.5), self._foreground()]

    def _forest(self) -> list[Layer]:
        far = self._hills(0.58, 0.03, shade(self._ground, 0.7), 0.5, tallest=0.26)
        self._scatter(far, 34, lambda size: self._pine(size, haze=0.45), 0.16, 0.26)
        middle = self._hills(0.68, 0.03, shade(self._ground, 0.76), 0.26, tallest=0.38)
        self._scatter(middle, 22, lambda size: self._pine(size, haze=0.2), 0.24, 0.38)
        near = self._hills(0.75, 0.02, shade(self._ground, 0.8), 0.08, tallest=0.5)
        self._scatter(near, 9, self._tree, 0.34, 0.5)
        return [self._layer(far, 0.2), self._layer(middle, 0.4), self._layer(near, 0.65), self._foreground()]

    def _desert(self) -> list[Layer]:
        sand = (226, 184, 116)
        far = self._hills(0.6, 0.07, mix(sand, (196, 120, 90), 0.5), 0.46)
        middle = self._hills(0.68, 0.05, shade(sand, 0.94), 0.22)
        near = self._hills(0.75, 0.035, sand, 0.05, tallest=0.24)
        self._scatter(near, 6, lambda size: plants.cactus(self._light, size), 0.14, 0.24)
        ground = self._hills(GROUND_SHARE, 0.014, shade(sand, 1.06), 0.0, deep=shade(sand, 0.78))
        return [
            self._layer(far, 0.1),
            self._layer(middle, 0.3),
            self._layer(near, 0.6),
            self._layer(ground, 1.0),
        ]

    def _city(self) -> list[Layer]:
        asphalt = (104, 106, 116)
        far = self._hills(0.72, 0.004, asphalt, 0.5, tallest=0.62)
        self._scatter(far, 30, lambda size: self._tower(size, 0.58), 0.3, 0.62)
        near = self._hills(0.76, 0.002, shade(asphalt, 0.9), 0.2, tallest=0.5)
        self._scatter(near, 17, lambda size: self._tower(size, 0.18), 0.24, 0.5)
        street = self._hills(GROUND_SHARE, 0.0, (150, 148, 150), 0.0, deep=(84, 84, 94), tallest=0.2)
        self._scatter(street, 7, self._tree, 0.16, 0.2)
        return [self._layer(far, 0.2), self._layer(near, 0.55), self._layer(street, 1.0)]

    def _village(self) -> list[Layer]:
        far = self._hills(0.56, 0.08, self._peak_colour, 0.6, rough=0.8)
        middle = self._hills(0.66, 0.04, shade(self._ground, 0.86), 0.3, tallest=0.12)
        self._scatter(middle, 7, self._house, 0.08, 0.12)
        near = self._hills(0.74, 0.025, shade(self._ground, 0.95), 0.1, tallest=0.26)
        self._scatter(near, 5, self._tree, 0.18, 0.26)
        self._scatter(near, 6, self._house, 0.17, 0.24)
        return [self._layer(far, 0.1), self._layer(middle, 0.3), self._layer(near, 0.6), self._foreground()]

    def _view(self) -> list[Layer]:
        far = self._hills(0.5, 0.09, self._peak_colour, 0.6, rough=0.8)
        middle = self._hills(0.6, 0.05, shade(self._ground, 0.86), 0.3, tallest=0.1)
        self._scatter(middle, 6, self._house, 0.06, 0.1)
        near = self._hills(0.7, 0.03, shade(self._ground, 0.98), 0.1, tallest=0.26)
        self._scatter(near, 9, self._tree, 0.16, 0.26)
        return [self._layer(far, 0.1), self._layer(middle, 0.4), self._layer(near, 1.0)]

    def _sea(self) -> list[Layer]:
        water = mix((30, 122, 186), self._light.middle, 0.22)
        far = self._hills(0.615, 0.02, self._peak_colour, 0.6)
        sea = self._hills(0.63, 0.0, mix(water, self._light.horizon, 0.3), 0.1, deep=shade(water, 0.62))
        return [self._layer(far, 0.06), self._layer(sea, 0.0)]

    def _space(self) -> list[Layer]:
        rock = (124, 118, 136)
        far = self._hills(0.74, 0.05, shade(rock, 0.6), 0.0, rough=0.7)
        near = self._hills(GROUND_SHARE, 0.02, rock, 0.0, deep=shade(rock, 0.45))
        return [self._layer(far, 0.35), self._layer(near, 1.0)]

    def _underwater(self) -> list[Layer]:
        sand = (214, 200, 158)
        far = self._hills(0.7, 0.05, (46, 104, 132), 0.5)
        near = self._hills(
            0.84, 0.02, mix(sand, (70, 140, 160), 0.4), 0.05, deep=(70, 104, 116), tallest=0.24
        )
        self._scatter(near, 18, lambda size: plants.coral(self._chance, self._light, size), 0.1, 0.24)
        return [self._layer(far, 0.3), self._layer(near, 1.0)]

    def _foreground(self) -> Layer:
        ground = self._ground
        piece = self._hills(
            GROUND_SHARE, 0.016, shade(ground, 1.04), 0.0, deep=shade(ground, 0.72), tallest=0.06
        )
        if not self._snowy:
            kinds = [self._tuft(size) for size in (0.025, 0.03, 0.035, 0.042, 0.046, 0.05, 0.055, 0.06)]
            for _ in range(46):
                sprite = self._chance.choice(kinds)
                x = self._chance.uniform(0, self._width - sprite.width)
                depth = self._chance.random() ** 0.7 * (self._height * (1 - GROUND_SHARE))
                piece.sprite.plant(sprite, x, piece.crest(x) + depth - sprite.height)
        return self._layer(piece, 1.0)

    @property
    def _peak_colour(self) -> RGB:
        return (226, 234, 246) if self._snowy else (104, 124, 156)

    def _tuft(self, share: float) -> Sprite:
        has_flowers = self._flowers and share > 0.04
        return plants.tuft(self._chance, self._light, self._ground, self._unit * share, flowers=has_flowers)

    def _tree(self, size: float) -> Sprite:
        return plants.tree(self._chance, self._light, size)

    def _pine(self, size: float, haze: float = 0.0) -> Sprite:
        return plants.pine(self._chance, self._light, size, snowy=self._snowy, haze=haze)

    def _house(self, size: float) -> Sprite:
        return plants.house(self._chance, self._light, size, night=self._night, snowy=self._snowy)

    def _tower(self, size: float, haze: float) -> Sprite:
        return plants.tower(self._chance, self._light, size, night=self._night, haze=haze)

    def _hills(
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
        height, light = self._height, self._light
        paint = Paint(
            light.far(colour, haze),
            light.far(deep or shade(colour, 0.86), haze * 0.6),
            light.far((246, 248, 252), haze * 0.7) if snow_line else None,
        )
        crest = ridge(self._chance, self._width, amplitude * height, rough) + top_share * height
        return piece_below(crest, height, paint, headroom_px=int(tallest * self._unit))

    def _scatter(
        self, piece: Piece, count: int, make: Callable[[float], Sprite], least: float, most: float
    ) -> None:
        """Plant `count` props, `least` to `most` of the unit high, small ones first as if farther away."""
        kinds = [make(self._unit * (least + (most - least) * share)) for share in (0.0, 0.35, 0.7, 1.0)]
        places = sorted((self._chance.randrange(4), slot) for slot in range(count))
        for kind, slot in places:
            sprite = kinds[kind]
            x = (slot + self._chance.uniform(0.1, 0.9)) * self._width / count
            x = min(x, self._width - sprite.width)
            sink = sprite.height * 0.03 + self._unit * 0.012 * kind
            piece.sprite.plant(sprite, x, piece.crest(x + sprite.width / 2) - sprite.height + sink)

    def _layer(self, piece: Piece, pace: float) -> Layer:
        sprite, cut = piece.trimmed()
        return Layer(Strip(sprite), piece.top + cut, pace)
