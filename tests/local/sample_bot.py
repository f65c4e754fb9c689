"""An ordinary discord.py bot that does what bots do with interactions, to prove the local Discord."""

from __future__ import annotations

import asyncio
import io
from typing import Any

import discord
from discord import app_commands
from discord.ext import commands

STREAMS = ["aurora over a harbour", "lantern market", "paper city in rain"]


class PromptModal(discord.ui.Modal, title="Suggest a change"):
    prompt: discord.ui.TextInput[PromptModal] = discord.ui.TextInput(
        label="What should happen?", min_length=3, max_length=200, placeholder="It starts to snow"
    )

    async def on_submit(self, interaction: discord.Interaction) -> None:
        await interaction.response.send_message(f"Taken: {self.prompt.value}", ephemeral=True)


class PanelRow(discord.ui.ActionRow["Panel"]):
    @discord.ui.button(label="Suggest", style=discord.ButtonStyle.primary, custom_id="panel:suggest")
    async def suggest(self, interaction: discord.Interaction, button: discord.ui.Button[Panel]) -> None:
        await interaction.response.send_modal(PromptModal())

    @discord.ui.button(label="Silent", custom_id="panel:silent")
    async def silent(self, interaction: discord.Interaction, button: discord.ui.Button[Panel]) -> None:
        """Never answers."""

    @discord.ui.button(label="End", style=discord.ButtonStyle.danger, custom_id="panel:end")
    async def end(self, interaction: discord.Interaction, button: discord.ui.Button[Panel]) -> None:
        await interaction.response.edit_message(view=Panel("ended", "Nothing more to see."))

    @discord.ui.button(label="Closed", disabled=True, custom_id="panel:closed")
    async def closed(self, interaction: discord.Interaction, button: discord.ui.Button[Panel]) -> None:
        """Cannot be clicked."""


class Panel(discord.ui.LayoutView):
    watch_url = "http://127.0.0.1:1/watch/abc"

    def __init__(self, state: str, text: str) -> None:
        super().__init__(timeout=None)
        row = PanelRow()
        row.add_item(discord.ui.Button(label="Watch", url=self.watch_url))
        self.add_item(
            discord.ui.Container(
                discord.ui.TextDisplay(f"### {state}\n{text}"),
                discord.ui.Separator(),
                discord.ui.MediaGallery(discord.MediaGalleryItem("attachment://snapshot.png")),
                row,
                accent_colour=discord.Colour(0x5865F2),
            )
        )


class Broadcasts(app_commands.Group):
    @app_commands.command(name="start", description="Start a broadcast in this channel")
    @app_commands.describe(prompt="What the world looks like", portrait="Upright instead of wide")
    async def start(
        self,
        interaction: discord.Interaction[SampleBot],
        prompt: app_commands.Range[str, 3, 200],
        portrait: bool = False,
    ) -> None:
        await interaction.response.defer(thinking=True)
        await asyncio.sleep(0.01)
        snapshot = discord.File(io.BytesIO(PNG), filename="snapshot.png", description="What can be seen")
        message = await interaction.edit_original_response(view=Panel("live", prompt), attachments=[snapshot])
        interaction.client.panel = (message.channel.id, message.id)
        interaction.client.panel_posted.set()

    @app_commands.command(name="status", description="What is on")
    async def status(self, interaction: discord.Interaction) -> None:
        await interaction.response.send_message("Nothing is on.", ephemeral=True)
        await interaction.followup.send("Start one with /odyssey start.", ephemeral=True)

    @app_commands.command(name="recording", description="Shows a recording")
    async def recording(self, interaction: discord.Interaction, stream: str) -> None:
        embed = discord.Embed(title=stream, description="12 s").set_image(url="attachment://clip.png")
        await interaction.response.send_message(embed=embed, file=discord.File(io.BytesIO(PNG), "clip.png"))

    @recording.autocomplete("stream")
    async def complete(self, interaction: discord.Interaction, typed: str) -> list[app_commands.Choice[str]]:
        return [app_commands.Choice(name=s, value=s) for s in STREAMS if typed.lower() in s]

    @app_commands.command(name="slow", description="Answers nothing")
    async def slow(self, interaction: discord.Interaction) -> None:
        """Never answers."""


@app_commands.context_menu(name="Suggest this")
async def suggest_this(interaction: discord.Interaction, message: discord.Message) -> None:
    await interaction.response.send_message(f"Suggested: {message.content}", ephemeral=True)


@app_commands.command(name="settings", description="For moderators")
@app_commands.default_permissions(manage_guild=True)
async def settings(
    interaction: discord.Interaction,
    muted: discord.Member | None = None,
    rules: discord.Attachment | None = None,
) -> None:
    size = len(await rules.read()) if rules else 0
    await interaction.response.send_message(f"{muted and muted.display_name} {size}", ephemeral=True)


class SampleBot(commands.Bot):
    """`heard` holds what it read in chat; `panel` the newest panel's channel and message ID."""

    def __init__(
        self,
        *more: app_commands.Command[Any, ..., Any] | app_commands.ContextMenu,
        message_content: bool = True,
    ) -> None:
        intents = discord.Intents.default()
        intents.message_content = message_content
        # There is one guild, so waiting 2 s for more of them (the default) is of no use.
        super().__init__(command_prefix="?", intents=intents, help_command=None, guild_ready_timeout=0.01)
        self._more = more
        self.heard: list[str] = []
        self.panel: tuple[int, int] | None = None
        self.panel_posted = asyncio.Event()
        self.became_ready = asyncio.Event()
        self.resumed = asyncio.Event()

    async def setup_hook(self) -> None:
        self.tree.add_command(Broadcasts(name="odyssey", description="Broadcasts"))
        self.tree.add_command(suggest_this)
        self.tree.add_command(settings)
        for command in self._more:
            self.tree.add_command(command)
        self.add_view(Panel("restored", ""))
        await self.tree.sync()

    async def on_message(self, message: discord.Message) -> None:
        if message.author.bot:
            return
        self.heard.append(message.content)
        if message.content.startswith("!"):
            await message.add_reaction("👀")

    async def on_ready(self) -> None:
        self.became_ready.set()

    async def on_resumed(self) -> None:
        self.resumed.set()

    async def edit_panel(self, text: str) -> None:
        """What a background task does: edits the panel by channel and message ID, without any token."""
        await self.panel_posted.wait()
        assert self.panel is not None
        channel_id, message_id = self.panel
        message = self.get_partial_messageable(channel_id).get_partial_message(message_id)
        await message.edit(view=Panel("live", text))


def _png() -> bytes:
    from PIL import Image

    out = io.BytesIO()
    Image.new("RGB", (64, 36), (88, 101, 242)).save(out, "PNG")
    return out.getvalue()


PNG = _png()
