// Small parts of messages, and how a message that is drawn again keeps what it has loaded.

import { avatar, el, icon } from "./dom.js";
import { withGlyphs } from "./glyphs.js";
import { plainText } from "./markdown.js";

const PRIVATE = 1 << 6;
const THINKING = 1 << 7;

export const isPrivate = (message) => Boolean(message.flags & PRIVATE);
export const isThinking = (message) => Boolean(message.flags & THINKING);

// All that can be read in it, labels aside.
export function textOf(message) {
  const within = (components) => (components ?? []).flatMap((component) => [component.content, ...within(component.components)]);
  return [message.content, ...within(message.components)].filter(Boolean).join("\n");
}

export function contextLine(message, app) {
  if (message.interaction_metadata?.name && !message.referenced_message) {
    const user = message.interaction_metadata.user;
    const name = app.displayName(user);
    const verb = message.type === 23 ? "" : "/";
    return el("div", { class: "context" }, avatar(name), el("b", { text: name }), " used ", el("span", { class: "command", text: `${verb}${message.interaction_metadata.name}` }));
  }
  if (message.type !== 19) return null;
  const target = message.referenced_message;
  if (!target) return el("div", { class: "context gone", text: "The message that this answers was deleted." });
  const name = app.displayName(target.author);
  const preview = target.content ? plainText(target.content, app.names).slice(0, 120) : "Click to see the message";
  return el("button", { type: "button", class: "context", onclick: () => showMessage(target.id) }, avatar(name, { bot: target.author.bot }), el("b", { text: name }), el("span", { class: "preview" }, withGlyphs(preview)));
}

export function showMessage(id) {
  const node = document.getElementById(`message-${id}`);
  node?.scrollIntoView({ block: "center" });
  node?.classList.add("flash");
  setTimeout(() => node?.classList.remove("flash"), 1500);
}

export function privateLine(dismiss) {
  return el("div", { class: "private-line" }, icon("eye"), "Only you can see this • ", el("button", { type: "button", class: "as-link", text: "Dismiss message", onclick: dismiss }));
}

export function dots() {
  return el("span", { class: "dots", "aria-hidden": "true" }, el("i"), el("i"), el("i"));
}

export function newerThan(a, b) {
  return a.length === b.length ? a > b : a.length > b.length;
}

export function sameExceptReactions(a, b) {
  return JSON.stringify({ ...a, reactions: null }) === JSON.stringify({ ...b, reactions: null });
}

// A film that plays, or a picture that is there already, is moved over instead of being loaded again; a new picture
// takes the old one's height until it has come.
export function keepMedia(old, fresh) {
  const before = [...old.querySelectorAll(".body img, .body video")];
  const reusable = new Set(before);
  [...fresh.querySelectorAll(".body img, .body video")].forEach((node, index) => {
    const same = [...reusable].find((candidate) => candidate.tagName === node.tagName && candidate.src === node.src);
    if (same) {
      reusable.delete(same);
      node.replaceWith(same);
    } else if (node.tagName === "IMG" && before[index]?.tagName === "IMG") {
      node.style.backgroundImage = `url(${JSON.stringify(before[index].src)})`;
      node.loading = "eager";
      node.addEventListener("load", () => { node.style.backgroundImage = ""; }, { once: true });
    }
  });
}
