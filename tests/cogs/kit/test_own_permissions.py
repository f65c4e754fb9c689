"""What the bot lacks in a channel: one answer for a start, for a place that runs, and for the doctor."""

from discord import Permissions

from bot.discord.permissions import NEEDED, SEES_AND_SAYS, WANTED, lacking


def test_a_thread_has_a_permission_of_its_own_for_messages() -> None:
    """And that is the one that an admin is told of."""
    granted = Permissions(view_channel=True, attach_files=True)
    assert lacking(NEEDED, granted, in_thread=False) == ["send_messages"]
    assert lacking(NEEDED, granted, in_thread=True) == ["send_messages_in_threads"]
    in_channels = Permissions(view_channel=True, send_messages=True)
    assert lacking(SEES_AND_SAYS, in_channels, in_thread=False) == []
    assert lacking(SEES_AND_SAYS, in_channels, in_thread=True) == ["send_messages_in_threads"]


def test_an_administrator_lacks_nothing() -> None:
    """Whatever is said beside that."""
    assert lacking((*NEEDED, *WANTED), Permissions(administrator=True), in_thread=True) == []
    assert lacking((*NEEDED, *WANTED), Permissions.none(), in_thread=False) == [*NEEDED, *WANTED]
