"""The pages' HTML, with what whoever is sent a link sees of it: a title, a sentence, a picture."""

from collections.abc import Mapping
from html import escape

from bot.broadcast.history import PastBroadcast
from bot.broadcast.show.view import BroadcastView
from bot.web import texts
from bot.web.assets import PAGE

TITLE = "<title>Live broadcast</title>"
"""What is replaced in a page."""


class SharedPage:
    """A page whose head says what it shows. Made of the file, once read."""

    def __init__(self, name: str) -> None:
        self._before, _, self._after = (PAGE / name).read_text("utf-8").partition(TITLE)

    def html(self, title: str, sentence: str, facts: Mapping[str, str]) -> bytes:
        """The page with this title; `facts` are what it tells besides, by Open Graph's names."""
        facts = {
            "og:site_name": texts.SITE,
            "og:title": title,
            "og:description": sentence,
            **facts,
        }
        head = [f"<title>{escape(title)}</title>", _meta("name", "description", sentence)]
        head += [_meta("property", name, content) for name, content in facts.items()]
        # Half of a surrogate pair, say, is no character, but may stand in a prompt.
        return (self._before + "\n    ".join(head) + self._after).encode(errors="replace")


class WatchPage:
    """`base_url` is where links start as viewers reach them."""

    def __init__(self, base_url: str) -> None:
        self._base_url = base_url
        self._page = SharedPage("watch.html")

    def html(
        self,
        token: str,
        name: str | None,
        view: BroadcastView | None,
        last: PastBroadcast | None,
        *,
        picture: str | None,
    ) -> bytes:
        """The page of the link with this token, for a channel of this name, as things stand.

        `picture` tells the picture that there is from others: whoever shows a link keeps it by its address.
        """
        link = f"{self._base_url}/watch/{token}"
        facts = {"og:type": "video.other" if view else "website", "og:url": link}
        if picture:
            facts |= {"og:image": f"{link}/picture.jpg?{picture}", "twitter:card": "summary_large_image"}
        return self._page.html(texts.title(view, name), texts.sentence(view, last), facts)


def _meta(kind: str, name: str, content: str) -> str:
    return f'<meta {kind}="{name}" content="{escape(content)}" />'
