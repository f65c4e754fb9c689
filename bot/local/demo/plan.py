"""The plan of the demo's account: what the local Odyssey allows."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Plan:
    """None is what the stand-in has by itself. `small` pictures are quicker drawn.

    `is_cluster`: three bots share a PostgreSQL, in place of one with a file.
    """

    stream_limit_s: float | None = None
    concurrent_streams: int | None = None
    image_to_video: bool | None = None
    url_lifetime_s: float | None = None
    small: bool = False
    is_cluster: bool = False

    @property
    def options(self) -> list[str]:
        """The stand-in's command line that makes it so."""
        options = []
        if self.stream_limit_s is not None:
            options += ["--stream-limit-s", str(self.stream_limit_s)]
        if self.concurrent_streams is not None:
            options += ["--concurrent-streams", str(self.concurrent_streams)]
        if self.url_lifetime_s is not None:
            options += ["--url-lifetime-s", str(self.url_lifetime_s)]
        if self.image_to_video is not None:
            options.append("--image-to-video" if self.image_to_video else "--no-image-to-video")
        if self.small:
            options.append("--small")
        return options

    @property
    def bot_settings(self) -> dict[str, str]:
        """What the owner of such an account sets: the bot asks for no more streams, nor longer ones."""
        settings = {"CONCURRENT_STREAMS": self.concurrent_streams, "STREAM_LIMIT_S": self.stream_limit_s}
        return {name: str(value) for name, value in settings.items() if value is not None}
