// The pauses between tries: each longer than the one before, twice as a rule, and none quite as long as another page's.

import { times } from "../times.js";
import { onWake } from "./wakes.js";

export class Pace {
  #wake = () => {};

  constructor([first, longest, by = 2]) {
    Object.assign(this, { first, longest, by, pause: first });
    onWake(() => this.#wake());
  }

  // What the other side has asked for is waited for in any case, the own pause until it makes no sense any more.
  async wait(signal, askedFor = 0) {
    await sleep(Math.min(askedFor, times.askedFor), signal);
    const pause = this.pause * (0.5 + Math.random());
    this.pause = Math.min(this.by * this.pause, this.longest);
    await Promise.race([sleep(pause, signal), new Promise((resolve) => (this.#wake = resolve))]);
  }

  reset(first = this.first) {
    this.pause = Math.min(first, this.longest);
  }
}

function sleep(ms, signal) {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
    if (signal.aborted) resolve();
    signal.addEventListener("abort", resolve);
  });
}
