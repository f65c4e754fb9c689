"""What is kept of somebody, as a file that people and programs can read."""

import io
import json
import zipfile

import discord

from bot.broadcast.people import Told
from cogs.wording import people as words

LIMIT_BYTES = 8 * 2**20
"""What Discord takes in every server, and a little less."""


def data_file(person_id: int, told: Told) -> discord.File | None:
    """JSON, in an archive if it is large; None if it is too large even so."""
    content = {words.EXPLAINED: words.ABOUT_YOUR_DATA, words.PERSON: str(person_id), words.KEPT: told}
    plain = json.dumps(content, ensure_ascii=False, indent=2).encode(errors="replace")
    if len(plain) <= LIMIT_BYTES:
        return discord.File(io.BytesIO(plain), f"{words.FILE_NAME}.json")
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(f"{words.FILE_NAME}.json", plain)
    if packed.tell() > LIMIT_BYTES:
        return None
    packed.seek(0)
    return discord.File(packed, f"{words.FILE_NAME}.zip")
