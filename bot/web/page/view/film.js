// The recording of the last broadcast: the films of its streams, one after the other in one element.

import * as texts from "../texts.js";
import { say } from "./dom.js";

export class Film {
  isPlaying = false; // from the first tap until the broadcast that is next
  #last = null;
  #part = 1;
  #hasTriedAgain = false;

  // `address(part)` is where a part's film is: it leads to a fresh link each time.
  constructor({ film, parts, part, before, after }, address) {
    Object.assign(this, { video: film, controls: parts, word: part, before, after, address });
    before.addEventListener("click", () => this.play(this.#part - 1));
    after.addEventListener("click", () => this.play(this.#part + 1));
    film.addEventListener("ended", () => this.#part < this.#last.films && this.play(this.#part + 1));
    film.addEventListener("error", () => this.#fail());
  }

  // The recording of a broadcast; null puts the film away.
  draw(last) {
    if (last?.key !== this.#last?.key) this.#putAway();
    this.#last = last;
    this.#tell();
  }

  get canPlay() {
    return this.#last !== null && this.#last.films > 0;
  }

  get isRunning() {
    return this.isPlaying && !this.video.paused;
  }

  play(part = 1, from = 0) {
    if (part !== this.#part) this.#hasTriedAgain = false;
    this.#part = part;
    this.isPlaying = true;
    this.video.hidden = false;
    this.video.src = this.address(part);
    this.video.currentTime = from;
    this.video.play().catch(() => {}); // what cannot be played says so by its event; what may not has its controls
    this.#tell();
  }

  // A link lives for an hour: a fresh one is tried where the film stood, once.
  #fail() {
    if (!this.isPlaying) return;
    if (!this.#hasTriedAgain) {
      this.#hasTriedAgain = true;
      this.play(this.#part, this.video.currentTime);
    } else if (this.#part < this.#last.films) this.play(this.#part + 1);
    else this.#tell(texts.filmFailed);
  }

  #putAway() {
    this.#part = 1;
    this.#hasTriedAgain = this.isPlaying = false;
    this.video.hidden = true;
    if (!this.video.hasAttribute("src")) return;
    this.video.removeAttribute("src");
    this.video.load();
  }

  #tell(word) {
    const parts = this.#last?.films ?? 0;
    this.controls.hidden = !this.isPlaying || (parts < 2 && !word);
    if (!this.isPlaying) return;
    this.before.disabled = this.#part <= 1;
    this.after.disabled = this.#part >= parts;
    this.video.setAttribute("aria-label", texts.film(this.#part, parts));
    say(this.word, word ?? texts.part(this.#part, parts));
  }
}
