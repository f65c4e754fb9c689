"""The panel: one message that shows how a broadcast stands, and how to take part."""

from collections.abc import Iterator
from typing import Any

import discord
from discord.ui import ActionRow, Button, Item, MediaGallery, Separator, TextDisplay

from bot.broadcast.show.view import BroadcastView
from bot.broadcast.states import State
from cogs.kit.lasting_button import LastingView
from cogs.panel.buttons import Action, PanelButton
from cogs.panel.text import epilogue, in_odysseys_words, line_text, motion_text, now_text, title
from cogs.steering.ballot import vote_buttons
from cogs.wording import panel as words
from cogs.wording.labels import ANOTHER_ROUND, WATCH

STEERABLE = (State.REQUESTED, State.CONNECTING, State.LIVE)
"""The states in which the panel has buttons."""
PICTURE_NAME = "now.jpg"
"""The file, sent along with a panel, that shows how the stream looks."""

_COLOURS = {
    State.LIVE: discord.Colour.red(),
    State.ENDED: discord.Colour.dark_grey(),
    State.FAILED: discord.Colour.gold(),
}


class Panel(LastingView):
    """A broadcast's panel.

    `is_behind`: what Watch opens is no page of ours. `takes_nothing`: the server's text rules cannot be used.
    """

    def __init__(
        self,
        view: BroadcastView,
        *,
        watch_url: str | None,
        how_to_steer: str,
        is_behind: bool = False,
        takes_nothing: bool = False,
    ) -> None:
        broadcast = view.broadcast
        watch = [Button[Any](label=WATCH, url=watch_url)] if watch_url else []
        items: list[Item[Any]]
        if broadcast.state not in STEERABLE:
            items = [TextDisplay(f"## {title(view)}\n{epilogue(view)}")]
            if broadcast.state.is_over:
                watch = [_another_round(broadcast.id), *watch]
            if watch:
                items.append(ActionRow(*watch))
        elif view.is_handed_over:  # nobody answers a button now
            items = [TextDisplay(f"## {title(view)}\n{now_text(view)}"), TextDisplay(words.GOES_ON)]
            if watch:
                items.append(ActionRow(*watch))
        else:
            how_to_take_part = words.PAUSED if view.floor.is_paused else f"-# {how_to_steer}"
            picture = discord.MediaGalleryItem(f"attachment://{PICTURE_NAME}")
            items = [
                *([MediaGallery[Any](picture)] if view.picture else []),
                TextDisplay(f"## {title(view)}\n{now_text(view)}"),
                Separator(),
                *_votes(view),
                ActionRow(
                    PanelButton(Action.SUGGEST, broadcast.id),
                    *watch,
                    PanelButton(Action.MODERATE, broadcast.id, len(view.floor.to_review)),
                ),
                *([TextDisplay[Any](words.NOTHING_IS_STORED)] if view.is_unstored else []),
                *([TextDisplay[Any](words.NOTHING_IS_TAKEN)] if takes_nothing else []),
                *([TextDisplay[Any](words.BEHIND)] if watch and is_behind else []),
                TextDisplay(f"{how_to_take_part}\n{in_odysseys_words(view)}".rstrip()),
            ]
        super().__init__(*items, colour=_COLOURS.get(broadcast.state, discord.Colour.orange()))


def _another_round(broadcast_id: str) -> Button[Any]:
    """What it does is in `cogs/broadcasts/another_round.py`."""
    return Button(
        label=ANOTHER_ROUND, custom_id=f"odyssey:again:{broadcast_id}", style=discord.ButtonStyle.primary
    )


def _votes(view: BroadcastView) -> Iterator[Item[Any]]:
    """What can be voted on, each with its buttons right below."""
    broadcast_id = view.broadcast.id
    if asked := motion_text(view):
        yield TextDisplay(asked)
        yield ActionRow(PanelButton(Action.FOR, broadcast_id), PanelButton(Action.AGAINST, broadcast_id))
    if line := line_text(view):
        yield TextDisplay(line)
    if ballot := vote_buttons(view):
        yield ActionRow(*ballot)
