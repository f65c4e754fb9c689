// The recording of the last broadcast: the films of its streams, one after the other in one element.

import texts from "../texts.js";
import { page, say } from "./dom.js";

const { film, parts, before, after } = page;

export class Film {
  isPlaying = false; // from the first tap until the next broadcast
  #last = null;
  #part = 1;
  #isSecondTry = false;
  #hasFailed = false;

  // `address(path)` is where something of the link is: a film's leads to a fresh link each time.
  constructor(address) {
    this.address = address;
    before.onclick = () => this.play(this.#part - 1);
    after.onclick = () => this.play(this.#part + 1);
    film.onended = () => this.#part < this.#last.films && this.play(this.#part + 1);
    film.onerror = () => this.isPlaying && this.#fail();
  }

  get canPlay() {
    return this.#last?.films > 0;
  }

  get isRunning() {
    return this.isPlaying && !film.paused;
  }

  // The recording of a broadcast; null puts the film away.
  draw(last) {
    if (last?.key !== this.#last?.key) this.#putAway();
    this.#last = last;
    this.#tell();
  }

  play(part, from = 0) {
    if (part !== this.#part) this.#isSecondTry = false;
    this.#part = part;
    this.isPlaying = true;
    this.#hasFailed = false;
    film.src = this.address(`film/${part}`);
    film.currentTime = from;
    film.play().catch(() => {}); // what cannot be played says so by its event, what may not has its controls
    this.#tell();
  }

  // A link lives for an hour: a fresh one is tried where the film stood, once.
  #fail() {
    if (!this.#isSecondTry) {
      this.#isSecondTry = true;
      this.play(this.#part, film.currentTime);
    } else if (this.#part < this.#last.films) this.play(this.#part + 1);
    else this.#hasFailed = true;
    this.#tell();
  }

  #putAway() {
    this.#part = 1;
    this.#isSecondTry = this.isPlaying = false;
    film.removeAttribute("src");
    film.load();
  }

  #tell() {
    const count = this.#last?.films;
    film.hidden = !this.isPlaying;
    parts.hidden = !this.isPlaying || (count < 2 && !this.#hasFailed);
    before.disabled = this.#part <= 1;
    after.disabled = this.#part >= count;
    film.ariaLabel = texts.film(this.#part, count);
    say(page.part, this.#hasFailed ? texts.filmFailed : texts.part(this.#part, count));
  }
}
