"""The demo's page draws the emoji that the bot uses, for machines without a font that has them."""

import ast
import re
from pathlib import Path

from bot.local.demo.page_server import PAGE_DIR
from tests.support.sources import nodes

COGS = Path(__file__).parents[3] / "cogs"
EMOJI = re.compile("[\N{LEFTWARDS ARROW WITH HOOK}⌚-⏿☀-➿\N{MAHJONG TILE RED DRAGON}-\N{BALLET SHOES}]")


def test_each_emoji_of_the_bot_is_drawn() -> None:
    """Whatever emoji stands in a text of the cogs is among the page's drawings."""
    drawn = (PAGE_DIR / "glyphs.js").read_text("utf-8")
    used = {
        emoji
        for path in COGS.rglob("*.py")
        for node in nodes(path.read_text("utf-8"))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
        for emoji in EMOJI.findall(node.value)
    }
    assert {"✅", "🔴", "⏳"} <= used
    assert [emoji for emoji in used if f'"{emoji}": [' not in drawn] == []
