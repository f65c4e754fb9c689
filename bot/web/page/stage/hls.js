// A whole broadcast in one video element, by HLS: the browser's own player, else hls.js, which is loaded only then.

import { times } from "../times.js";
import { isSeen } from "./sight.js";

let nativeFailed = false;

export class HlsPicture {
  way = "hls";
  limits = times.hls;
  isConnected = true;
  isLost = false;
  #player = null; // of hls.js
  #moved = 0;

  // `onlost` is called when the player gives up.
  constructor(video, url) {
    Object.assign(this, { video, url });
  }

  static canPlay() {
    return hasNative() || hasMediaSource();
  }

  get hasSound() {
    const { mozHasAudio, webkitAudioDecodedByteCount, audioTracks } = this.video;
    return mozHasAudio || webkitAudioDecodedByteCount > 0 || audioTracks?.length > 0;
  }

  async open(signal) {
    const { video, url } = this;
    if (hasNative()) {
      const opens = (resolve) => {
        Object.assign(video, { src: url, onloadedmetadata: () => resolve(true), onerror: () => resolve(false) });
      };
      if (await new Promise(opens)) return (video.onerror = () => this.onlost());
      this.gaveUp();
      if (hasNative()) throw new Error("no other player");
    }
    await import("../vendor/hls.light.min.js");
    signal.throwIfAborted();
    const { Hls } = window;
    const player = (this.#player = new Hls({ enableWorker: false, liveSyncDurationCount: 3, liveMaxLatencyDurationCount: 8 }));
    player.on(Hls.Events.ERROR, (_, { fatal }) => fatal && this.onlost());
    player.loadSource(url);
    player.attachMedia(video);
  }

  // Changes as long as the picture moves. One that nobody sees is stopped by browsers: null.
  async moved() {
    if (!this.isLost) this.#moved = isSeen(this.video) ? this.video.getVideoPlaybackQuality().totalVideoFrames : null;
    return this.#moved;
  }

  // It shows nothing, or nothing any more: some browsers say that they can play HLS, and cannot.
  gaveUp() {
    nativeFailed ||= !this.#player;
  }

  // The element goes on showing the last frame.
  stop() {
    this.isLost = true;
    if (this.#player) this.#player.stopLoad();
    else this.video.pause();
  }

  close() {
    this.stop();
    if (this.#player) return this.#player.destroy();
    this.video.onerror = this.video.onloadedmetadata = null;
    this.video.removeAttribute("src");
    this.video.load();
  }
}

function hasNative() {
  const canPlay = document.createElement("video").canPlayType("application/vnd.apple.mpegurl");
  return canPlay !== "" && !(nativeFailed && hasMediaSource());
}

function hasMediaSource() {
  return "MediaSource" in window || "ManagedMediaSource" in window;
}
