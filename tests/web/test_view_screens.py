"""The watch page on every screen: what has how much room, what the device can do, and the last film."""

import io

import av
from PIL import Image
from playwright.async_api import FloatRect, Page, expect

from tests.support.watch_page import WatchPage, ballot, broadcast, document, past

LIVE = document(ballot(3, 7, 1, 0, 1))
UPRIGHT = document(ballot(3, 7, 1, 0, 1, portrait=True))
DARK = ((0, 60), (0, 60), (0, 60), (190, 255))
"""Red, green, blue and how little is seen through, from and to."""
OVER = document(last=past())


async def test_every_screen_is_used(watch: WatchPage) -> None:
    """The picture has a phone's whole width, upright and on its side; on a desk the crowd stands beside it.

    Nothing is ever wider than the screen, and all that can be tapped is 44 px or more.
    """
    for width, height in ((390, 844), (844, 390), (1440, 900), (720, 450), (320, 256)):
        await watch.page.set_viewport_size({"width": width, "height": height})
        for state in (LIVE, UPRIGHT, OVER):
            await watch.show(state, hasSound=True)
            case = f"{width}x{height} {state is UPRIGHT} {state is OVER}"
            assert await watch.page.evaluate("document.documentElement.scrollWidth") <= width, case
            small = await watch.page.evaluate(_SMALLER_THAN_44)
            assert small == [], case
        for state in (LIVE, UPRIGHT):
            await watch.show(state)
            stage, now, crowd = [await _box(watch.page, name) for name in ("#stage", "#now", "#crowd")]
            is_beside = width >= 1000 or (state is UPRIGHT and width > height and height <= 500)
            if is_beside:
                assert crowd["x"] >= stage["x"] + stage["width"]
                assert stage["height"] > height * 0.6
            else:
                assert now["y"] >= stage["y"] + stage["height"]
                assert stage["width"] == width if state is LIVE else stage["height"] > height * 0.5
                assert state is LIVE or now["y"] < height, "the words look out below"


async def test_an_overlay_is_texts_alone_on_nothing(watch: WatchPage) -> None:
    """For OBS: no picture, no button, a transparent ground, dark plates; nothing while nothing is on."""
    await watch.anew(query="?overlay=1")
    await watch.show(LIVE)
    text = await watch.text()
    for words in ("A dragon made of paper", "Robin’s idea", "closes in 12 s", "Ada · 7 votes"):
        assert words in text
    for words in ("LIVE", "Take part", "watching"):
        assert words not in text
    await expect(watch.page.locator("button:visible, a:visible, video:visible")).to_have_count(0)
    plate = await _box(watch.page, "#now")
    picture = await _picture(watch.page)
    assert picture.getpixel((20, 20)) == (0, 0, 0, 0)
    edge = (round(plate["x"]) + 6, round(plate["y"] + plate["height"] / 2))
    assert all(low <= value <= high for value, (low, high) in zip(_values(picture, edge), DARK, strict=True))
    await watch.show(OVER, status="idle")
    assert (await _picture(watch.page)).getbbox() is None
    await watch.anew()


async def test_a_poster_is_asked_for_once_there_is_one(watch: WatchPage) -> None:
    """No request for a picture that is not there; and one that is stands until the first frame comes."""
    asked: list[str] = []
    watch.page.on("request", lambda request: asked.append(request.url))
    poster = watch.page.locator("#poster")
    for picture in (None, "posted", "posted"):
        await watch.show(document(broadcast(), picture=picture), status="connecting")
        await expect(poster).to_be_visible(visible=picture is not None)
    assert [url for url in asked if "picture.jpg" in url] == [f"{watch.site.url}/picture.jpg?posted"]


async def test_the_buttons_ask_the_player(watch: WatchPage) -> None:
    """Tap to play, pause and sound are the player's; a sound that is not there has no button."""
    await watch.show(LIVE, status="tap")
    await watch.page.get_by_role("button", name="Tap to play").click()
    await watch.show(LIVE)
    await expect(watch.page.get_by_role("button", name="Tap to play")).to_be_hidden()
    await watch.page.get_by_role("button", name="Pause").press("Enter")
    await expect(watch.page.locator("#sound")).to_be_hidden()
    await watch.show(LIVE, hasSound=True, isMuted=True)
    await watch.page.get_by_role("button", name="Turn the sound on").press("Enter")
    await watch.show(LIVE, hasSound=True, isMuted=False)
    await watch.page.get_by_role("button", name="Turn the sound off").press("Enter")
    assert await watch.page.evaluate("asked.map((words) => words.split(' [')[0])") == [
        "tap",
        "pause",
        "mute false",
        "mute true",
    ]


