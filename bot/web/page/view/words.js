// Words of any length, in so many lines, with a way to read all.

import texts from "../texts.js";
import { el, plain } from "./dom.js";

const LESS_THAN_A_LINE_PX = 12; // letters reach out of their line

export class Words {
  #text = null;

  constructor(className) {
    this.words = el("p");
    this.words.dir = "auto";
    this.more = el("button", "more");
    this.more.onclick = () => this.#cut(!this.#isCut);
    this.node = el("div", className, this.words, this.more);
    this.set("");
  }

  // Called again and again: the room that they have may be another one by now.
  set(text) {
    if (text === this.#text) return this.#look();
    this.#text = text;
    this.words.textContent = plain(text);
    this.node.hidden = !text;
    this.#cut(true);
  }

  get #isCut() {
    return this.words.className === "cut";
  }

  #cut(isCut) {
    this.words.className = isCut ? "cut" : "";
    this.more.textContent = isCut ? texts.readAll : texts.readLess;
    this.more.setAttribute("aria-expanded", String(!isCut));
    this.#look();
  }

  #look() {
    this.more.hidden = this.#isCut && this.words.scrollHeight <= this.words.clientHeight + LESS_THAN_A_LINE_PX;
  }
}
