"""`/odyssey settings` by its menu and its dialogues: one message, in plain words."""

from typing import Any

import pytest

from bot.guilds.settings.guild_settings import Group, GuildSettings
from bot.local.discord.people.answers import Answer
from bot.local.discord.people.views import SeenMessage
from cogs.wording.fields import FIELDS
from tests.cogs.conftest import until
from tests.cogs.people import MANAGE_MESSAGES, give, new_role, take
from tests.cogs.settings.test_settings import settings, store
from tests.e2e.conftest import CHANNEL, WAIT_S, House

GAP = "Seconds between two changes of the world"
COOLDOWN = "Seconds between two suggestions of a person"


async def opened(house: House, group: Group, *, by: str = "mika") -> SeenMessage:
    """A group's page."""
    user = house.discord.user(by)
    overview = await (await user.slash(CHANNEL, "odyssey settings")).final(timeout_s=WAIT_S)
    page = await (await user.select(overview, [group.name])).final(timeout_s=WAIT_S)
    assert page.id == overview.id
    return page


async def edited(house: House, page: SeenMessage, values: dict[str, Any], *, by: str = "mika") -> SeenMessage:
    """The page after its dialogue was submitted."""
    user = house.discord.user(by)
    dialogue = await user.click(page, label="Edit")
    return await submitted(house, dialogue, values, page, by=by)


async def submitted(
    house: House, dialogue: Answer, values: dict[str, Any], page: SeenMessage, *, by: str = "mika"
) -> SeenMessage:
    user = house.discord.user(by)
    await user.submit_modal(dialogue, values)
    before = page.payload["components"]

    def now() -> SeenMessage:
        seen = user.see(page.channel_id, page.id)
        assert seen
        return seen

    await until(house, lambda: now().payload["components"] != before)
    return now()


async def test_the_overview_is_short_and_leads_to_each_group(house: House) -> None:
    """It says what differs from the defaults, and has the file; a group's page has neither."""
    mika = house.discord.user("mika")
    async with house.bot():
        overview = await settings(house, name="minutes_per_day", value="60")
        assert "Settings: Limits" in overview.text
        overview = await settings(house)
        assert "**Limits** · Minutes of broadcast a day: 60" in overview.text
        assert "**Pace** · as it comes" in overview.text
        assert len(overview.text) < 1000
        assert [file["filename"] for file in overview.attachments] == ["odyssey-settings.json"]
        for group in Group:
            page = await (await mika.select(overview, [group.name])).final(timeout_s=WAIT_S)
            assert page.id == overview.id
            assert not page.attachments
            for name in GuildSettings.names_in(group):
                assert f"`{name}`" in page.text
                assert f"**{FIELDS[name].title}**" in page.text
            back = await (await mika.select(page, ["overview"])).final(timeout_s=WAIT_S)
            assert back.text == overview.text
            assert back.attachments


async def test_a_dialogue_changes_several_settings_in_place(house: House) -> None:
    """Only those that were touched; a sentence says what each is, and from when on."""
    async with house.bot():
        page = await edited(house, await opened(house, Group.PACE), {GAP: "5", COOLDOWN: " 2.5 "})
        assert f"✅ **{GAP}** (`gap_s`): 5, from now on, also in a broadcast that runs." in page.text
        assert f"**{COOLDOWN}**: 2.5" in page.text
        assert page.text.count("✅") == 2
        page = await edited(house, page, {GAP: "5"})
        assert "Nothing was changed: it is all as it was." in page.text
        audit = await (await house.discord.user("mika").slash(CHANNEL, "odyssey audit")).final(
            timeout_s=WAIT_S
        )
        assert audit.text.count("changed a setting") == 1


async def test_modes_and_roles_are_chosen(house: House) -> None:
    """By menus, which have what holds chosen already; roles that are gone are not offered."""
    role = new_role(house, "Starters")
    async with house.bot():
        page = await edited(house, await opened(house, Group.DECIDING), {_title("mode"): ["vote"]})
        assert "by vote (vote), from the next broadcast on." in page.text
        await settings(house, name="moderator_roles", value="12345")
        people = await opened(house, Group.PEOPLE)
        values = {_title("starter_roles"): [role], _title("viewers_may_call_votes"): ["yes"]}
        page = await edited(house, people, values)
        assert f"**Who may start broadcasts**: <@&{role}>" in page.text
        assert "**Viewers may vote on the mode**: yes" in page.text
        assert "**Who moderates**: <@&12345>" in page.text  # was not touched
        other = new_role(house, "Others")
        page = await edited(house, page, {_title("starter_roles"): [other, role]})
        page = await edited(house, page, {_title("starter_roles"): [role, other]})
        assert "Nothing was changed" in page.text
        page = await edited(house, page, {_title("starter_roles"): []})
        assert "**Who may start broadcasts**: none" in page.text


