"""What the service has of a stream, fetched whole onto the disk."""

import errno
from pathlib import Path

from bot.broadcast.clock import Clock
from bot.broadcast.kept_files import FileKind
from bot.broadcast.model import Stream
from bot.broadcast.recordings.archive import ARTIFACTS, ArchiveError, ArchiveTrouble
from bot.broadcast.recordings.archiving import Unfit, UnfitError, Watch
from bot.broadcast.states import Reason
from bot.odyssey import Odyssey, OdysseyError, Recording
from bot.worlds.errors import in_domain_words
from bot.worlds.looking_up import KeysOf, look_up

NO_ROOM = (errno.ENOSPC, errno.EDQUOT)
LEADS_ELSEWHERE = ("bad_redirect", "bad_url", "forbidden_address")
"""Codes of the client's for links that are not followed."""


class OdysseyArtifactSource:
    """The domain's `ArtifactSource`: needs a key of the streams' account's, but no connection."""

    def __init__(self, keys: KeysOf, clock: Clock) -> None:
        self._keys = keys
        self._clock = clock

    async def look(self, stream: Stream) -> "OdysseyArtifacts | None":
        found = await look_up(stream, self._keys, self._clock)
        return OdysseyArtifacts(found.client, self._clock, found.recording) if found else None


class OdysseyArtifacts:
    """The domain's `Artifacts`. Links that expire in the middle are asked for anew."""

    def __init__(self, client: Odyssey, clock: Clock, recording: Recording) -> None:
        self._client = client
        self._clock = clock
        self._recording = recording

    @property
    def kinds(self) -> frozenset[FileKind]:
        return frozenset(kind for kind in ARTIFACTS if getattr(self._recording, f"{kind.value}_url"))

    async def fetch(self, kind: FileKind, path: Path, watch: Watch) -> None:
        with in_domain_words(self._clock, lost=Reason.UNREACHABLE):
            try:
                self._recording = await self._client.download_file(
                    self._recording, kind.value, path, watch=watch
                )
            except OdysseyError as error:
                if error.code in LEADS_ELSEWHERE:
                    raise UnfitError(Unfit.ELSEWHERE) from error
                if error.code == "file_error":
                    has_no_room = getattr(error.__cause__, "errno", None) in NO_ROOM
                    raise ArchiveError(ArchiveTrouble.FULL if has_no_room else ArchiveTrouble.AWAY) from error
                raise
