// One stream in one video element, by WHEP.

import { ask } from "../net/ask.js";
import { times } from "../times.js";
import { iceServers } from "./ice.js";
import { isSeen } from "./sight.js";

export class WhepPicture {
  way = "whep";
  limits = times.whep;
  isLost = false;
  isOver = false; // at the service: there is nothing to leave
  #peer = null;
  #session = null; // to be deleted when leaving
  #stream = new MediaStream();
  #moved = 0;

  // `onlost` is called when the connection has failed.
  constructor(video, whep) {
    Object.assign(this, { video, whep });
  }

  get isConnected() {
    return this.#peer?.connectionState === "connected";
  }

  get hasSound() {
    return this.#stream.getAudioTracks().length > 0;
  }

  async open(signal) {
    const servers = await iceServers(this.whep.url, signal);
    signal.throwIfAborted();
    const peer = (this.#peer = new RTCPeerConnection({ iceServers: servers }));
    peer.ontrack = ({ track }) => this.#stream.addTrack(track);
    peer.onconnectionstatechange = () => peer.connectionState === "failed" && this.onlost();
    for (const kind of ["video", "audio"]) peer.addTransceiver(kind, { direction: "recvonly" });
    await peer.setLocalDescription();
    await gathered(peer);
    const whep = new URL(this.whep.url);
    whep.pathname += "/whep";
    whep.searchParams.set("token", this.whep.token);
    const headers = { "Content-Type": "application/sdp" };
    const offer = { method: "POST", headers, body: peer.localDescription.sdp, ms: times.whep.connect, signal };
    const sdp = await ask(whep, offer, (answer) => {
      this.#session = sessionOf(answer);
      return answer.text();
    });
    await peer.setRemoteDescription({ type: "answer", sdp });
    this.video.srcObject = this.#stream;
  }

  // Changes as long as the picture moves: of one that nobody sees, no frames may be painted.
  async moved() {
    if (!this.isLost)
      for (const report of (await this.#peer.getStats()).values())
        if (report.type === "inbound-rtp" && report.kind === "video")
          this.#moved = isSeen(this.video) ? report.framesDecoded : report.bytesReceived;
    return this.#moved;
  }

  moveTo(video) {
    this.video.srcObject = null;
    this.video = video;
    video.srcObject = this.#stream;
  }

  // The element goes on showing the last frame.
  stop() {
    if (this.isLost) return;
    this.isLost = true;
    const isThere = this.#session && !this.isOver && this.#peer.connectionState !== "failed";
    if (isThere) fetch(this.#session, { method: "DELETE", keepalive: true }).catch(() => {});
    this.#peer?.close();
  }

  close() {
    this.stop();
    if (this.video.srcObject === this.#stream) this.video.srcObject = null;
  }
}

// Null for what is no address.
function sessionOf({ headers, url }) {
  try {
    const session = new URL(headers.get("Location") ?? "none:", url);
    return session.protocol.startsWith("http") ? session : null;
  } catch {
    return null;
  }
}

function gathered(peer) {
  return new Promise((resolve) => {
    const look = () => peer.iceGatheringState === "complete" && resolve();
    peer.onicegatheringstatechange = look;
    setTimeout(resolve, times.gathering);
    look();
  });
}
