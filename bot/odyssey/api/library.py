"""The part of the client that needs a key but no connection: recordings and simulations."""

from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

from bot.odyssey.api.recordings import page_of, recording_from, recording_info
from bot.odyssey.api.rest import Account, bad_response, error_for, path_part
from bot.odyssey.api.simulations import Script, SimulationJob, SimulationJobsList, job_from
from bot.odyssey.base.errors import OdysseyArgumentError, OdysseyError
from bot.odyssey.base.fields import rows
from bot.odyssey.base.types import Recording, StreamRecordingsList, Timeouts
from bot.odyssey.files.downloads import DownloadedRecording, Downloads, Progress, Watch
from bot.odyssey.files.events import events


class Library:
    """Calls over REST. Each opens what it needs and closes it again, so nothing has to be closed after it."""

    def __init__(self, account: Account, timeouts: Timeouts) -> None:
        self._account = account
        self._timeouts = timeouts

    async def get_recording(self, stream_id: str) -> Recording:
        """The recording of one stream.

        Raises a retryable `OdysseyError` (code `not_found`) when there is none, or none yet.
        """
        async with self._account.open(self._timeouts.request_s) as calls:
            fields = await calls.get(f"/recordings/{path_part(stream_id)}")
        with bad_response():
            return recording_from(fields, stream_id)

    async def list_stream_recordings(
        self, limit: int | None = None, offset: int | None = None
    ) -> StreamRecordingsList:
        """One page of the account's recordings, newest first."""
        async with self._account.open(self._timeouts.request_s) as calls:
            fields = await calls.get("/stream-recordings", {"limit": limit, "offset": offset})
        with bad_response():
            items = rows(fields, "recordings", recording_info)
        return StreamRecordingsList(items, *page_of(fields, len(items), limit, offset))

    async def download_recording(
        self, stream_id: str, directory: Path | str, *, on_progress: Progress | None = None
    ) -> DownloadedRecording:
        """Downloads the recording's files into `directory`, as `<stream_id>.mp4`, `<stream_id>_thumb.jpg`,
        `<stream_id>_preview.mp4` and `<stream_id>_events.jsonl`.

        A file is there under its name only when it is whole. A download that broke off goes on where it
        stopped, by itself some times, then in the next call. Raises as `get_recording` does.
        """
        downloads = Downloads(
            self.get_recording, self._timeouts.request_s, on_progress, self._account.api_url
        )
        return await downloads.download(stream_id, Path(directory))

    async def download_file(
        self, recording: Recording, kind: str, path: Path | str, *, watch: Watch = lambda *_: None
    ) -> Recording:
        """Downloads one of a recording's files, as `download_recording` does: its `video`, `events`,
        `thumbnail` or `preview`. Gives the recording with the links that worked.

        `watch` is told the bytes on disk and in all (or None) before more is written. What it raises ends the
        download there, and is raised; the next call goes on from there. Raises `OdysseyError` (code
        `not_found`) when the recording has no such file.
        """
        if getattr(recording, f"{kind}_url") is None:
            raise OdysseyError("The recording has no such file.", code="not_found", retryable=True)
        downloads = Downloads(
            self.get_recording, self._timeouts.request_s, None, self._account.api_url, watch
        )
        return await downloads.fetch(recording, kind, Path(path))

    async def read_events(self, recording: Recording) -> AsyncIterator[dict[str, Any]]:
        """The recording's events, one by one; lines that cannot be read are logged and left out.

        Raises `OdysseyError` (code `not_found`) when the recording has no events, and (code `url_expired`)
        when its links have expired.
        """
        if recording.events_url is None:
            raise OdysseyError("The recording has no events.", code="not_found")
        async for event in events(recording.events_url, self._timeouts.request_s, self._account.api_url):
            yield event

    async def simulate(
        self,
        script: Script | None = None,
        *,
        scripts: Sequence[Script] | None = None,
        script_url: str | None = None,
        portrait: bool = True,
    ) -> SimulationJob:
        """Hands in a simulation: one script, several, or the URL of one.

        Raises `OdysseyArgumentError` unless exactly one of these is given.
        """
        given = {"script": script, "scripts": scripts, "script_url": script_url}
        chosen = {key: value for key, value in given.items() if value is not None}
        if len(chosen) != 1:
            raise OdysseyArgumentError("Give exactly one of script, scripts and script_url.")
        body = {**chosen, "portrait": portrait, "output_video": True}
        async with self._account.open(self._timeouts.request_s) as calls:
            fields = await calls.post("/simulation-jobs", body)
        with bad_response():
            return job_from(fields)

    async def get_simulate_status(self, job_id: str) -> SimulationJob:
        """A simulation as it stands; its streams when it is completed."""
        async with self._account.open(self._timeouts.request_s) as calls:
            fields = await calls.get(f"/simulation-jobs/{path_part(job_id)}")
        with bad_response():
            return job_from(fields)

    async def list_simulations(
        self,
        status: str | None = None,
        active: bool | None = None,
        limit: int | None = None,
        offset: int | None = None,
    ) -> SimulationJobsList:
        """One page of the account's simulations."""
        asked = {"status": status, "active": active, "limit": limit, "offset": offset}
        async with self._account.open(self._timeouts.request_s) as calls:
            fields = await calls.get("/simulation-jobs", asked)
        with bad_response():
            jobs = rows(fields, "jobs", job_from)
        return SimulationJobsList(jobs, *page_of(fields, len(jobs), limit, offset))

    async def cancel_simulation(self, job_id: str) -> None:
        """Cancels a simulation. Raises `OdysseyError` (code `refused`) when it is over already."""
        async with self._account.open(self._timeouts.request_s) as calls:
            answer = await calls.send("DELETE", f"/simulation-jobs/{path_part(job_id)}")
        if not answer.ok:
            raise error_for(answer)
