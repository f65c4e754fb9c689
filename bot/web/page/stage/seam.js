// Two video elements: the one on air, and the one in which the next picture gets ready until its first frame.

import { times } from "../times.js";
import { isElsewhere } from "./sight.js";

export class Seam {
  onAir = null; // the picture that is seen; when it is lost, its last frame
  isMuted = true;
  #before = null; // the one that it replaces, while it fades in
  #fading = null;

  constructor(videos) {
    this.videos = videos;
  }

  // The element for the next picture.
  get spare() {
    this.#clearBefore();
    const video = this.videos.find((each) => each !== this.onAir?.video);
    video.muted = true;
    return video;
  }

  raise(picture) {
    const before = this.onAir;
    this.onAir = picture;
    if (before && isElsewhere(before.video) && picture.moveTo) {
      picture.moveTo(before.video);
      return before.close();
    }
    this.#before = before;
    this.#mark();
    this.#fading = setTimeout(() => this.#clearBefore(), times.fade);
  }

  mute(isMuted) {
    this.isMuted = isMuted;
    this.#mark();
  }

  clear() {
    this.onAir?.close();
    this.onAir = null;
    this.#clearBefore();
  }

  #clearBefore() {
    clearTimeout(this.#fading);
    this.#before?.close();
    this.#before = null;
    this.#mark();
  }

  #mark() {
    for (const video of this.videos) {
      const isOnAir = video === this.onAir?.video;
      video.classList.toggle("on-air", isOnAir);
      video.classList.toggle("before", video === this.#before?.video);
      video.toggleAttribute("aria-hidden", !isOnAir);
      video.muted = this.isMuted || !isOnAir;
    }
  }
}
