// What is seen: follows the streams of a broadcast, one after the other, and says how the picture fares.

import { onWake } from "../net/wakes.js";
import { plays } from "./autoplay.js";
import { Seam } from "./seam.js";
import { isSeen } from "./sight.js";
import { Source } from "./source.js";
import { Watchdog } from "./watchdog.js";

export class Stage {
  #last = "";
  #seam;
  #source;
  #watchdog;
  #stillSince = null;
  #isPaused = false; // by somebody, or by a browser that lets nothing play

  // `told({status, since, way, hasSound, isMuted})` at each change. The status is "idle", "connecting", "failed" (it is
  // tried again), "playing", "still" (`since`, by performance.now()) or "tap" (paused, or nothing may play before a tap).
  constructor(videos, { told }) {
    this.videos = [...videos];
    this.told = told;
    this.#seam = new Seam(this.videos);
    const tell = () => this.#tell();
    this.#source = new Source(this.#seam, { raised: (...seen) => this.#raised(...seen), failed: tell });
    this.#watchdog = new Watchdog({
      seen: (since) => tell((this.#stillSince = since)),
      lost: (picture) => this.#source.lost(picture),
    });
    for (const video of this.videos) this.#listenTo(video);
    onWake((event) => this.#wake(event));
  }

  get isSeen() {
    return this.videos.some(isSeen);
  }

  // Follows the stream of a state document; with null, the last frame stays.
  follow(stream, { live }) {
    const { number, whep, has_hls } = stream ?? {};
    this.#source.follow(stream && { key: `${number} ${whep?.url}`, whep, live: has_hls ? live : null });
    this.#tell();
  }

  // To be called while a tap is handled: from then on both elements may play.
  tap() {
    for (const video of this.videos) video.play().catch(() => {});
    this.#resume();
  }

  pause() {
    this.#isPaused = true;
    this.#seam.onAir?.video.pause();
    this.#watchdog.stop();
    this.#tell();
  }

  mute(isMuted) {
    this.#seam.mute(isMuted);
    this.#tell();
  }

  // Leaves the service, unless it `isOver` there, and nothing to be seen.
  leave({ isOver = false } = {}) {
    if (this.#seam.onAir) this.#seam.onAir.isOver = isOver;
    this.#source.follow(null);
    this.#watchdog.stop();
    this.#stillSince = null;
    this.#isPaused = false;
    this.#seam.clear();
    this.#tell();
  }

  #raised(picture, isPlaying) {
    this.#stillSince = null;
    if (!isPlaying || this.#isPaused) return this.pause();
    this.#watchdog.watch(picture);
    this.#tell();
  }

  async #resume() {
    const { onAir } = this.#seam;
    if (onAir === null) return;
    this.#isPaused = !(await plays(onAir.video));
    if (onAir !== this.#seam.onAir) return;
    if (!this.#isPaused) this.#watchdog.watch(onAir);
    this.#tell();
  }

  #listenTo(video) {
    const isOnAir = () => video === this.#seam.onAir?.video && !this.#seam.onAir.isLost;
    // By somebody, in a window of the browser's own; what nobody sees the browser may pause itself.
    video.addEventListener("pause", () => isOnAir() && isSeen(video) && !video.ended && this.pause());
    video.addEventListener("play", () => isOnAir() && this.#isPaused && this.#resume());
  }

  #wake({ type }) {
    const { onAir } = this.#seam;
    if (type === "online" && this.#stillSince !== null) this.#source.lost(onAir);
    if (onAir?.video.paused && !this.#isPaused) this.#resume();
  }

  #tell() {
    const { onAir, isMuted } = this.#seam;
    const [way, hasSound] = [onAir?.way, onAir?.hasSound === true];
    const news = { status: this.#status(), since: this.#stillSince, way, hasSound, isMuted };
    if (JSON.stringify(news) === this.#last) return;
    this.#last = JSON.stringify(news);
    this.told(news);
  }

  #status() {
    const { wanted, isFailing } = this.#source;
    if (this.#seam.onAir === null) return isFailing ? "failed" : wanted ? "connecting" : "idle";
    if (this.#isPaused) return "tap";
    return this.#stillSince === null ? "playing" : "still";
  }
}
