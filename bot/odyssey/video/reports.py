"""What a receiver tells the sender each second: losses and jitter (RFC 3550, 6.4 and appendix A)."""

from aiortc.rtp import RtcpReceiverInfo, RtcpRrPacket

from bot.odyssey.video.frames import RTP_CLOCK_HZ


class Reception:
    """Counts one source's packets."""

    def __init__(self, ssrc: int) -> None:
        self.ssrc = ssrc
        self._base = -1
        self._highest = 0
        self._received = 0
        self._expected_before = 0
        self._received_before = 0
        self._jitter = 0.0
        self._transit: float | None = None
        self._sender_report = 0
        self._sender_report_at = 0.0

    def count(self, sequence: int, timestamp: int, now: float) -> None:
        """Counts one packet, which came at `now` (seconds)."""
        if self._base < 0:
            self._base = self._highest = sequence
        ahead = (sequence - self._highest) & 0xFFFF
        if ahead < 0x8000:
            self._highest += ahead
        self._received += 1
        transit = now * RTP_CLOCK_HZ - timestamp
        if self._transit is not None:
            change = abs(transit - self._transit)
            if change < RTP_CLOCK_HZ:  # not a time stamp that has gone round
                self._jitter += (change - self._jitter) / 16
        self._transit = transit

    def sender_report(self, ntp_time: int, now: float) -> None:
        """Notes a sender report, so that the sender can measure the round trip."""
        self._sender_report = (ntp_time >> 16) & 0xFFFFFFFF
        self._sender_report_at = now

    def report(self, own_ssrc: int, now: float) -> RtcpRrPacket:
        """The report since the last one."""
        expected = self._highest - self._base + 1
        newly_expected = expected - self._expected_before
        newly_lost = newly_expected - (self._received - self._received_before)
        self._expected_before = expected
        self._received_before = self._received
        fraction = (newly_lost << 8) // newly_expected if newly_expected > 0 and newly_lost > 0 else 0
        delay = now - self._sender_report_at if self._sender_report else 0.0
        info = RtcpReceiverInfo(
            ssrc=self.ssrc,
            fraction_lost=min(fraction, 255),
            packets_lost=max(-0x800000, min(expected - self._received, 0x7FFFFF)),
            highest_sequence=self._highest & 0xFFFFFFFF,
            jitter=int(self._jitter) & 0xFFFFFFFF,
            lsr=self._sender_report,
            dlsr=min(int(delay * 65536), 0xFFFFFFFF),
        )
        return RtcpRrPacket(ssrc=own_ssrc, reports=[info])
