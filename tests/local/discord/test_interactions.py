"""What a bot does with interactions beyond a first answer: menus, edits by token, and Discord's refusals."""

from collections.abc import AsyncIterator
from typing import Any

import discord
import httpx
import pytest
from discord import app_commands

from bot.local.discord.people.views import NotPossibleError
from bot.local.discord.server import LocalDiscord
from bot.local.discord.state.values import USER_COMMAND
from tests.local.connection import point_discord_py_at, running
from tests.local.sample_bot import SampleBot

heard: list[discord.Interaction] = []
"""Every interaction of the running test, oldest first."""


class Rules(discord.ui.Modal, title="Rules for one person"):
    """Opened with something chosen in each of its menus."""

    def __init__(self, member: discord.Member) -> None:
        super().__init__()
        options = [
            discord.SelectOption(label="5 minutes", value="5"),
            discord.SelectOption(label="An hour", value="60", default=True),
        ]
        self.length: discord.ui.Select[Any] = discord.ui.Select(options=options)
        self.who: discord.ui.UserSelect[Any] = discord.ui.UserSelect(default_values=[member])
        self.roles: discord.ui.RoleSelect[Any] = discord.ui.RoleSelect(required=False, max_values=3)
        for text, menu in (("How long", self.length), ("Who", self.who), ("Roles", self.roles)):
            self.add_item(discord.ui.Label(text=text, component=menu))

    async def on_submit(self, interaction: discord.Interaction) -> None:
        heard.append(interaction)
        names = [user.display_name for user in self.who.values]
        roles = [role.name for role in self.roles.values]
        await interaction.response.send_message(f"{self.length.values} {names} {roles}", ephemeral=True)


class Board(discord.ui.LayoutView):
    def __init__(self) -> None:
        super().__init__(timeout=None)
        vote: discord.ui.Button[Board] = discord.ui.Button(label="Vote", custom_id="board:vote")
        vote.callback = self.vote  # type: ignore[method-assign] # discord.py's own way to set it
        self.add_item(discord.ui.Section("**1** a whale", "-# by Robin", accessory=vote))
        people: discord.ui.UserSelect[Board] = discord.ui.UserSelect(custom_id="people", min_values=0)
        roles: discord.ui.RoleSelect[Board] = discord.ui.RoleSelect(custom_id="roles", max_values=2)
        words: discord.ui.Select[Board] = discord.ui.Select(
            custom_id="words", min_values=0, options=[discord.SelectOption(label="Rain", value="rain")]
        )
        for menu in (people, roles, words):
            menu.callback = self.chosen  # type: ignore[method-assign] # as above
            self.add_item(discord.ui.ActionRow(menu))

    async def vote(self, interaction: discord.Interaction) -> None:
        heard.append(interaction)
        await interaction.response.send_message("Your vote: a whale", ephemeral=True)

    async def chosen(self, interaction: discord.Interaction) -> None:
        heard.append(interaction)
        await interaction.response.defer()
        assert interaction.data is not None
        view = discord.ui.LayoutView()
        view.add_item(discord.ui.TextDisplay(f"Chosen: {interaction.data.get('values')}"))
        await interaction.edit_original_response(view=view)


@app_commands.command(name="board", description="A board")
async def board(interaction: discord.Interaction) -> None:
    heard.append(interaction)
    await interaction.response.send_message(view=Board())


@app_commands.context_menu(name="Mute")
async def mute(interaction: discord.Interaction, member: discord.Member) -> None:
    await interaction.response.send_modal(Rules(member))


