"""Things that stand on the land: trees, houses, towers, flowers. Each is drawn once per scene."""

import random

from PIL import Image

from bot.local.odyssey.world.colours import RGB, WHITE, mix, shade
from bot.local.odyssey.world.light import Light
from bot.local.odyssey.world.materials import in_material
from bot.local.odyssey.world.pen import Pen
from bot.local.odyssey.world.sprite import Sprite

TRUNK: RGB = (108, 78, 58)
WINDOW_LIT: RGB = (255, 214, 122)
WALLS: tuple[RGB, ...] = ((246, 232, 208), (232, 206, 178), (222, 226, 220), (240, 214, 196))
PINE_GREENS: tuple[RGB, ...] = ((38, 96, 76), (62, 124, 82))


def tree(
    chance: random.Random, light: Light, height_px: float, material: str | None, *, snowy: bool
) -> Sprite:
    """A round tree in the season's leaves, with snow on it in winter."""
    pen = Pen(1.0, 1.2, height_px / 1.2)
    leaf = chance.choice(light.leaf)
    pen.line([(0.5, 1.18), (0.5, 0.6)], 0.09, TRUNK, 0.05)
    pen.line([(0.5, 0.86), (0.64, 0.66)], 0.04, TRUNK)
    for x, y, radius, tone in (
        (0.3, 0.52, 0.2, 0.86),
        (0.7, 0.54, 0.2, 0.82),
        (0.5, 0.58, 0.24, 0.8),
        (0.36, 0.36, 0.22, 0.96),
        (0.62, 0.36, 0.23, 0.92),
        (0.48, 0.24, 0.19, 1.06),
        (0.42, 0.3, 0.13, 1.12),
    ):
        wobble = chance.uniform(-0.02, 0.02)
        pen.ellipse((x + wobble, y), radius, radius * 0.92, shade(leaf, tone))
    if snowy:
        for x, y, wide in ((0.48, 0.12, 0.17), (0.3, 0.24, 0.12), (0.68, 0.24, 0.13), (0.26, 0.42, 0.1)):
            pen.ellipse((x, y), wide, wide * 0.42, WHITE)
    return Sprite.from_rgba(_made_of(pen.finish(relief=0.2), material, leaf), light.ambient)


def pine(
    chance: random.Random,
    light: Light,
    height_px: float,
    greens: tuple[RGB, ...],
    *,
    snowy: bool,
    haze: float = 0.0,
    material: str | None = None,
) -> Sprite:
    """A conifer, with snow on it in winter; `haze` (0 to 1) puts it into the distance."""
    pen = Pen(0.7, 1.1, height_px / 1.1)
    green = mix(greens[0], greens[-1], chance.random())
    pen.box(0.32, 0.9, 0.38, 1.08, TRUNK)
    for tier in range(4):
        top, half = 0.04 + tier * 0.2, 0.12 + tier * 0.062
        colour = shade(green, 1.1 - tier * 0.07)
        outline = [(0.35, top), (0.35 + half, top + 0.34), (0.35, top + 0.29), (0.35 - half, top + 0.34)]
        pen.polygon(outline, colour)
        if snowy:
            pen.polygon(
                [(0.35, top), (0.35 + half * 0.6, top + 0.2), (0.35 - half * 0.62, top + 0.19)], WHITE
            )
    return _hazy(_made_of(pen.finish(relief=0.14), material, None), light, haze)


def house(
    chance: random.Random, light: Light, height_px: float, wall: RGB, *, night: bool, snowy: bool
) -> Sprite:
    """A small house with a chimney; its windows are lit at night."""
    pen = Pen(1.3, 1.2, height_px / 1.2)
    roof = chance.choice([(176, 76, 60), (140, 84, 66), (92, 98, 124)])
    pen.box(0.84, 0.16, 0.98, 0.5, shade(roof, 0.8))
    pen.box(0.2, 0.5, 1.1, 1.18, wall)
    pen.polygon([(0.08, 0.58), (0.65, 0.1), (1.22, 0.58)], roof)
    if snowy:
        pen.polygon([(0.16, 0.5), (0.65, 0.1), (1.14, 0.5), (0.92, 0.4), (0.65, 0.3), (0.4, 0.42)], WHITE)
    pen.box(0.56, 0.8, 0.74, 1.18, (122, 84, 62), 0.04)
    pane = (150, 190, 214)
    for left in (0.3, 0.82):
        pen.box(left, 0.7, left + 0.2, 0.9, shade(wall, 0.8), 0.02)
        pen.box(left + 0.02, 0.72, left + 0.18, 0.88, pane, 0.02)
    sprite = Sprite.from_rgba(pen.finish(relief=0.1), light.ambient)
    if night:
        glow = Pen(1.3, 1.2, height_px / 1.2)
        for left in (0.32, 0.84):
            glow.box(left, 0.72, left + 0.16, 0.88, WINDOW_LIT, 0.02)
        sprite.plant(Sprite.from_rgba(glow.finish(relief=0)), 0, 0)
    return sprite


