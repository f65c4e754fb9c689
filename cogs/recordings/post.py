"""How a broadcast's recordings are shown: in its post, and in the answer to `/odyssey recording`."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import discord
from discord.ui import ActionRow, Button, Item, MediaGallery, TextDisplay

from bot.broadcast.history import PastBroadcast, PastStream
from bot.broadcast.model import Recording
from bot.broadcast.recordings.links import expires_at, is_link
from cogs.kit.lasting_button import LastingView
from cogs.recordings.stills import Stills
from cogs.wording import labels
from cogs.wording import recordings as words
from cogs.wording.text import MESSAGE_LIMIT

LISTED_LIMIT = 10
"""Lines of streams in one post: more would bury the channel, and all are in the menus."""
MARKS_LIMIT = 300
"""Characters of what stands below the links: when they end, and by which IDs all is found again."""
A_DAY = timedelta(days=1)


class RecordingPost(LastingView):
    """A broadcast's recordings: its film, or one of its streams, with pictures that stay and links.

    `page` is where the pages are that others reach, without a slash at the end; None if there are none. Of a
    film the streams are left to the `menus`; `buttons` stand below the links.
    """

    def __init__(
        self,
        past: PastBroadcast,
        shown: PastStream,
        recording: Recording,
        stills: Stills,
        menus: Sequence[Item[Any]] = (),
        buttons: Sequence[Item[Any]] = (),
        *,
        page: str | None = None,
        is_film: bool = False,
    ) -> None:
        link = page_of(past, page)
        is_alone = past.is_over and len(past.streams) == 1
        head = words.recorded(past, shown, recording) if is_alone else words.recorded_so_far(past)
        caption = "" if is_alone or is_film else words.shown_stream(past, shown, recording)
        room = MESSAGE_LIMIT - len(head) - len(caption) - MARKS_LIMIT
        led = _lasting_links(link, None if is_film else shown) if link else _links(recording, room)
        # Below a film of several streams only the broadcast's own stands.
        mark = "" if is_film and not is_alone else words.stream_mark(shown.stream)
        links = "\n".join(filter(None, [caption, led, mark]))
        room = MESSAGE_LIMIT - len(head) - len(links) - len(words.mark(past))
        pictures = [discord.MediaGalleryItem(file) for file in stills.files()]
        others = [TextDisplay[Any]("\n".join([*([] if is_film else _lines(past, room)), words.mark(past)]))]
        pressed = [*([Button[Any](label=labels.WATCH, url=link)] if link else []), *buttons]
        super().__init__(
            TextDisplay(head),
            *([MediaGallery[Any](*pictures)] if pictures else []),
            TextDisplay(links),
            *(others if len(past.streams) > 1 else []),
            *([ActionRow[Any](*pressed)] if pressed else []),
            *(ActionRow[Any](menu) for menu in menus),
            colour=discord.Colour.green(),
        )


def page_of(past: PastBroadcast, page: str | None) -> str | None:
    """Where a broadcast's recording has its page; None if nobody could open one."""
    token = past.link.token if past.link else None
    return f"{page}/r/{token}" if page and token else None


def no_recording_post(past: PastBroadcast) -> LastingView:
    """Word that a broadcast's recording did not come."""
    return LastingView(TextDisplay(words.not_recorded(past)), colour=discord.Colour.gold())


def _lines(past: PastBroadcast, room: int) -> list[str]:
    """The last streams, a line each, as far as there is room in characters."""
    last = past.newest.stream.number if past.newest else 0
    listed = [
        words.stream_line(past, each) for each in past.streams if past.is_over or each.stream.number <= last
    ]
    lines = listed[-LISTED_LIMIT:]
    room -= len(words.earlier_streams(len(listed))) + 1
    while lines and len("\n".join(lines)) + 1 > room:
        del lines[0]
    earlier = len(listed) - len(lines)
    return [words.earlier_streams(earlier), *lines] if earlier else lines


def _lasting_links(link: str, shown: PastStream | None) -> str:
    """Links of our own, to one of the streams or to the film: they lead to whatever is there by then."""
    at = f"{link}/{shown.stream.number}" if shown else None
    parts = (
        (words.FULL_VIDEO, f"{at}/video" if at else f"{link}/film"),
        *(((words.PREVIEW, f"{at}/preview"), (words.THUMBNAIL, f"{at}/thumbnail")) if at else ()),
    )
    return " · ".join(_linked(name, url) for name, url in parts)


def _linked(name: str, url: str) -> str:
    return f"**[{name}]({url.replace('(', '%28').replace(')', '%29')})**"


def _links(recording: Recording, room: int) -> str:
    """Links in the text, not as buttons: a presigned URL can be longer than a button's 512 characters.

    One that is no link, or too long for the `room` in characters, is left out.
    """
    candidates = (
        (words.FULL_VIDEO, recording.video_url),
        (words.PREVIEW, recording.preview_url),
        (words.THUMBNAIL, recording.thumbnail_url),
    )
    links: list[str] = []
    ends: list[datetime] = []
    for name, url in candidates:
        if url and is_link(url):
            link = _linked(name, url)
            if len(" · ".join([*links, link])) <= room:
                links.append(link)
                ends.append(expires_at(url, recording.fetched_at))
    if not links:
        return words.NO_LINKS
    until = words.links_work_until(min(ends), today=min(ends) - recording.fetched_at < A_DAY)
    return f"{' · '.join(links)}\n{until}"
