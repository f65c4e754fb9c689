// Looks whether a picture moves: by what comes, since time goes on in a video that stands still.

import { times } from "../times.js";

export class Watchdog {
  #timer = null;

  // At each look `seen(since)`: null when it moves, else, once that is worth a word, since when it does not, by
  // performance.now(). `lost(picture)` when that is too long.
  constructor({ seen, lost }) {
    Object.assign(this, { seen, lost });
  }

  watch(picture) {
    this.stop();
    let [last, movedAt, looks, isLooking] = [null, performance.now(), 0, false];
    const timer = (this.#timer = setInterval(async () => {
      if (isLooking) return;
      isLooking = true;
      const moved = await picture.moved();
      isLooking = false;
      if (timer !== this.#timer) return;
      looks = moved === null || moved !== last ? 0 : looks + 1; // looks, not time: while the machine slept nobody looked
      if (looks === 0) movedAt = performance.now();
      last = moved;
      this.seen(looks * times.look >= times.still ? movedAt : null);
      if (looks * times.look >= picture.limits.lost) this.lost(picture);
    }, times.look));
  }

  stop() {
    clearInterval(this.#timer);
    this.#timer = null;
  }
}
