"""Who may do what: the deeds, the right that each asks for, and who has it.

`docs/rights.md` has the same table for people, with the doors that lead to each deed; a test walks it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.broadcast.errors import BroadcastError, Code, Facts, MayNotEnd, Muted
from bot.broadcast.model import Viewer


class Deed(StrEnum):
    """What people do, whatever the door: a command, a button, a dialogue, a menu, a chat message."""

    LOOK = "look"  # at a broadcast, as it stands
    WATCH_RECORDING = "watch recording"  # and find it
    CLIP = "clip"  # have the last seconds of a broadcast posted
    CHOOSE_CREDITS = "choose credits"  # whether films name one
    START = "start"
    START_FROM_PICTURE = "start from picture"
    SUGGEST = "suggest"
    WITHDRAW = "withdraw"  # what one has suggested, or voted, oneself
    VOTE = "vote"
    VOTE_ON_MODE = "vote on mode"
    CALL_VOTE = "call vote"
    BYPASS = "bypass"  # filters, cooldowns and slow mode
    MODERATE = "moderate"  # open the controls, which offer what one may
    END = "end"
    CHOOSE_MODE = "choose mode"
    PAUSE = "pause"  # and resume
    PANIC = "panic"
    REVIEW = "review"  # approve, edit, refuse
    RENEW_LINK = "renew link"  # revoke the channel's watch link, and give it a new one
    REVOKE_RECORDING_LINK = "revoke recording link"  # and have a new one made
    SEE_HEALTH = "see health"  # of the service, as it has answered of late
    BE_FORGOTTEN = "be forgotten"
    SEE_OWN_DATA = "see own data"
    LIST = "list"
    AUDIT = "audit"
    SET = "set"  # see, change, export, import the server's settings
    SET_ACCOUNT = "set account"  # see, set and remove the server's own account at Odyssey
    MUTE = "mute"  # and unmute
    SEE_MUTES = "see mutes"


class Pictures(StrEnum):
    """Who may start from a picture, of those who may start."""

    OFF = "off"  # nobody
    MODERATORS = "moderators"
    HOSTS = "hosts"  # who has one of the roles that start, and moderators
    EVERYONE = "everyone"


class Right(StrEnum):
    """What a deed asks for. Whoever is muted only looks on, but may end what is their own."""

    VIEWER = "viewer"  # views the channel
    STEERER = "steerer"  # a viewer who is not muted
    STARTER = "starter"  # a steerer with a role that starts, where there are such; or a moderator
    PICTURE_STARTER = "picture starter"  # a starter whom the server lets start from pictures
    CALLER = "caller"  # a steerer, where the server lets viewers call votes; or a moderator
    EXEMPT = "exempt"  # a steerer with a role that bypasses; or a moderator
    HOST = "host"  # who started the broadcast; or a moderator
    MODERATOR = "moderator"  # a steerer who may manage messages in the channel, or has a role that moderates
    SERVER_MODERATOR = "server moderator"  # the same, asked of the server: no channel makes anybody one
    MANAGER = "manager"  # may manage the server itself, as Discord has it
    SUPERIOR = "superior"  # a server moderator who stands above the other person


RIGHTS = {
    Deed.LOOK: Right.VIEWER,
    Deed.WATCH_RECORDING: Right.VIEWER,
    Deed.CLIP: Right.STEERER,
    Deed.CHOOSE_CREDITS: Right.VIEWER,
    Deed.START: Right.STARTER,
    Deed.START_FROM_PICTURE: Right.PICTURE_STARTER,
    Deed.SUGGEST: Right.STEERER,
    Deed.WITHDRAW: Right.VIEWER,
    Deed.VOTE: Right.STEERER,
    Deed.VOTE_ON_MODE: Right.STEERER,
    Deed.CALL_VOTE: Right.CALLER,
    Deed.BYPASS: Right.EXEMPT,
    Deed.MODERATE: Right.HOST,
    Deed.END: Right.HOST,
    Deed.CHOOSE_MODE: Right.MODERATOR,
    Deed.PAUSE: Right.MODERATOR,
    Deed.PANIC: Right.MODERATOR,
    Deed.REVIEW: Right.MODERATOR,
    Deed.RENEW_LINK: Right.MODERATOR,
    Deed.REVOKE_RECORDING_LINK: Right.MODERATOR,
    Deed.SEE_HEALTH: Right.MODERATOR,
    Deed.BE_FORGOTTEN: Right.VIEWER,
    Deed.SEE_OWN_DATA: Right.VIEWER,
    Deed.LIST: Right.SERVER_MODERATOR,
    Deed.AUDIT: Right.SERVER_MODERATOR,
    Deed.SET: Right.SERVER_MODERATOR,
    Deed.SET_ACCOUNT: Right.MANAGER,
    Deed.MUTE: Right.SUPERIOR,
    Deed.SEE_MUTES: Right.SERVER_MODERATOR,
}

_REFUSALS = {
    Right.STARTER: Code.STARTERS_ONLY,
    Right.PICTURE_STARTER: Code.PICTURES_NOT_ALLOWED,
    Right.CALLER: Code.VOTES_NOT_ALLOWED,
    Right.MODERATOR: Code.MODERATORS_ONLY,
    Right.SERVER_MODERATOR: Code.SERVER_MODERATORS_ONLY,
    Right.MANAGER: Code.SERVER_MANAGERS_ONLY,
    Right.SUPERIOR: Code.OUTRANKED,
}
_OF_THE_SERVER = frozenset({Right.SERVER_MODERATOR, Right.MANAGER, Right.SUPERIOR})


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody, and what Discord, the settings and the mutes say of them: in one channel, and in its server.

    Whoever has something done for somebody hands it in, made anew for each deed.
    """

    viewer: Viewer
    views_channel: bool = False
    manages_channel: bool = False
    """Whether they may manage messages there."""
    manages_server: bool = False
    """Whether they may manage messages, or the server itself, without any channel's leave."""
    is_manager: bool = False
    """Whether they may manage the server itself."""
    has_moderator_role: bool = False
    has_starter_role: bool = False
    """Or everyone may start."""
    is_named_starter: bool = False
    """Whether it is by a role that they may start."""
    pictures: Pictures = Pictures.OFF
    """Whom the server lets start from pictures."""
    has_bypass_role: bool = False
    may_call_votes: bool = False
    """Whether the server lets viewers."""
    is_host: bool = False
    outranks_other: bool = False
    """Whether they stand above the person to whom something is to be done."""
    muted_until: datetime | None = None

    @property
    def moderates_channel(self) -> bool:
        """Whether the channel's broadcast is theirs to rule."""
        return self.views_channel and (self.manages_channel or self.has_moderator_role)

    @property
    def moderates_server(self) -> bool:
        """Whether what holds for the whole server is theirs to rule."""
        return self.manages_server or self.has_moderator_role


