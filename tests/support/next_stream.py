"""A service whose next stream goes wrong, for tests of whoever starts one stream after another.

    async with Standin(StandinSettings(faults=True)) as standin:
        ...  # the first stream runs
        NextStream(standin).ends_as_it_begins()
        ...  # the next start, on whichever connection, meets it

Each method arms one fault of the stand-in for the next `times` starts (None: for all, until `heals`); what
runs already is left alone. The `House` of `tests/e2e` has such a stand-in: `NextStream(house.standin)`.
"""

from bot.local.odyssey.service import Standin


class NextStream:
    """What is to become of the next stream that anybody starts at this stand-in."""

    def __init__(self, standin: Standin) -> None:
        if not standin.settings.faults:
            raise ValueError("the stand-in takes no faults: make it with StandinSettings(faults=True)")
        self._faults = standin.faults

    def has_the_wrong_shape(self, *, times: int | None = 1) -> None:
        """It is portrait where landscape was asked for, and the other way round."""
        self._faults.arm("start_turned", times=times)

    def never_sends_a_frame(self, *, times: int | None = 1) -> None:
        """It starts, and is acknowledged and recorded like any other, but no picture comes."""
        self._faults.arm("video_frozen", times=times)

    def sends_a_frame_and_dies(self, *, times: int | None = 1) -> None:
        """After its first picture: the stream error `model_error`, and its connection is closed."""
        self._faults.arm("model_breaks", since="frame", times=times)

    def ends_as_it_begins(self, *, times: int | None = 1) -> None:
        """`stream_ended` comes right behind `stream_started`; its connection stays."""
        self._faults.arm("stream_end", times=times)

    def waits_for_the_old_one(self, *, times: int | None = 1) -> None:
        """The start is obeyed and answered only when every stream that runs by then has ended."""
        self._faults.arm("start_after_others", times=times)

    def refuses_the_picture(self, *, times: int | None = 1) -> None:
        """A start from an image is answered with `invalid_image`; one without is obeyed."""
        self._faults.arm("image_refused", times=times)

    def refuses_the_prompt(self, saying: str = "", *, times: int | None = 1) -> None:
        """A start whose prompt has these words is answered with `moderation_failed`; updates are taken."""
        self._faults.arm("prompt_refused", saying=saying, times=times)

    def has_no_slot(self, *, times: int | None = None) -> None:
        """A reservation is answered with CONCURRENT_LIMIT_REACHED (429): until `heals`, by default."""
        self._faults.arm("usage_error", code="CONCURRENT_LIMIT_REACHED", times=times)

    def heals(self) -> None:
        """All that was armed and has not struck is forgotten: the next stream is as it should be."""
        self._faults.disarm()
