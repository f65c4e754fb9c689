"""Buttons and menus that answer after a restart of the bot: their custom ID says all there is to know."""

import re
from collections.abc import Iterable, Mapping
from typing import Any, Self, TypeVar, cast

import discord
from discord.ui import Button, Container, Item, LayoutView

from cogs.kit.answers import explaining

ItemT = TypeVar("ItemT", bound=Item[Any])
ROLES_LIMIT = 25
"""Choices in a menu of roles at most, as Discord has it."""


class LastingView(LayoutView):
    """What a message shows, in a frame if that has a colour. Its buttons and menus are lasting ones."""

    def __init__(self, *items: Item[Any], colour: discord.Colour | None = None) -> None:
        super().__init__(timeout=None)
        for item in [Container(*items, accent_colour=colour)] if colour else items:
            self.add_item(item)
        self.stop()  # discord.py need not remember it

    @property
    def payload(self) -> list[dict[str, Any]]:
        """The components as Discord gets them: two views with the same ones look the same."""
        return cast("list[dict[str, Any]]", self.to_components())  # type: ignore[no-untyped-call]


class LastingItem(discord.ui.DynamicItem[ItemT], template=r"(?!)"):
    """An item of ours. The groups of a subclass's template are the names of its arguments, all texts."""

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction, item: Item[Any], match: re.Match[str], /
    ) -> Self:
        """The item that was used."""
        arguments: dict[str, Any] = match.groupdict()
        return cls(**arguments)

    async def callback(self, interaction: discord.Interaction) -> None:
        """Does what the item is for; whatever goes wrong, its user gets an answer."""
        async with explaining(interaction):
            await self.clicked(interaction)

    async def clicked(self, interaction: discord.Interaction) -> None:
        """What the item is for."""


class LastingButton(LastingItem[Button[Any]], template=r"(?!)"):
    def __init__(
        self,
        label: str,
        custom_id: str,
        style: discord.ButtonStyle = discord.ButtonStyle.secondary,
        *,
        disabled: bool = False,
    ) -> None:
        super().__init__(Button(label=label, custom_id=custom_id, style=style, disabled=disabled))


def choices(labels: Mapping[str, str], chosen: str | None) -> list[discord.SelectOption]:
    """What a menu offers, by the values; one of them stands there as chosen."""
    return [
        discord.SelectOption(label=label, value=value, default=value == chosen)
        for value, label in labels.items()
    ]


def role_menu(held: Iterable[int], **options: Any) -> discord.ui.RoleSelect[Any]:
    """A menu of the server's roles, with those that are held chosen: as many as one may choose, or none."""
    roles = [discord.Object(role, type=discord.Role) for role in held]
    return discord.ui.RoleSelect(default_values=roles, min_values=0, max_values=ROLES_LIMIT, **options)