@pytest.fixture
async def bot(local_discord: LocalDiscord, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[SampleBot]:
    heard.clear()
    point_discord_py_at(local_discord, monkeypatch)
    async with running(SampleBot(board, mute), local_discord.token) as connected:
        yield connected


async def test_a_persons_menu_opens_a_dialogue_with_what_is_chosen(
    bot: SampleBot, local_discord: LocalDiscord
) -> None:
    """A command of a person's menu gets the member; menus that nobody touched send what stood in them."""
    mika, robin = local_discord.user("mika"), local_discord.user("robin")
    assert mika.context_commands("lounge", kind=USER_COMMAND) == ["Mute"]
    shown = await mika.user_menu("lounge", robin, "Mute")
    assert (await mika.submit_modal(shown, {})).text == "['60'] ['Robin'] []"
    moderators = next(r["id"] for r in local_discord.world.roles() if r["name"] == "Moderators")
    shown = await mika.user_menu("lounge", robin, "Mute")
    answer = await mika.submit_modal(shown, {"How long": ["5"], "Who": [mika.id], "Roles": [moderators]})
    assert answer.text == "['5'] ['Mika'] ['Moderators']"


@pytest.mark.parametrize(
    ("menu", "values"), [("people", ["mika"]), ("people", []), ("roles", ["Moderators"]), ("words", [])]
)
async def test_menus_in_messages(
    bot: SampleBot, local_discord: LocalDiscord, menu: str, values: list[str]
) -> None:
    """A choice, also of nothing where that is allowed, is acknowledged first, and changes the message."""
    ids = {user.name: str(user.id) for user in local_discord.users}
    ids |= {role["name"]: role["id"] for role in local_discord.world.roles()}
    chosen = [ids[value] for value in values]
    robin = local_discord.user("robin")
    message = await (await robin.slash("lounge", "board")).final()
    answer = await robin.select(message, chosen, custom_id=menu)
    assert answer.message_id in {None, message.id}
    await robin.wait_for_message("lounge", lambda seen: seen.text == f"Chosen: {chosen}")


async def test_a_menu_refuses_too_much(bot: SampleBot, local_discord: LocalDiscord) -> None:
    """More than may be chosen, or nothing where something must be, cannot be sent."""
    robin = local_discord.user("robin")
    message = await (await robin.slash("lounge", "board")).final()
    with pytest.raises(NotPossibleError, match="between 1 and 2"):
        await robin.select(message, [], custom_id="roles")
    with pytest.raises(NotPossibleError, match="between 0 and 1"):
        await robin.select(message, [str(u.id) for u in local_discord.users], custom_id="people")


async def test_a_private_answer_is_edited_later(bot: SampleBot, local_discord: LocalDiscord) -> None:
    """By its interaction's token it can be edited, followed by another, and deleted; others never see it."""
    robin = local_discord.user("robin")
    message = await (await robin.slash("lounge", "board")).final()
    first = await robin.click(message, label="Vote")
    assert first.message is not None
    assert first.message.private
    await heard[-1].edit_original_response(content="Your vote: a train")
    assert first.text == "Your vote: a train"
    followed = await heard[-1].followup.send("The ballot is over", ephemeral=True, wait=True)
    await followed.edit(content="The ballot is over: the train won")
    seen = [m.text for m in robin.messages("lounge") if m.private]
    assert seen == ["Your vote: a train", "The ballot is over: the train won"]
    await followed.delete()
    await heard[-1].delete_original_response()
    assert [m for m in robin.messages("lounge") if m.private] == []
    assert [m for m in local_discord.messages("lounge", "sasha") if m.private] == []


async def test_discords_refusals(bot: SampleBot, local_discord: LocalDiscord) -> None:
    """Gone, another's to edit, answered twice, too late, and out of time: each has Discord's own code."""
    robin = local_discord.user("robin")
    message = await (await robin.slash("lounge", "board")).final()
    private = await robin.click(message, label="Vote")
    assert private.message_id is not None
    clicked, channel = heard[-1], bot.get_partial_messageable(private.channel_id)

    with pytest.raises(discord.NotFound) as by_channel:  # a private answer has no door but its token
        await channel.get_partial_message(private.message_id).edit(content="x")
    assert by_channel.value.code == 10008
    theirs = await robin.send("lounge", "mine")
    with pytest.raises(discord.Forbidden) as anothers:
        await channel.get_partial_message(theirs.id).edit(content="x")
    assert anothers.value.code == 50005

    callback = f"{local_discord.api_url}/interactions/{clicked.id}/{clicked.token}/callback"
    async with httpx.AsyncClient() as http:
        again = await http.post(callback, json={"type": 6})
    assert (again.status_code, again.json()["code"]) == (400, 40060)

    await clicked.delete_original_response()
    with pytest.raises(discord.NotFound) as gone:
        await clicked.edit_original_response(content="x")
    assert gone.value.code == 10008

    local_discord.world.backend.interactions[clicked.id].expires_at = "2026-01-01T00:00:00+00:00"
    for late in (clicked.edit_original_response(content="x"), clicked.followup.send("x", ephemeral=True)):
        with pytest.raises(discord.HTTPException) as out_of_time:
            await late
        assert (out_of_time.value.status, out_of_time.value.code) == (401, 50027)


async def test_a_bots_message_is_deleted_by_those_who_may(
    bot: SampleBot, local_discord: LocalDiscord
) -> None:
    """The bot deletes its own message, a moderator too; everyone sees it go, and the bot hears of it."""
    mika = local_discord.user("mika")
    own = await (await mika.slash("lounge", "board")).final()
    await bot.get_partial_messageable(own.channel_id).get_partial_message(own.id).delete()
    assert local_discord.user("sasha").see(own.channel_id, own.id) is None
    second = await (await mika.slash("lounge", "board")).final()
    await mika.delete(second)
    with pytest.raises(discord.NotFound) as gone:
        await bot.get_partial_messageable(own.channel_id).get_partial_message(second.id).edit(content="x")
    assert gone.value.code == 10008
