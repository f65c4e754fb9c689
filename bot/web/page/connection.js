// The page's line to the bot: hands out each state document, and comes back after whatever happens to it.

import { events } from "./net/events.js";
import { Pace } from "./net/pace.js";
import { onWake } from "./net/wakes.js";
import { times } from "./times.js";

const GONE_AFTER = 5; // so many "not found" in a row; fewer may be a proxy whose server just starts
const ANEW = "in place of one that may be dead";

export class Connection {
  #state = "opening";
  #pace = new Pace(times.reconnect);
  #memory = {};
  #life = null;
  #end = new AbortController(); // of one stream of events
  #heardAt = 0;
  #blip = null;

  // `told(document)`; `changed("open" | "lost" | "gone")`, of which only the last is for good; `isWatched()`: whether
  // the bot is to count this page.
  constructor(url, { told, changed, isWatched }) {
    Object.assign(this, { url, told, changed, isWatched });
    onWake(({ type }) => (type === "online" || Date.now() - this.#heardAt > times.heardOfLate) && this.#end.abort(ANEW));
    for (const change of ["visibilitychange", "leavepictureinpicture"])
      document.addEventListener(change, () => setTimeout(() => this.#recount(), times.glance));
  }

  open() {
    if (this.#life || this.#state === "gone") return;
    this.#life = new AbortController();
    this.#run(this.#life.signal);
  }

  close() {
    this.#life?.abort();
    this.#life = null;
    this.#end.abort();
    this.#isBack();
  }

  async #run(life) {
    for (let notFound = 0; !life.aborted; ) {
      let askedFor = 0;
      try {
        if (await this.#listen((this.#end = new AbortController()))) return this.#gone();
        notFound = 0;
      } catch (error) {
        askedFor = error.askedFor;
        notFound = [404, 410].includes(error.status) ? notFound + 1 : 0;
        if (notFound === GONE_AFTER) return this.#gone();
      }
      if (life.aborted) return;
      if (this.#end.signal.reason === ANEW) continue;
      this.#blip ??= setTimeout(() => this.#say("lost"), times.blip);
      await this.#pace.wait(life, askedFor);
    }
  }

  // True when that was the end of the link.
  async #listen(end) {
    this.wasWatched = this.isWatched();
    const url = this.wasWatched ? this.url : `${this.url}?unseen`;
    for await (const { event, data } of events(url, { end, memory: this.#memory, heard: () => this.#heard() })) {
      if (event === "gone") return true;
      if (event === "state") this.told(JSON.parse(data));
    }
    return false;
  }

  #heard() {
    this.#heardAt = Date.now();
    this.#isBack();
    this.#pace.reset(this.#memory.retry);
    this.#say("open");
  }

  #recount() {
    if (this.isWatched() !== this.wasWatched) this.#end.abort(ANEW);
  }

  #isBack() {
    clearTimeout(this.#blip);
    this.#blip = null;
  }

  #gone() {
    this.close();
    this.#say("gone");
  }

  #say(state) {
    if (state !== this.#state) this.changed((this.#state = state));
  }
}