async def test_who_pauses_by_the_keyboard_can_play_on(watch: WatchPage) -> None:
    """The focus goes to what stands in the pause's place, and back."""
    await watch.show(LIVE)
    await watch.page.evaluate("state => (window.answer = () => draw(state))", _state("tap"))
    await watch.page.get_by_role("button", name="Pause").press("Enter")
    await expect(watch.page.get_by_role("button", name="Tap to play")).to_be_focused()
    await watch.page.evaluate("delete window.answer")
    await watch.show(LIVE)
    await expect(watch.page.get_by_role("button", name="Pause")).to_be_focused()


async def test_full_screen_is_the_stage_with_the_prompt(watch: WatchPage) -> None:
    """What the world follows stands on the picture, where the words beside it are not seen."""
    await watch.show(LIVE)
    caption = watch.page.locator("#caption")
    await expect(caption).to_be_hidden()
    await watch.page.get_by_role("button", name="Full screen").press("Enter")
    await expect(caption).to_be_visible()
    assert await watch.page.evaluate("document.fullscreenElement.id") == "stage"
    await watch.page.get_by_role("button", name="Full screen").press("Enter")
    await expect(caption).to_be_hidden()


async def test_an_iphone_fills_its_screen_with_the_video_itself(watch: WatchPage) -> None:
    """Where no element but the video can (faked): by its own ways, and it is played on afterwards."""
    await watch.anew(faked=_AN_IPHONE)
    await watch.show(LIVE)
    page = watch.page
    await page.get_by_role("button", name="Full screen").press("Enter")
    await page.get_by_role("button", name="Picture in picture").press("Enter")
    await page.evaluate("document.querySelector('video').dispatchEvent(new Event('webkitendfullscreen'))")
    assert await page.evaluate("did") == ["fills on-air", "picture-in-picture on-air"]
    assert len(await page.evaluate("asked")) == 1


async def test_a_device_that_can_do_neither_offers_neither(watch: WatchPage) -> None:
    """As in a frame that may not (faked): no button that does nothing."""
    await watch.anew(faked=_CAN_DO_NOTHING)
    await watch.show(LIVE)
    await expect(watch.page.get_by_role("button", name="Pause")).to_be_attached()
    for name in ("Full screen", "Picture in picture"):
        await expect(watch.page.get_by_role("button", name=name)).to_have_count(0)


async def test_the_screen_stays_on_while_somebody_watches(watch: WatchPage) -> None:
    """The lock (faked) is asked for once, again after the system took it, and given back at the end.

    A refusal is taken for an answer.
    """
    await watch.anew(faked=_LOCKS)
    for _ in range(3):
        await watch.show(LIVE)
    released = "locks.map((lock) => lock.released)"
    assert await watch.page.evaluate(released) == [False]
    await watch.page.evaluate("locks[0].released = true")  # the battery is low
    await watch.show(LIVE)
    assert await watch.page.evaluate(released) == [True, False]
    await watch.page.evaluate("see(false)")
    await watch.page.evaluate("see(true)")
    assert await watch.page.evaluate(released) == [True, True, False]
    await watch.show(OVER, status="idle")
    assert await watch.page.evaluate(released) == [True, True, True]
    await watch.page.evaluate("isRefused = true")  # as in a frame that may not
    for _ in range(3):
        await watch.show(LIVE)
    assert await watch.page.evaluate("locks.length") == 4


def _state(status: str) -> dict[str, object]:
    return {"document": LIVE, "connection": "open", "picture": {"status": status}}


async def _box(page: Page, selector: str) -> FloatRect:
    box = await page.locator(selector).bounding_box()
    assert box
    return box


