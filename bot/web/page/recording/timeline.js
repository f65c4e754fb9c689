// The list beside the player: the streams, and what was sent into each; and the strip below it, which shows where.

import { el, page, plain, say } from "../view/dom.js";
import texts from "./texts.js";

const FOLLOWS_AFTER_MS = 4000; // whoever looks around in the list is left alone for so long

export class Timeline {
  #rows = []; // what can be jumped to, in the order of time
  #current = null;
  #lookedAt = 0;
  #length = 0;
  #shown = "";

  // `jump(at)` plays from there.
  constructor(jump) {
    this.jump = jump;
    for (const name of ["wheel", "touchmove", "pointerdown", "focusin"]) page.moments.addEventListener(name, () => (this.#lookedAt = performance.now()), { passive: true });
    page.strip.addEventListener("click", (event) => {
      const { left, width } = page.strip.getBoundingClientRect();
      jump((this.#length * (event.clientX - left)) / width);
    });
  }

  draw({ prompt, chapters, moments, length }) {
    const shown = JSON.stringify([chapters, moments, length]);
    if (shown === this.#shown) return;
    [this.#shown, this.#length, this.#rows, this.#current] = [shown, length, [], null];
    page.moments.replaceChildren(...chapters.map((chapter) => this.#chapter(chapter, prompt, moments, chapters.length > 1)));
    say(page.count, texts.moments(moments.length));
    page.spans.replaceChildren(...chapters.filter(({ at }) => at !== null).map((each) => placed("part", each.at / length, each.length / length)));
    page.ticks.replaceChildren(...moments.filter(({ at }) => at !== null).map((each) => placed("tick", each.at / length)));
    page.strip.hidden = !length;
  }

  // What was sent last before this moment is marked, and stays in sight.
  show(time) {
    page.here.style.setProperty("--at", this.#length ? Math.min(1, time / this.#length) : 0);
    const row = this.#rows.findLast(({ at }) => at <= time + 0.25) ?? null;
    if (row === this.#current) return;
    this.#current?.node.removeAttribute("aria-current");
    this.#current = row;
    if (!row) return;
    row.node.setAttribute("aria-current", "true");
    const list = page.moments;
    if (performance.now() - this.#lookedAt < FOLLOWS_AFTER_MS || list.scrollHeight <= list.clientHeight) return;
    list.scrollTo({ top: row.node.offsetTop - list.offsetTop - list.clientHeight / 3, behavior: "smooth" });
  }

  // The next one after this moment, or with -1 the one before the current one.
  neighbour(time, step) {
    const at = step > 0 ? this.#rows.find((row) => row.at > time + 0.25)?.at : this.#rows.findLast((row) => row.at < time - 1.5)?.at;
    return at ?? null;
  }

  #chapter(chapter, opening, moments, isOneOfMany) {
    const own = moments.filter((moment) => moment.chapter === chapter.number);
    const name = isOneOfMany ? texts.chapter(chapter.number) : "";
    const head = this.#row("opening", chapter.at, [name, plain(scene(chapter.prompt, opening))], "");
    return el("li", "chapter", head, ...(own.length ? [el("ol", "", ...own.map((moment) => this.#moment(moment)))] : []));
  }

  #moment({ at, by, said, made }) {
    const below = made === null ? texts.notTaken : plain(made) !== plain(said) ? texts.made(plain(made)) : "";
    return el("li", "", this.#row(made === null ? "moment refused" : "moment", at, [texts.by(by.map(plain)), plain(said)], below));
  }

  // Something at a moment: a button, or where nothing is recorded a line.
  #row(className, at, [above, words], below) {
    const parts = [["who", above], ["words", words], ["made", below]].filter(([, text]) => text);
    const lines = parts.map(([name, text]) => Object.assign(el("span", name, text), { dir: "auto" }));
    const when = el("span", "at", at === null ? texts.notRecorded : texts.time(at));
    const node = el(at === null ? "div" : "button", `row ${className}`, when, el("span", "lines", ...lines));
    if (at === null) return node;
    node.addEventListener("click", () => this.jump(at));
    node.title = texts.jump(at);
    this.#rows.push({ at, node });
    return node;
  }
}

// What a stream began with, unlike those before: what comes after the opening's words, if it goes on from them.
function scene(prompt, opening) {
  const further = prompt.startsWith(opening) ? prompt.slice(opening.length).replace(/^[\s.,;:!?…]+/, "") : "";
  return further || prompt;
}

function placed(className, from, part = null) {
  const node = el("div", className);
  node.style.left = `${100 * from}%`;
  if (part !== null) node.style.width = `${100 * part}%`;
  return node;
}
