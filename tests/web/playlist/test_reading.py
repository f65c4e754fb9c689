"""What is read of a playlist of the service, and handed on of it."""

import pytest

from bot.web.playlist.addresses import absolute
from bot.web.playlist.reading import MOST_SEGMENTS, MalformedPlaylistError, read_playlist
from bot.web.playlist.segments import MasterPlaylist, Segment
from bot.web.playlist.writing import playlist_text
from tests.web.playlist.service import media

BASE = "https://cdn.example/live/one/index.m3u8?token=T"


def playlist(*lines: str) -> str:
    return "\n".join(["#EXTM3U", "#EXT-X-TARGETDURATION:4", *lines])


def only(*lines: str) -> Segment | None:
    """The one segment of a playlist with these lines."""
    (segment,) = media(playlist(*lines), BASE).segments
    return segment


def written(text: str) -> list[str]:
    """What is handed on of a playlist, without its head."""
    segments = [segment for segment in media(text, BASE).segments if segment]
    return playlist_text(segments, target_s=4, sequence=0, cuts_before=0, is_over=False).splitlines()[5:]


@pytest.mark.parametrize(
    ("reference", "address"),
    [
        ("3.m4s?token=T", "https://cdn.example/live/one/3.m4s?token=T"),
        ("../two/3.m4s", "https://cdn.example/live/two/3.m4s"),
        ("/3.m4s", "https://cdn.example/3.m4s"),
        ("//other.example/3.m4s", "https://other.example/3.m4s"),
        ("http://other.example:8080/3.m4s", "http://other.example:8080/3.m4s"),
        ('https://other.example/a"b c\u00e9', "https://other.example/a%22b%20c%C3%A9"),
        ("https://93.184.216.34/3.m4s", "https://93.184.216.34/3.m4s"),
    ],
)
def test_an_address_is_handed_on_in_full(reference: str, address: str) -> None:
    """From where the playlist was read; in letters that can stand in a playlist."""
    assert absolute(reference, BASE) == address


@pytest.mark.parametrize(
    "reference",
    [
        "javascript:alert(1)",
        "file:///etc/passwd",
        "data:video/mp4;base64,AAAA",
        "blob:https://cdn.example/1",
        "skd://key",
        "ftp://cdn.example/3.ts",
        "https://user:pass@cdn.example/3.ts",
        "http://127.0.0.1/3.ts",
        "http://127.1/3.ts",
        "http://2130706433/3.ts",
        "http://0x7f000001/3.ts",
        "http://0/3.ts",
        "http://10.0.0.7/3.ts",
        "http://192.168.1.1/admin",
        "http://169.254.169.254/latest/meta-data",
        "http://[::1]/3.ts",
        "http://[::ffff:10.0.0.1]/3.ts",
        "http://[fe80::1%25eth0]/3.ts",
        "http://localhost/3.ts",
        "http://router/3.ts",
        "http://nas.local/3.ts",
        "http://127%2e0.0.1/3.ts",
        "http://\uff11\uff12\uff17.0.0.1/3.ts",
        "http://cdn.example\\@10.0.0.1/3.ts",
        "http://[broken/3.ts",
        "http://cdn.example:99999/3.ts",
        "https://cdn.example/" + "a" * 5000,
    ],
)
def test_nobody_is_sent_where_a_playlist_must_not_lead(reference: str) -> None:
    """Other schemes, users' names, private networks however they are written. The segment is left out."""
    assert absolute(reference, BASE) is None
    assert only("#EXTINF:2,", reference) is None
    assert only(f'#EXT-X-MAP:URI="{reference}"', "#EXTINF:2,", "1.m4s") is None
    assert only(f'#EXT-X-KEY:METHOD=AES-128,URI="{reference}"', "#EXTINF:2,", "1.m4s") is None


def test_a_service_in_a_private_network_lists_its_own_segments() -> None:
    """A stand-in on this machine, or one in a company's network; but no other host there."""
    for host in ("127.0.0.1:8081", "localhost:8081", "10.1.2.3"):
        assert absolute("3.m4s", f"http://{host}/a/index.m3u8") == f"http://{host}/a/3.m4s"
    assert absolute("http://10.1.2.4/3.m4s", "http://10.1.2.3/a/index.m3u8") is None


def test_everything_that_belongs_to_a_segment_goes_along() -> None:
    """Its initialisation, its key, its range, its time, that it is a gap; each once, until another holds."""
    assert written(
        playlist(
            "#EXT-X-MEDIA-SEQUENCE:16",
            '#EXT-X-MAP:URI="init.mp4",BYTERANGE="700@0"',
            '#EXT-X-KEY:METHOD=AES-128,URI="key?token=T"',
            "#EXT-X-PROGRAM-DATE-TIME:2026-11-01T20:00:00.000Z",
            "#EXTINF:2.000,a title",
            "#EXT-X-BYTERANGE:100@700",
            "all.m4s",
            "#EXTINF:2,",
            "#EXT-X-BYTERANGE:50",
            "all.m4s",
            "#EXT-X-KEY:METHOD=NONE",
            "#EXT-X-GAP",
            "#EXTINF:1.5,",
            "3.m4s",
        )
    ) == [
        f'#EXT-X-KEY:METHOD=AES-128,URI="https://cdn.example/live/one/key?token=T",IV=0x{16:032x}',
        '#EXT-X-MAP:URI="https://cdn.example/live/one/init.mp4",BYTERANGE="700@0"',
        "#EXT-X-PROGRAM-DATE-TIME:2026-11-01T20:00:00.000+00:00",
        "#EXT-X-BYTERANGE:100@700",
        "#EXTINF:2.000,",
        "https://cdn.example/live/one/all.m4s",
        f'#EXT-X-KEY:METHOD=AES-128,URI="https://cdn.example/live/one/key?token=T",IV=0x{17:032x}',
        "#EXT-X-PROGRAM-DATE-TIME:2026-11-01T20:00:02.000+00:00",
        "#EXT-X-BYTERANGE:50@800",
        "#EXTINF:2.000,",
        "https://cdn.example/live/one/all.m4s",
        "#EXT-X-KEY:METHOD=NONE",
        "#EXT-X-PROGRAM-DATE-TIME:2026-11-01T20:00:04.000+00:00",
        "#EXT-X-GAP",
        "#EXTINF:1.500,",
        "https://cdn.example/live/one/3.m4s",
    ]