async def test_the_parts_play_one_after_the_other(watch: WatchPage) -> None:
    """After one tap, to the end; the next broadcast that is live puts the film away."""
    site = watch.site
    site.films = dict.fromkeys((1, 2, 3), _film())
    await watch.anew()
    await watch.show(OVER, status="idle")
    assert site.asked == []
    await watch.page.get_by_role("button", name="Play the recording").click()
    await _has_ended(watch.page, part=3)
    assert site.asked == [1, 2, 3]
    await expect(watch.page.locator("#film")).to_have_accessible_name("The recording, part 3 of 3")
    await watch.is_clean("a film")
    await watch.page.get_by_role("button", name="Previous part").click()
    await expect(watch.page.locator("#part")).to_have_text("Part 2 of 3")

    starting = document(broadcast(state="connecting", began_at=None, ends_at=None), last=OVER["last"])
    await watch.show(starting, status="idle")
    await expect(watch.page.locator("#film")).to_be_visible()
    assert "The next broadcast is starting …" in await watch.text()
    await watch.show(document(broadcast(), last=OVER["last"]), status="connecting")
    await expect(watch.page.locator("#film")).to_be_hidden()
    assert await watch.page.locator("#film").get_attribute("src") is None


async def test_a_link_that_has_expired_is_fetched_anew(watch: WatchPage) -> None:
    """Once; a part that is not there is passed over, and when the last is not, a word says so."""
    site = watch.site
    site.films, site.expired = {1: _film()}, {1}
    site.asked.clear()
    await watch.show(OVER, status="idle")
    await watch.page.get_by_role("button", name="Play the recording").click()
    await expect(watch.page.locator("#part")).to_have_text("The recording cannot be played just now.")
    await watch.show(OVER, status="idle")
    assert "The recording cannot be played just now." in await watch.text()
    assert site.asked == [1, 1, 2, 2, 3, 3]


async def _has_ended(page: Page, part: int) -> None:
    await page.wait_for_function("(part) => film.ended && film.src.endsWith(`/${part}`)", arg=part)


def _film() -> bytes:
    """A fifth of a second."""
    out = io.BytesIO()
    with av.open(out, "w", format="mp4") as container:
        stream = container.add_stream("libx264", rate=10)
        stream.width, stream.height, stream.pix_fmt = 64, 64, "yuv420p"
        for _ in range(2):
            container.mux(stream.encode(av.VideoFrame(64, 64, "yuv420p")))
        container.mux(stream.encode(None))
    return out.getvalue()


def _values(picture: Image.Image, at: tuple[int, int]) -> tuple[int, ...]:
    values = picture.getpixel(at)
    assert isinstance(values, tuple)
    return values


async def _picture(page: Page) -> Image.Image:
    return Image.open(io.BytesIO(await page.screenshot(omit_background=True))).convert("RGBA")


_SMALLER_THAN_44 = """
[...document.querySelectorAll("button, a")].filter((node) => {
  const { width, height } = node.getBoundingClientRect();
  return node.checkVisibility() && (width < 44 || height < 44);
}).map((node) => node.outerHTML)
"""
_CAN_DO_NOTHING = """
for (const name of ["fullscreenEnabled", "pictureInPictureEnabled"])
  Object.defineProperty(Document.prototype, name, { get: () => false });
"""
_AN_IPHONE = (
    _CAN_DO_NOTHING
    + """
window.did = [];
delete Element.prototype.requestFullscreen;
delete Element.prototype.webkitRequestFullscreen;
delete HTMLVideoElement.prototype.requestPictureInPicture;
Object.assign(HTMLVideoElement.prototype, {
  webkitEnterFullscreen() { did.push(`fills ${this.classList[1]}`); },
  webkitSupportsPresentationMode: () => true,
  webkitSetPresentationMode(mode) { did.push(`${mode} ${this.classList[1]}`); },
});
"""
)
_LOCKS = """
window.locks = [];
window.isRefused = false;
const request = async () => {
  const lock = { released: false, release() { this.released = true; } };
  locks.push(lock);
  if (isRefused) throw new Error("refused");
  return lock;
};
Object.defineProperty(navigator, "wakeLock", { value: { request } });
window.see = (isSeen) => {
  Object.defineProperty(document, "hidden", { value: !isSeen, configurable: true });
  document.dispatchEvent(new Event("visibilitychange"));
};
"""
