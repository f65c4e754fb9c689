// What a screen reader reads out: what is new of each subject, gathered, so that it does not chatter.

const GATHERING_MS = 1500;

export class Announcer {
  #known = new Map();
  #news = new Map();
  #timer = null;

  constructor(node) {
    this.node = node;
  }

  // What is heard of a subject first stands on the page already; null is nothing to say.
  hear(subject, text) {
    const isNew = this.#known.has(subject) && this.#known.get(subject) !== text;
    this.#known.set(subject, text);
    if (!isNew) return;
    this.#news.set(subject, text);
    this.#timer ??= setTimeout(() => this.#say(), GATHERING_MS);
  }

  #say() {
    this.#timer = null;
    const words = [...this.#news.values()].filter((text) => text !== null).join(" ");
    this.#news.clear();
    if (words) this.node.textContent = words;
  }
}
