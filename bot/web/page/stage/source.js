// Where the picture comes from: WHEP first, HLS where that does not get through, and then now and then WHEP again.

import { Pace } from "../net/pace.js";
import { times } from "../times.js";
import { attempt } from "./attempt.js";
import { HlsPicture } from "./hls.js";
import { WhepPicture } from "./whep.js";

export class Source {
  wanted = null;
  isFailing = false; // a whole round of tries came to nothing
  #way = "whep"; // the one that worked last
  #notBefore = {}; // for each way, since it was asked for
  #pace = new Pace(times.retry);
  #quietPace = new Pace(times.quietRetry);
  #search = new AbortController();
  #running = null;

  // `raised(picture, isPlaying)` when another is on air; `failed()` when there is none to be had for now.
  constructor(seam, { raised, failed }) {
    Object.assign(this, { seam, raised, failed });
  }

  // Plays this stream from now on: {key, whep, live}, with `live` the playlist of the whole broadcast, or null. With
  // null nothing new is looked for; what is on air stays.
  follow(wanted) {
    const before = this.wanted;
    if (wanted?.key === before?.key && wanted?.live === before?.live) return;
    this.wanted = wanted;
    if (wanted?.key !== before?.key) this.#notBefore = {};
    this.#pace.reset();
    this.#begin();
  }

  // A picture does not come any more. What is seen of it stays, until there is another.
  lost(picture) {
    if (picture.isLost) return;
    picture.gaveUp?.();
    picture.stop();
    if (picture !== this.seam.onAir) return;
    if (performance.now() - picture.raisedAt > times.settled) this.#pace.reset();
    this.#begin({ isPaced: true });
  }

  #begin({ isPaced } = {}) {
    this.#search.abort();
    this.isFailing = false;
    const { wanted } = this;
    const { signal } = (this.#search = new AbortController());
    const before = this.#running;
    if (wanted) this.#running = this.#run(wanted, { isPaced, signal, before });
  }

  // Looks for a picture until there is one, and then for a better one; alone, as the one before ends with its signal.
  async #run(wanted, { isPaced, signal, before }) {
    await before;
    if (isPaced) await this.#pace.wait(signal);
    while (!signal.aborted && !this.#isOnAir(wanted) && !(await this.#any(wanted, signal))) {
      if (signal.aborted) return;
      this.isFailing = true;
      this.failed();
      await this.#pace.wait(signal);
    }
    while (!signal.aborted && this.seam.onAir.way === "hls") {
      await this.#quietPace.wait(signal);
      await this.#try("whep", wanted, signal);
    }
  }

  // HLS goes on over seams by itself.
  #isOnAir({ key, live }) {
    const { onAir } = this.seam;
    return onAir !== null && !onAir.isLost && (onAir.way === "hls" ? onAir.url === live : onAir.key === key);
  }

  async #any(wanted, signal) {
    const ways = this.#way === "hls" ? ["hls", "whep"] : ["whep", "hls"];
    return (await this.#try(ways[0], wanted, signal)) || (await this.#try(ways[1], wanted, signal));
  }

  async #try(way, { key, whep, live }, signal) {
    if (signal.aborted || performance.now() < this.#notBefore[way]) return false;
    if (way === "hls" && !(live && HlsPicture.canPlay())) return false;
    const { spare } = this.seam;
    const picture = way === "hls" ? new HlsPicture(spare, live) : new WhepPicture(spare, whep);
    try {
      const isPlaying = await attempt(picture, signal);
      Object.assign(picture, { key, raisedAt: performance.now(), onlost: () => this.lost(picture) });
      this.#way = way;
      this.isFailing = false;
      if (way === "whep") this.#quietPace.reset();
      this.seam.raise(picture);
      this.raised(picture, isPlaying);
      return true;
    } catch (error) {
      this.#notBefore[way] = performance.now() + Math.min(error.askedFor ?? 0, times.askedFor);
      return false;
    }
  }
}