async def test_what_is_wrong_is_told_by_field_and_nothing_is_lost(house: House) -> None:
    """None of it is applied; the dialogue opens again with all that was typed."""
    mika = house.discord.user("mika")
    async with house.bot():
        page = await opened(house, Group.PACE)
        page = await edited(house, page, {GAP: "fast", COOLDOWN: "5", _title("slow_mode_s"): "1000"})
        assert f"❌ **{GAP}** (`gap_s`): it has to be a number from 0 to 60." in page.text
        assert "(`slow_mode_s`): it has to be a number from 0 to 60." in page.text
        assert f"**{COOLDOWN}**: 0" in page.text
        dialogue = await mika.click(page, label="Edit again")
        assert dialogue.modal
        typed = {field["label"]: field.get("value") for field in dialogue.modal.fields}
        assert (typed[GAP], typed[COOLDOWN]) == ("fast", "5")
        page = await submitted(house, dialogue, {GAP: "4", _title("slow_mode_s"): "0"}, page)
        assert f"**{COOLDOWN}**: 5" in page.text
        assert f"**{GAP}**: 4" in page.text


@pytest.mark.parametrize(
    ("group", "name", "typed", "said"),
    [
        (Group.SPEECH, "blocked_patterns", "fine\n(a", "entry 2 (`(a`): a bracket ( is not closed."),
        (Group.SPEECH, "blocked_words", "a", "entry 1 (`a`): a single letter"),
        (Group.PANEL, "prefix", "hey bot", "without blanks"),
        (Group.PANEL, "other_prefixes", "? !", "would start as what is said to other bots"),
        (Group.PANEL, "safe_prompt", "", "this shows nothing"),
        (Group.LIMITS, "minutes_per_day", "", "it has to be a whole number from 0 to 1440"),
    ],
)
async def test_a_wrong_field_is_explained(
    house: House, group: Group, name: str, typed: str, said: str
) -> None:
    """As it is by the command, and with the dialogue to be opened again."""
    async with house.bot():
        page = await edited(house, await opened(house, group), {_title(name): typed})
        assert said in page.text
        assert "Edit again" in page.text


async def test_a_dialogue_that_was_open_while_somebody_else_changed_it(house: House) -> None:
    """What others changed is not overwritten unseen; other settings of the dialogue are taken."""
    mika = house.discord.user("mika")
    async with house.bot():
        page = await opened(house, Group.PACE)
        dialogue, other = await mika.click(page, label="Edit"), await mika.click(page, label="Edit")
        await settings(house, name="gap_s", value="9")
        page = await submitted(house, dialogue, {GAP: "5", COOLDOWN: "5"}, page)
        assert f"❌ **{GAP}** (`gap_s`): somebody else changed it meanwhile" in page.text
        assert f"**{GAP}**: 9" in page.text
        assert f"**{COOLDOWN}**: 0" in page.text
        page = await submitted(house, other, {COOLDOWN: "7"}, page)
        assert f"**{COOLDOWN}**: 7" in page.text
        assert f"**{GAP}**: 9" in page.text


async def test_who_loses_the_right_meanwhile_is_refused_at_each_step(house: House) -> None:
    """At the menu, at Edit, and when the dialogue is submitted."""
    robin, crew = house.discord.user("robin"), new_role(house, "Crew", MANAGE_MESSAGES)
    give(house, robin, crew)
    async with house.bot():
        page = await opened(house, Group.PACE, by="robin")
        dialogue = await robin.click(page, label="Edit")
        take(house, robin, crew)
        for refused in (
            await robin.submit_modal(dialogue, {GAP: "5"}),
            await robin.click(page, label="Edit"),
            await robin.select(page, [Group.LIMITS.name]),
        ):
            assert "Only moderators of the whole server" in (await refused.final(timeout_s=WAIT_S)).text
        assert f"**{GAP}**: 3" in (await opened(house, Group.PACE)).text


async def test_what_does_not_fit_into_a_dialogue_is_left_out_of_it(house: House) -> None:
    """Long lists, more roles than Discord's menu has, and entries that would be read as several."""
    mika = house.discord.user("mika")
    async with house.bot():
        pass
    words = [f"a rather long phrase {number:03}" for number in range(200)]
    store(house, blocked_words=words, blocked_patterns=["a;b"], starter_roles=list(range(1, 31)))
    async with house.bot():
        page = await opened(house, Group.SPEECH)
        assert "(200)" in page.text
        assert page.text.count("does not fit into the dialogue") == 2
        dialogue = await mika.click(page, label="Edit")
        assert dialogue.modal
        assert len(dialogue.modal.fields) == 3
        assert "<@&4> (30)" in (await opened(house, Group.PEOPLE)).text


async def test_the_page_answers_after_a_restart(house: House) -> None:
    """Its menu and Edit; what was typed and refused is forgotten then, and the dialogue has what holds."""
    mika = house.discord.user("mika")
    async with house.bot():
        page = await edited(house, await opened(house, Group.PACE), {GAP: "fast"})
    async with house.bot():
        dialogue = await mika.click(page, label="Edit again")
        assert dialogue.modal
        assert {field.get("value") for field in dialogue.modal.fields if field["label"] == GAP} == {"3"}


def _title(name: str) -> str:
    return FIELDS[name].title
