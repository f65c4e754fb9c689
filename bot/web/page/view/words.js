// Words of any length, shown in so many lines, with a way to read all.

import { readAll, readLess } from "../texts.js";
import { el } from "./dom.js";
import { plain } from "./plain.js";

const LESS_THAN_A_LINE_PX = 12; // letters reach out of their line

export class Words {
  #text = null;

  constructor(className) {
    this.words = el("p", "clamped");
    this.words.dir = "auto";
    this.more = el("button", "more");
    this.more.type = "button";
    this.more.addEventListener("click", () => this.#open(!this.#isOpen));
    this.node = el("div", `words ${className}`, this.words, this.more);
    this.#open(false);
    new ResizeObserver(() => this.#look()).observe(this.words);
  }

  set(text) {
    if (text === this.#text) return;
    this.#text = text;
    this.words.textContent = plain(text);
    this.node.hidden = text === "";
    this.#open(false);
  }

  get #isOpen() {
    return !this.words.classList.contains("clamped");
  }

  #open(isOpen) {
    this.words.classList.toggle("clamped", !isOpen);
    this.more.setAttribute("aria-expanded", String(isOpen));
    this.more.textContent = isOpen ? readLess : readAll;
    this.#look();
  }

  #look() {
    this.more.hidden = !this.#isOpen && this.words.scrollHeight <= this.words.clientHeight + LESS_THAN_A_LINE_PX;
  }
}
