"""Links that the service gives: what they say of their end, and what is no link."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.broadcast.history import PastBroadcast, PastStream
from bot.broadcast.model import Broadcast, Channel, Recording, Stream, Viewer
from bot.broadcast.recordings.links import expires_at, is_link
from bot.broadcast.states import State
from cogs.recordings.post import RecordingPost
from cogs.recordings.stills import Stills

NOW = datetime(2026, 8, 1, 20, 0, tzinfo=UTC)
EPOCH = int(NOW.timestamp())
BROADCAST = Broadcast("b", Channel(1, 2), Viewer(3, "Mika"), "*" * 300, False, NOW, State.ENDED)
STREAM = Stream("s", "b", "A cat", False, NOW, NOW)


@pytest.mark.parametrize(
    ("query", "minutes"),
    [
        ("X-Amz-Date=20260801T200000Z&X-Amz-Expires=900", 15),
        ("x-amz-expires=900&a=b&X-AMZ-DATE=20260801T200000Z&X-Amz-Signature=%2B", 15),
        ("X-Goog-Date=20260801T195900Z&X-Goog-Expires=600", 9),
        ("sv=2024-01-01&se=2026-08-01T20%3A30%3A00Z&sig=x", 30),
        ("se=2026-08-01T22:30:00%2B02:00", 30),
        ("se=2026-08-02", 240),
        (f"Expires={EPOCH + 120}&Signature=x&Key-Pair-Id=y", 2),
        (f"expires={EPOCH + 90.0}&signature=x", 1.5),
        ("X-Amz-Date=20260801T200000Z&X-Amz-Expires=604800", 7 * 24 * 60),
    ],
)
def test_a_link_says_itself_when_it_ends(query: str, minutes: float) -> None:
    """As S3, Google, Azure and CloudFront write it, in small letters too."""
    assert expires_at(f"https://h/v.mp4?{query}", NOW) == NOW + timedelta(minutes=minutes)


@pytest.mark.parametrize(
    "query",
    [
        "",
        "Expires=",
        "Expires=0",
        "Expires=never",
        "Expires=nan",
        "Expires=99999999999999999999",
        f"Expires={EPOCH}000000",
        "X-Amz-Expires=900",
        "X-Amz-Date=20260801T200000Z",
        "X-Amz-Date=20260801T200000Z&X-Amz-Expires=soon",
        "X-Amz-Date=20260801T200000Z&X-Amz-Expires=99999999999999",
        "X-Amz-Date=yesterday&X-Amz-Expires=900",
        "se=2026-13-45",
    ],
)
def test_a_link_that_does_not_say_it_has_an_hour(query: str) -> None:
    """Nor do ends count that cannot be meant."""
    assert expires_at(f"https://h/v.mp4?{query}", NOW) == NOW + timedelta(hours=1)


def test_a_post_says_when_the_first_of_its_links_ends() -> None:
    """The video's link for a quarter of an hour, the thumbnail's for a day."""
    recording = Recording(
        NOW,
        video_url="https://h/v?X-Amz-Date=20260801T200000Z&X-Amz-Expires=900",
        thumbnail_url="https://h/t?X-Amz-Date=20260801T200000Z&X-Amz-Expires=86400",
    )
    assert f"<t:{EPOCH + 900}:t>" in shown(recording)


def test_days_are_said_with_their_date() -> None:
    """A time of day alone would be today's."""
    week = Recording(NOW, video_url=f"https://h/v?Expires={EPOCH + 7 * 86400}")
    assert f"<t:{EPOCH + 7 * 86400}:f>" in shown(week)


def test_links_that_are_too_long_are_left_out() -> None:
    """Discord takes 4000 characters in all, and the prompt has its own: one long link costs only itself."""
    recording = Recording(NOW, video_url=f"https://h/{'v' * 4000}", thumbnail_url=f"https://h/{'t' * 2500}")
    text = shown(recording, prompt="*" * 2000)
    assert "Full video" not in text
    assert "Thumbnail" in text
    assert len(text) <= 4000


@pytest.mark.parametrize("length", range(200, 3800, 120))
def test_the_list_of_streams_leaves_room_for_the_links(length: int) -> None:
    """However long those are: the list is shorter then, and says how many are in the menu."""
    streams = tuple(
        PastStream(replace(STREAM, id=f"own{number}", number=number, prompt="*" * 300), has_recording=True)
        for number in range(1, 73)
    )
    post = RecordingPost(
        PastBroadcast(BROADCAST, streams),
        streams[-1],
        Recording(NOW, video_url="https://h/".ljust(length, "v")),
        Stills(),
    )
    text = "".join(item.content for item in post.walk_children() if hasattr(item, "content"))
    assert len(text) <= 4000
    lines = [line for line in text.split("\n") if "recorded" in line]
    assert f"-# {72 - len(lines)} earlier" in text
    assert ("Full video" in text) is (length < 2900)


@pytest.mark.parametrize(
    "url", ["https://h/v", "HTTP://h:8080/v?a=[b]", "https://[::1]:443/v", "https://ü.example/v"]
)
def test_what_is_a_link(url: str) -> None:
    """With ports, brackets in the right place, and in other letters."""
    assert is_link(url)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "//h/v",
        "javascript:alert(1)",
        "https://a b/v",
        "https://h/\u202ev",
        "https://h/<v>",
        "https://h/\nv",
    ],
)
def test_what_is_none(url: str) -> None:
    """What Discord would not take for one, or would show as something else."""
    assert not is_link(url)


def shown(recording: Recording, prompt: str = "A cat") -> str:
    """All the text of a recording's post."""
    only = PastStream(replace(STREAM, prompt=prompt), has_recording=True)
    post = RecordingPost(PastBroadcast(BROADCAST, (only,)), only, recording, Stills())
    return "".join(item.content for item in post.walk_children() if hasattr(item, "content"))
