"""The HTML of a recording's page, with what whoever is sent its link sees of it."""

from bot.broadcast.history import PastBroadcast
from bot.web import texts
from bot.web.pages import SharedPage


class RecordingPage:
    """Made of the file, once read. `base_url` is where links start as viewers reach them."""

    def __init__(self, base_url: str) -> None:
        self._base_url = base_url
        self._page = SharedPage("recording.html")

    def html(self, token: str, past: PastBroadcast) -> bytes:
        """The page of the link with this token, as things stand."""
        link = f"{self._base_url}/r/{token}"
        facts = {"og:type": "video.other", "og:url": link}
        if past.recorded:
            facts |= {"og:image": f"{link}/poster", "twitter:card": "summary_large_image"}
        if past.film:
            facts |= {"og:video": f"{link}/film", "og:video:type": past.film.media_type}
        return self._page.html(texts.recording_title(past), texts.recording_sentence(past), facts)
