// What a screen reader reads out: what is new of each subject, gathered, so that it does not chatter.

import { page } from "./dom.js";

const GATHERING_MS = 1500;
const known = new Map();
const news = new Map();

// What is heard of a subject first stands on the page already.
export function announce(subject, text) {
  const isNew = known.has(subject) && known.get(subject) !== text;
  known.set(subject, text);
  if (!isNew) return;
  if (!news.size) setTimeout(readOut, GATHERING_MS);
  news.set(subject, text);
}

function readOut() {
  const words = [...news.values()].filter(Boolean).join(" ");
  news.clear();
  if (words) page.announcer.textContent = words;
}
