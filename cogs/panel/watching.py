"""Where one watches: a channel's page, or where others cannot reach that, the video as the service has it."""

from bot.broadcast.audience.links import WatchLink
from bot.broadcast.recordings.links import is_link
from bot.broadcast.show.view import BroadcastView
from bot.discord.services import Services

LINK_LIMIT = 512
"""Characters of a button's link that Discord takes."""


async def watch_url(services: Services, view: BroadcastView) -> str | None:
    """What Watch opens, None while there is nothing. Raises what the database raises."""
    if services.watch_base_url is not None:
        return page_url(services.watch_base_url, await services.links.of(view.broadcast.channel))
    is_on_air = not view.is_closing and not view.coming_back
    url = view.spectating.hls_url if view.spectating and is_on_air else None
    return url if url and len(url) <= LINK_LIMIT and is_link(url) else None


def page_url(watch_base_url: str, link: WatchLink) -> str:
    return f"{watch_base_url}/watch/{link.token}"