@pytest.mark.parametrize(
    "odd",
    [
        ("#EXTINF:two,", "2.m4s"),
        ("#EXTINF:nan,", "2.m4s"),
        ("#EXTINF:-1,", "2.m4s"),
        ("#EXTINF:86400,", "2.m4s"),
        ("#EXTINF:2,", "#EXT-X-BYTERANGE:x", "2.m4s"),
        ("#EXTINF:2,", "#EXT-X-BYTERANGE:5", "2.m4s"),
        ("#EXTINF:2,", "file:///etc/passwd"),
    ],
)
def test_one_odd_segment_is_no_reason_to_lose_the_others(odd: tuple[str, ...]) -> None:
    """It keeps its number, and what follows it does not continue it."""
    read = media(playlist("#EXTINF:2,", "1.m4s", *odd, "#EXTINF:2,", "3.m4s"), BASE)
    assert [segment and segment.uri[-5:] for segment in read.segments] == ["1.m4s", None, "3.m4s"]
    assert read.segments[2]
    assert read.segments[2].is_cut


@pytest.mark.parametrize(
    "line",
    [
        "#EXT-X-DATERANGE:ID",
        "#EXT-X-PROGRAM-DATE-TIME:yesterday",
        "#EXT-X-PROGRAM-DATE-TIME:9999-12-31T23:59:59",
        "#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES",
        "#EXT-X-NEWER-THAN-US",
        "# a comment",
        "an address without a duration",
    ],
)
def test_a_line_that_says_nothing_of_use_is_passed_over(line: str) -> None:
    segment = only(line, "#EXTINF:2,", "1.m4s")
    assert segment == Segment("https://cdn.example/live/one/1.m4s", 2.0)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "<html>502 Bad Gateway</html>",
        "#EXTINF:2,\n1.m4s",
        playlist("#EXT-X-MEDIA-SEQUENCE:first", "#EXTINF:2,", "1.m4s"),
        playlist("#EXT-X-MEDIA-SEQUENCE:-1", "#EXTINF:2,", "1.m4s"),
        playlist(f"#EXT-X-MEDIA-SEQUENCE:{10**30}", "#EXTINF:2,", "1.m4s"),
        playlist("#EXT-X-PROGRAM-DATE-TIME:9999-12-31T23:59:59.000Z", *["#EXTINF:2,", "1.m4s"] * 2),
        "#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\nfile:///etc/passwd",
        "#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1",
        "#EXTM3U\n" + "#\n" * 100_000,
    ],
)
def test_what_is_no_playlist_is_refused(text: str) -> None:
    with pytest.raises(MalformedPlaylistError):
        read_playlist(text, BASE)


@pytest.mark.parametrize("nonsense", ["A" * 8000, 'A="' * 2500, "A=" * 4000, "\"'" * 4000, ",=" * 4000])
def test_no_line_takes_long_to_read(nonsense: str) -> None:
    """A whole playlist of such lines is read before the test's time is up; what is endless is no line."""
    lines = [f"#EXT-X-MAP:{nonsense}", "#EXTINF:2,", "1.m4s"] * 300
    read = media(playlist(*lines, f"#EXT-X-MAP:{nonsense * 100}", "#EXTINF:2,", "1.m4s"), BASE)
    assert read.after == 301


def test_of_an_endless_playlist_the_last_is_read() -> None:
    """With the numbers that it has."""
    read = media(playlist("#EXT-X-MEDIA-SEQUENCE:7", *["#EXTINF:2,", "1.m4s"] * 1500), BASE)
    assert (read.first, len(read.segments), read.after) == (7 + 1500 - MOST_SEGMENTS, MOST_SEGMENTS, 1507)


@pytest.mark.parametrize(
    ("variants", "chosen"),
    [
        ([("BANDWIDTH=800000", "low"), ("BANDWIDTH=2500000", "high"), ("BANDWIDTH=900", "least")], "high"),
        ([('BANDWIDTH=1,CODECS="avc1.42e01f"', "h264"), ('BANDWIDTH=9,CODECS="hvc1.1"', "h265")], "h264"),
        ([("BANDWIDTH=9", "http://10.0.0.1/private"), ("BANDWIDTH=1", "public")], "public"),
        ([("", "bare")], "bare"),
    ],
)
def test_of_several_the_best_that_every_browser_plays_is_taken(
    variants: list[tuple[str, str]], chosen: str
) -> None:
    lines = [line for said, uri in variants for line in (f"#EXT-X-STREAM-INF:{said}", uri)]
    master = read_playlist("\r\n".join(["\ufeff#EXTM3U", *lines]), BASE)
    assert isinstance(master, MasterPlaylist)
    assert master.variant == f"https://cdn.example/live/one/{chosen}"


def test_nothing_shows_an_address() -> None:
    """They carry tokens."""
    read = media(playlist("#EXTINF:2,", "1.m4s?token=T"), BASE)
    assert "token" not in repr(read)
    assert "token" not in repr(read.segments)
