"""What Discord offers who types `/odyssey`."""

import re

from bot.broadcast.rights import RIGHTS, Right
from tests.cogs.kit.test_rights_table import doors
from tests.e2e.conftest import CHANNEL, House

FOR_ALL = {Right.VIEWER, Right.STEERER, Right.STARTER}
"""Where a description need not say for whom the command is."""


async def test_what_everybody_needs_is_offered_first(house: House) -> None:
    """The list as Discord has it: viewers' commands, then moderators', each of which says whose it is."""
    async with house.bot():
        [root] = house.discord.user("mika").commands(CHANNEL)
    names = [command["name"] for command in root["options"]]
    assert names[:9] == ["start", "say", "status", "link", "callvote", "recording", "clip", "credits", "end"]
    rights = {
        name: RIGHTS[deed]
        for deed, of_deed in doors().items()
        for door in of_deed
        for name in re.findall(r"^`/odyssey ([\w-]+)`$", door)
    } | {"say": Right.STEERER}
    for command in root["options"]:
        right, description = rights[command["name"]], command["description"]
        says_whose = "moderator" in description or "(who may manage the server)" in description
        assert says_whose is (right not in FOR_ALL), command["name"]
        assert ("(who may manage the server)" in description) is (right is Right.MANAGER), command["name"]
        if right in (Right.SERVER_MODERATOR, Right.SUPERIOR):
            assert "(moderators of the server)" in description, command["name"]
