"""One message and one dialog with every kind of component, so that nothing of the page goes unseen."""

from __future__ import annotations

import io

import discord
from discord import app_commands

from tests.local.sample_bot import PNG

RULES = b'{"max_length": 200}'


class Everything(discord.ui.Modal, title="Settings of this server"):
    """Answers with what it was given."""

    intro: discord.ui.TextDisplay[discord.ui.LayoutView] = discord.ui.TextDisplay(
        "Changes apply **at once**."
    )
    name: discord.ui.Label[Everything] = discord.ui.Label(
        text="Name", component=discord.ui.TextInput(min_length=2, max_length=20)
    )
    mode: discord.ui.Label[Everything] = discord.ui.Label(
        text="Mode",
        description="How suggestions are chosen",
        component=discord.ui.Select(
            options=[discord.SelectOption(label="Queue", value="queue"), discord.SelectOption(label="Vote")]
        ),
    )
    muted: discord.ui.Label[Everything] = discord.ui.Label(
        text="Muted", component=discord.ui.UserSelect(required=False, max_values=3)
    )
    rules: discord.ui.Label[Everything] = discord.ui.Label(
        text="Rules", component=discord.ui.FileUpload(required=False)
    )

    async def on_submit(self, interaction: discord.Interaction) -> None:
        assert isinstance(self.name.component, discord.ui.TextInput)
        assert isinstance(self.mode.component, discord.ui.Select)
        assert isinstance(self.muted.component, discord.ui.UserSelect)
        assert isinstance(self.rules.component, discord.ui.FileUpload)
        muted = [user.display_name for user in self.muted.component.values]
        files = [len(await file.read()) for file in self.rules.component.values]
        await interaction.response.send_message(
            f"{self.name.component.value} {self.mode.component.values} {muted} {files}", ephemeral=True
        )


class Showcase(discord.ui.LayoutView):
    def __init__(self) -> None:
        super().__init__(timeout=None)
        mode: discord.ui.Select[Showcase] = discord.ui.Select(
            custom_id="showcase:mode",
            placeholder="How suggestions are chosen",
            options=[
                discord.SelectOption(label="Queue", value="queue", description="First come, first served"),
                discord.SelectOption(label="Vote", value="vote", description="The majority decides"),
            ],
        )
        mode.callback = self.chosen  # type: ignore[method-assign] # discord.py's own way to set it
        people: discord.ui.UserSelect[Showcase] = discord.ui.UserSelect(
            custom_id="showcase:people", placeholder="Who is muted", max_values=2
        )
        people.callback = self.chosen  # type: ignore[method-assign] # as above
        settings: discord.ui.Button[Showcase] = discord.ui.Button(
            label="Settings", custom_id="showcase:settings", style=discord.ButtonStyle.primary
        )
        settings.callback = self.settings  # type: ignore[method-assign] # as above
        plain = [
            discord.ui.Button[Showcase](label="Approve", style=discord.ButtonStyle.success, custom_id="s:1"),
            discord.ui.Button[Showcase](label="Refuse", style=discord.ButtonStyle.danger, custom_id="s:2"),
            discord.ui.Button[Showcase](label="Later", custom_id="s:3"),
            discord.ui.Button[Showcase](label="Closed", custom_id="s:4", disabled=True),
        ]
        self.add_item(
            discord.ui.Container(
                discord.ui.Section(
                    discord.ui.TextDisplay("## Review\nA **whale** passes under the boats"),
                    discord.ui.TextDisplay("-# Suggested by Robin"),
                    accessory=discord.ui.Thumbnail("attachment://picture.png", description="What is seen"),
                ),
                discord.ui.Separator(spacing=discord.SeparatorSpacing.large),
                discord.ui.ActionRow(mode),
                discord.ui.ActionRow(people),
                discord.ui.MediaGallery(
                    discord.MediaGalleryItem("attachment://picture.png", description="first"),
                    discord.MediaGalleryItem("attachment://picture.png", spoiler=True),
                    discord.MediaGalleryItem("attachment://picture.png"),
                ),
                discord.ui.File("attachment://rules.json"),
                discord.ui.Section("More to set", accessory=settings),
                accent_colour=discord.Colour(0x3DD6C4),
            )
        )
        self.add_item(discord.ui.ActionRow(*plain))

    async def chosen(self, interaction: discord.Interaction) -> None:
        assert interaction.data is not None
        await interaction.response.send_message(f"{interaction.data.get('values')}", ephemeral=True)

    async def settings(self, interaction: discord.Interaction) -> None:
        await interaction.response.send_modal(Everything())


@app_commands.command(name="showcase", description="Everything that a message can hold")
async def showcase(interaction: discord.Interaction) -> None:
    files = [
        discord.File(io.BytesIO(PNG), "picture.png"),
        discord.File(io.BytesIO(RULES), "rules.json"),
    ]
    await interaction.response.send_message(view=Showcase(), files=files)


@app_commands.context_menu(name="Greet")
async def greet(interaction: discord.Interaction, member: discord.Member) -> None:
    await interaction.response.send_message(f"Hello {member.display_name}", ephemeral=True)
