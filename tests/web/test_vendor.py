"""What the page brings along of others' code."""

import hashlib
import re
from pathlib import Path

from bot.web.assets import PAGE

VENDOR = PAGE / "vendor"
MAKEFILE = Path(__file__).parents[2] / "Makefile"


def test_what_is_not_ours_is_as_its_makers_published_it() -> None:
    """Each file is the one whose hash was noted, and the note names the version that is fetched."""
    lines = (VENDOR / "SHA256SUMS").read_text().splitlines()
    noted = {name: digest for digest, name in map(str.split, lines)}
    there = {file.name for file in VENDOR.iterdir()} - {"README.md", "SHA256SUMS"}
    assert set(noted) == there
    for name, digest in noted.items():
        assert hashlib.sha256((VENDOR / name).read_bytes()).hexdigest() == digest, name
    version = re.search(r"^HLS_JS := (\S+)$", MAKEFILE.read_text(), re.MULTILINE)
    assert version
    assert f"hls.js@{version[1]}" in (VENDOR / "README.md").read_text()