def tower(
    chance: random.Random,
    light: Light,
    height_px: float,
    wall: RGB | None,
    panes: tuple[RGB, ...],
    *,
    night: bool,
    haze: float,
) -> Sprite:
    """An office building with rows of windows, some lit."""
    wide = chance.uniform(0.22, 0.42)
    pen = Pen(wide, 1.0, height_px)
    grey = mix((96, 108, 134), (150, 140, 150), chance.random())
    wall = grey if wall is None else mix(grey, wall, 0.75)
    pen.box(0, 0.04, wide, 1.02, wall)
    if chance.random() < 0.5:
        pen.box(wide * 0.3, 0.0, wide * 0.7, 0.05, shade(wall, 0.9))
    lit_panes = Pen(wide, 1.0, height_px)
    columns = max(2, int(wide / 0.07))
    for row in range(14):
        for column in range(columns):
            left = wide * (column + 0.25) / columns
            top = 0.09 + row * 0.066
            pen.box(left, top, left + wide * 0.5 / columns, top + 0.034, shade(wall, 0.78))
            if chance.random() < (0.5 if night else 0.07):
                lit_panes.box(left, top, left + wide * 0.5 / columns, top + 0.034, chance.choice(panes))
    sprite = _hazy(pen.finish(relief=0.1), light, haze)
    sprite.plant(Sprite.from_rgba(lit_panes.finish(relief=0)).faded(1 - haze * 0.7), 0, 0)
    return sprite


def cactus(light: Light, height_px: float) -> Sprite:
    """A cactus with two arms."""
    pen = Pen(0.8, 1.0, height_px)
    green = (86, 142, 88)
    pen.line([(0.4, 0.98), (0.4, 0.14)], 0.17, green)
    pen.line([(0.4, 0.62), (0.16, 0.58), (0.15, 0.36)], 0.11, shade(green, 0.92))
    pen.line([(0.4, 0.54), (0.64, 0.5), (0.65, 0.26)], 0.11, shade(green, 0.92))
    return Sprite.from_rgba(pen.finish(relief=0.2), light.ambient)


def tuft(chance: random.Random, light: Light, ground: RGB, height_px: float, *, flowers: bool) -> Sprite:
    """A tuft of grass, maybe with flowers."""
    pen = Pen(1.2, 1.0, height_px)
    for _ in range(7):
        foot, lean = chance.uniform(0.35, 0.85), chance.uniform(-0.32, 0.32)
        tip = (foot + lean, chance.uniform(0.25, 0.55))
        colour = shade(ground, chance.uniform(0.7, 0.94))
        pen.line([(foot, 1.0), (foot + lean * 0.3, 0.7), tip], 0.07, colour, 0.015)
    if flowers:
        petal = chance.choice(
            [(250, 244, 232), (246, 206, 84), (234, 122, 150), (150, 126, 214), (232, 92, 82)]
        )
        for _ in range(2):
            x, y = chance.uniform(0.3, 0.9), chance.uniform(0.14, 0.4)
            pen.line([(x, y), (0.6, 1.0)], 0.03, shade(ground, 0.7))
            for dx, dy in ((-0.09, 0), (0.09, 0), (0, -0.09), (0, 0.09)):
                pen.ellipse((x + dx, y + dy), 0.075, 0.075, petal)
            pen.ellipse((x, y), 0.055, 0.055, (244, 190, 70))
    return Sprite.from_rgba(pen.finish(relief=0), light.ambient)


def coral(chance: random.Random, light: Light, height_px: float) -> Sprite:
    """A coral or a water plant."""
    pen = Pen(1.0, 1.0, height_px)
    if chance.random() < 0.5:
        colour = chance.choice([(236, 110, 120), (240, 150, 96), (180, 110, 190)])
        for x, y in ((0.2, 0.35), (0.36, 0.14), (0.52, 0.26), (0.68, 0.1), (0.84, 0.4)):
            pen.line([(0.5, 1.0), ((x + 0.5) / 2, 0.62), (x, y)], 0.12, colour, 0.06)
    else:
        for x in (0.3, 0.45, 0.6, 0.74):
            bend = chance.uniform(-0.12, 0.12)
            path = [(x, 1.0), (x + bend, 0.7), (x - bend, 0.42), (x + bend * 0.6, chance.uniform(0.05, 0.25))]
            pen.line(path, 0.075, chance.choice([(70, 150, 110), (96, 170, 104)]), 0.02)
    return Sprite.from_rgba(pen.finish(relief=0.12), light.ambient)


def _made_of(image: Image.Image, material: str | None, colour: RGB | None) -> Image.Image:
    return image if material is None else in_material(image, material, colour)


def _hazy(image: Image.Image, light: Light, haze: float) -> Sprite:
    sprite = Sprite.from_rgba(image, light.ambient)
    if haze:
        veil = Image.new("RGB", image.size, light.horizon)
        hazed = Image.blend(image.convert("RGB"), veil, haze)
        hazed.putalpha(image.getchannel("A"))
        dim = tuple(1 - (1 - factor) * (1 - haze) for factor in light.ambient)
        sprite = Sprite.from_rgba(hazed, (dim[0], dim[1], dim[2]))
    return sprite