@dataclass(frozen=True, slots=True, order=True)
class Rank:
    """How high somebody stands in a server: its owner, then administrators, then by the highest role."""

    is_owner: bool
    is_administrator: bool
    highest_role: tuple[int, int]
    """Its position, and the negative of its ID: of two in one position, the older is higher."""


def may(deed: Deed, person: Person) -> bool:
    return _refusal(deed, person) is None


def check(deed: Deed, person: Person, *, host: Viewer | None = None) -> None:
    """Raises the reason why somebody may not do it; NOT_RUNNING when there is nothing to be seen by them.

    `host` is the one of the broadcast that it is about.
    """
    if why := _refusal(deed, person, host):
        raise BroadcastError(why)


def _refusal(deed: Deed, person: Person, host: Viewer | None = None) -> Code | Facts | None:
    right = RIGHTS[deed]
    if not person.views_channel and right not in _OF_THE_SERVER:
        return Code.NOT_RUNNING
    if not _HAS[right](person):
        return _why_not(deed, person, host)
    if person.muted_until:
        is_own = right is Right.VIEWER or (right is Right.HOST and person.is_host)
        return None if is_own else Muted(person.muted_until)
    return None


def _why_not(deed: Deed, person: Person, host: Viewer | None) -> Code | Facts:
    """What somebody lacks who has not the right to a deed."""
    right = RIGHTS[deed]
    if right is Right.SUPERIOR and not person.moderates_server:
        return Code.SERVER_MODERATORS_ONLY
    if right is Right.PICTURE_STARTER:
        if not _HAS[Right.STARTER](person):
            return Code.STARTERS_ONLY
        if person.pictures is Pictures.OFF:
            return Code.PICTURES_ARE_OFF
    return MayNotEnd(host) if deed is Deed.END and host else _REFUSALS.get(right, Code.MODERATORS_ONLY)


def _may_start(person: Person) -> bool:
    return person.has_starter_role or person.moderates_channel


def _may_start_from_picture(person: Person) -> bool:
    if not _may_start(person):
        return False
    match person.pictures:
        case Pictures.OFF:
            return False
        case Pictures.MODERATORS:
            return person.moderates_channel
        case Pictures.HOSTS:
            return person.is_named_starter or person.moderates_channel
        case Pictures.EVERYONE:
            return True


_HAS: dict[Right, Callable[[Person], bool]] = {
    Right.VIEWER: lambda _: True,
    Right.STEERER: lambda _: True,
    Right.STARTER: _may_start,
    Right.PICTURE_STARTER: _may_start_from_picture,
    Right.CALLER: lambda person: person.may_call_votes or person.moderates_channel,
    Right.EXEMPT: lambda person: person.has_bypass_role or person.moderates_channel,
    Right.HOST: lambda person: person.is_host or person.moderates_channel,
    Right.MODERATOR: lambda person: person.moderates_channel,
    Right.SERVER_MODERATOR: lambda person: person.moderates_server,
    Right.MANAGER: lambda person: person.is_manager,
    Right.SUPERIOR: lambda person: person.moderates_server and person.outranks_other,
}
"""Whether somebody who sees the channel has a right, were they not muted."""
