"""The panel: one message that shows how a broadcast stands, and how to take part."""

from __future__ import annotations

from typing import Any, cast

import discord
from discord.ui import ActionRow, Button, Container, LayoutView, MediaGallery, Separator, TextDisplay

from bot.broadcast.show.view import BroadcastView
from bot.broadcast.states import State
from cogs.panel.buttons import Action, PanelButton
from cogs.panel.text import epilogue, line_text, motion_text, now_text, title
from cogs.steering.ballot import vote_buttons
from cogs.wording import panel as words
from cogs.wording.labels import WATCH

STEERABLE = (State.REQUESTED, State.CONNECTING, State.LIVE)
"""The states in which the panel has buttons."""
PICTURE_NAME = "now.jpg"
"""The file, sent along with a panel, that shows how the stream looks."""

_COLOURS = {
    State.LIVE: discord.Colour.red(),
    State.ENDED: discord.Colour.dark_grey(),
    State.FAILED: discord.Colour.gold(),
}


class Panel(LayoutView):
    """A broadcast's panel. `takes_nothing`: the server's text rules cannot be used."""

    def __init__(
        self, view: BroadcastView, *, watch_url: str, how_to_steer: str, takes_nothing: bool = False
    ) -> None:
        super().__init__(timeout=None)
        broadcast, floor = view.broadcast, view.floor
        colour = _COLOURS.get(broadcast.state, discord.Colour.orange())
        self._container: Container[Panel] = Container(accent_colour=colour)
        heading = f"## {title(view)}"
        if broadcast.state in STEERABLE:
            if view.picture:
                self._container.add_item(
                    MediaGallery(discord.MediaGalleryItem(f"attachment://{PICTURE_NAME}"))
                )
            self._say(f"{heading}\n{now_text(view)}")
            self._container.add_item(Separator())
            self._add_votes(view)
            self._container.add_item(
                ActionRow(
                    PanelButton(Action.SUGGEST, broadcast.id),
                    Button(label=WATCH, url=watch_url),
                    PanelButton(Action.MODERATE, broadcast.id, len(floor.to_review)),
                )
            )
            self._say(words.NOTHING_IS_TAKEN if takes_nothing else "")
            self._say(words.PAUSED if floor.is_paused else f"-# {how_to_steer}")
        else:
            self._say(f"{heading}\n{epilogue(view)}")
        self.add_item(self._container)
        self.stop()  # its buttons are dynamic items, so discord.py need not remember the view

    @property
    def payload(self) -> list[dict[str, Any]]:
        """The components as Discord gets them: two panels with the same ones look the same."""
        return cast("list[dict[str, Any]]", self.to_components())  # type: ignore[no-untyped-call]

    def _add_votes(self, view: BroadcastView) -> None:
        """What can be voted on, each with its buttons right below."""
        broadcast_id = view.broadcast.id
        if asked := motion_text(view):
            self._say(asked)
            self._container.add_item(
                ActionRow(PanelButton(Action.FOR, broadcast_id), PanelButton(Action.AGAINST, broadcast_id))
            )
        self._say(line_text(view))
        if ballot := vote_buttons(view):
            self._container.add_item(ActionRow(*ballot))

    def _say(self, text: str) -> None:
        if text:
            self._container.add_item(TextDisplay(text))
