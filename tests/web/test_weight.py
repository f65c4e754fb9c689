"""What the page costs whoever opens it."""

import re
from pathlib import PurePosixPath

from bot.web.assets import PAGE, VENDOR
from tests.support.watched import Watched
from tests.web.test_routes import visited

MOST_BYTES = 60_000
_IMPORTED = re.compile(r'^import .*?"(.+?)";$', re.MULTILINE)
_PRELOADED = re.compile(r"<\.\./assets/(.+?)>; rel=modulepreload")
_LINKED = re.compile(r'(?:src|href)="\.\./assets/(.+?)"')


async def test_the_page_weighs_little() -> None:
    """All that it loads, as it is served without compression, but for hls.js, which it may never need."""
    async with visited(Watched()) as visitor:
        page = await visitor.get()
        sizes = {"": len(page.content)}
        wanted = _LINKED.findall(page.text)
        while wanted:
            name = wanted.pop()
            if name in sizes:
                continue
            file = await visitor.http.get(f"{visitor.origin}/assets/{name}")
            sizes[name] = len(file.content)
            here = PurePosixPath(name).parent
            wanted += [str(_tidy(here / each)) for each in _IMPORTED.findall(file.text)]
    ours = {path.relative_to(PAGE).as_posix() for path in PAGE.rglob("*.js") if path.parent.name != VENDOR}
    assert ours < set(sizes), "a module that nobody imports"
    assert set(_PRELOADED.findall(page.headers["Link"])) == ours
    assert sum(sizes.values()) <= MOST_BYTES, sizes


def _tidy(path: PurePosixPath) -> PurePosixPath:
    parts: list[str] = []
    for part in path.parts:
        if part == "..":
            parts.pop()
        else:
            parts.append(part)
    return PurePosixPath(*parts)
