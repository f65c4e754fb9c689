"""What is shown of a broadcast."""

from dataclasses import dataclass, field
from datetime import datetime

from bot.broadcast.floor.view import FloorView
from bot.broadcast.model import Broadcast, Spectating, Suggestion


@dataclass(frozen=True, slots=True)
class BroadcastView:
    """How a broadcast stands: all that is drawn of it, anywhere. A plain value, with nothing alive behind it.

    By default one that is over, as history knows it. `last_applied` brought the prompt in force; None while
    that is the opening. `streams` is the number of the one on air. `coming_back`: which try in a row it is to
    have the picture back; 0 while it is there. `ideas` is how many were applied, of so many `people`.
    `is_last_call`: its end is called out. `is_unstored`: nothing can be stored, so nothing is done.
    `is_handed_over`: the bot stops, and its next run goes on. `is_closing`: nothing more is taken. `picture`
    is a JPEG; of what another process runs it is stored.
    """

    broadcast: Broadcast
    prompt_in_force: str
    last_applied: Suggestion | None = None
    floor: FloorView = field(default_factory=FloorView)
    is_closing: bool = True
    place_in_pool: int | None = None
    streams: int = 0
    coming_back: int = 0
    ideas: int = 0
    people: int = 0
    ends_at: datetime | None = None
    is_last_call: bool = False
    is_unstored: bool = False
    is_handed_over: bool = False
    picture: bytes | None = field(default=None, repr=False)
    has_stored_picture: bool = False
    spectating: Spectating | None = field(default=None, repr=False)

    @property
    def has_picture(self) -> bool:
        """Whether there is one, here or stored."""
        return self.picture is not None or self.has_stored_picture
