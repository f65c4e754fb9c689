// The right side: the live video of the shown channel, or an invitation to start one.

import { el, icon, isLoopback } from "./dom.js";
import { randomPrompt } from "./prompts.js";

const STEPS = [
  ["Describe a world", "Any place, any mood. A live video of it begins."],
  ["Steer it from chat", "Begin a message with ! or press Suggest. Switch to another person at the top and let them have a say."],
  ["Keep the recording", "End the broadcast, and it is posted here as a film."],
];

export class Stage {
  #url = null;

  // `tryIt(prompt)` fills in the composer; `showPanel()` leads to the message that has the link.
  // `dock` stands under the video.
  constructor(node, dock, { tryIt, showPanel }) {
    this.node = node;
    this.dock = dock;
    this.tryIt = tryIt;
    this.showPanel = showPanel;
    this.#invite();
  }

  get url() {
    return this.#url;
  }

  // Shows a watch page, or the invitation for null.
  show(url) {
    if (url === this.#url) return;
    this.#url = url;
    document.body.classList.toggle("live", url !== null);
    if (url === null) this.#invite();
    else this.#play(url);
  }

  #play(url) {
    const frame = el("iframe", { class: "player", src: url, title: "Live video", allow: "autoplay; fullscreen; picture-in-picture", sandbox: "allow-scripts allow-same-origin allow-popups" });
    this.node.replaceChildren(
      el("div", { class: "stage-header" },
        el("h2", { text: "Watch" }),
        el("button", { type: "button", class: "quiet", onclick: () => this.showPanel() }, icon("reply"), "Panel in chat"),
        el("a", { class: "quiet", href: url, target: "_blank", rel: "noopener noreferrer" }, "Open in a tab", icon("open"))),
      frame,
      this.dock);
  }

  #invite() {
    const prompt = randomPrompt();
    this.node.replaceChildren(el("div", { class: "invite" },
      el("div", { class: "orb", "aria-hidden": "true" }),
      el("h2", { text: "Nothing is on air" }),
      el("p", { class: "invite-lead" }, "Type ", el("kbd", { text: "/odyssey start" }), " in the chat, and what you describe comes alive here."),
      el("button", { type: "button", class: "button primary large", onclick: () => this.tryIt(prompt) }, icon("play"), "Try it"),
      el("p", { class: "invite-example", text: `“${prompt}”` }),
      el("ol", { class: "steps" }, STEPS.map(([title, text]) => el("li", {}, el("b", { text: title }), el("span", { text })))),
    ));
  }
}

// The newest message with a watch link (a link button that leads to a watch page on this machine): {url, id}.
export function watchLink(messages) {
  for (const message of [...messages].reverse()) {
    if (!message.author.bot) continue;
    const url = findLink(message.components);
    if (url) return { url, id: message.id };
  }
  return { url: null, id: null };
}

export function isWatchLink(url) {
  return isLoopback(url) && new URL(url).pathname.startsWith("/watch/");
}

function findLink(components) {
  for (const component of components ?? []) {
    if (component.type === 2 && component.style === 5 && !component.disabled && isWatchLink(component.url)) return component.url;
    const inner = findLink(component.components) ?? (component.accessory ? findLink([component.accessory]) : null);
    if (inner) return inner;
  }
  return null;
}
