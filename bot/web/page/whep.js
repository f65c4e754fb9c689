// One stream of the service in one video element, by WHEP.

const GATHERING_MS = 2000;
const FIRST_FRAME_MS = 8000; // so long a stream may take to be seen; in a tab that nobody looks at, any time

export class Player {
  // `lost` is called once when the picture cannot be had, or not any more; not after `close()`.
  constructor(video, { url, token }, lost) {
    this.video = video;
    this.lastFrameAt = null;
    this.url = url;
    this.token = token;
    this.lost = lost;
    this.session = null; // the WHEP session's URL, to be deleted when leaving
    this.peer = null;
    this.isClosed = false;
  }

  // Resolves with the first frame.
  async play() {
    const firstFrame = new Promise((resolve) => this.watchFrames(resolve));
    const late = setTimeout(() => document.hidden || this.fail(), FIRST_FRAME_MS);
    try {
      await this.connect();
      await firstFrame;
    } catch {
      this.fail();
    }
    clearTimeout(late);
    return !this.isClosed;
  }

  async connect() {
    const peer = (this.peer = new RTCPeerConnection({ iceServers: await iceServers(this.url) }));
    const stream = new MediaStream();
    peer.ontrack = ({ track }) => stream.addTrack(track);
    peer.onconnectionstatechange = () => {
      if (["failed", "closed"].includes(peer.connectionState)) this.fail();
    };
    peer.addTransceiver("video", { direction: "recvonly" });
    peer.addTransceiver("audio", { direction: "recvonly" });
    await peer.setLocalDescription();
    await gathered(peer);
    const answer = await fetch(`${this.url}/whep?token=${encodeURIComponent(this.token)}`, {
      method: "POST",
      headers: { "Content-Type": "application/sdp" },
      body: peer.localDescription.sdp,
    });
    if (answer.status !== 201) throw new Error(`status ${answer.status}`);
    const place = answer.headers.get("Location");
    this.session = place && new URL(place, this.url).href;
    await peer.setRemoteDescription({ type: "answer", sdp: await answer.text() });
    if (this.isClosed) throw new Error("closed meanwhile");
    this.video.srcObject = stream;
  }

  // The element goes on showing the last frame.
  close({ isGone = false } = {}) {
    if (this.isClosed) return;
    this.isClosed = true;
    const isThere = !isGone && this.peer?.connectionState === "connected";
    if (this.session && isThere) fetch(this.session, { method: "DELETE", keepalive: true }).catch(() => {});
    this.peer?.close();
  }

  fail() {
    if (this.isClosed) return;
    this.close();
    this.lost(this);
  }

  watchFrames(first) {
    const seen = () => {
      if (this.isClosed) return;
      this.lastFrameAt = performance.now();
      first();
      this.video.requestVideoFrameCallback(seen);
    };
    this.video.requestVideoFrameCallback(seen);
  }
}

async function iceServers(url) {
  try {
    const answer = await fetch(`${new URL(url).origin}/config`);
    return (await answer.json()).iceServers ?? [];
  } catch {
    return [];
  }
}

function gathered(connection) {
  if (connection.iceGatheringState === "complete") return Promise.resolve();
  const complete = new Promise((resolve) => {
    connection.addEventListener("icegatheringstatechange", () => {
      if (connection.iceGatheringState === "complete") resolve();
    });
  });
  return Promise.race([complete, new Promise((resolve) => setTimeout(resolve, GATHERING_MS))]);
}
