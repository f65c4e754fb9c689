// The right side: the live video of the shown channel, and worlds to try.

import { el, icon, isLoopback } from "./dom.js";
import { withGlyphs } from "./glyphs.js";
import { ideas } from "./ideas.js";

const STEPS = [
  ["Describe a world", "Any place, any mood. A live video of it begins."],
  ["Steer it from chat", "Press Suggest, or type an idea. Switch to another person at the top and let them have a say."],
  ["Keep the recording", "End the broadcast, and it is posted in the chat as a film."],
];

export class Stage {
  #url = null;
  #isOnAir = false;
  #chosen = null;

  // `tryIt(prompt)` starts or suggests, and resolves when it is known what came of it; `showPanel()` leads to the
  // message that has the link; `plug` is the bot's.
  constructor(node, { tryIt, showPanel, plug }) {
    this.node = node;
    this.tryIt = tryIt;
    this.showPanel = showPanel;
    this.plug = plug;
    this.picture = el("div", { class: "picture" });
    this.below = el("div");
    this.word = el("p", { class: "word", role: "status" });
    node.append(this.picture, this.below);
    this.#draw();
  }

  get isOnAir() {
    return this.#isOnAir;
  }

  // Shows a watch page, or the invitation for null. While nothing is on air, the page shows what was.
  show(url, { isOnAir, upright }) {
    this.picture.classList.toggle("upright", upright);
    if (url === this.#url && isOnAir === this.#isOnAir) return;
    this.#isOnAir = isOnAir;
    if (url !== this.#url) this.#play(url);
    this.say("");
    this.#draw();
  }

  #play(url) {
    this.#url = url;
    document.body.classList.toggle("live", url !== null);
    this.picture.replaceChildren(...(url === null ? [] : [el("iframe", { class: "player", src: url, title: "Live video", allow: "autoplay; fullscreen; picture-in-picture; screen-wake-lock", sandbox: "allow-scripts allow-same-origin allow-popups" })]));
  }

  // What the bot answered, for those who do not see the chat just now.
  say(text) {
    this.word.replaceChildren(...withGlyphs(text));
  }

  #draw() {
    this.below.className = this.#url === null ? "invite" : "under";
    this.below.replaceChildren(...(this.#url === null ? this.#invitation() : this.#steering()));
  }

  #invitation() {
    return [
      el("h2", { text: "Nothing is on air" }),
      el("p", { class: "lead" }, "Choose a world, or type ", el("kbd", { text: "/odyssey start" }), " in the chat and describe your own."),
      this.plug.word,
      ideas("Try it", this.#chosen, (prompt) => this.#choose(prompt)),
      this.word,
      el("ol", { class: "steps" }, STEPS.map(([title, text]) => el("li", {}, el("b", { text: title }), el("span", { text })))),
    ];
  }

  #steering() {
    return [
      el("div", { class: "under-head" },
        el("h2", { text: this.#isOnAir ? "Steer it" : "Nothing is on air" }),
        this.#isOnAir && el("button", { type: "button", class: "quiet", onclick: () => this.showPanel() }, icon("reply"), "Panel in chat"),
        this.#isOnAir && this.plug.button,
        el("a", { class: "quiet", href: this.#url, target: "_blank", rel: "noopener noreferrer" }, "Open in a tab", icon("open"))),
      this.plug.word,
      this.word,
      ideas(this.#isOnAir ? "Suggest" : "Try it", this.#chosen, (prompt) => this.#choose(prompt)),
    ];
  }

  async #choose(prompt) {
    if (this.#chosen !== null) return;
    this.#chosen = prompt;
    this.say("");
    this.#draw();
    this.node.focus({ preventScroll: true }); // the button that had the focus is off meanwhile
    try {
      await this.tryIt(prompt);
    } finally {
      this.#chosen = null;
      this.#draw();
    }
  }
}

// The newest panel of what is on air: {url, id}. It has a watch link (a link button that leads to a watch page on this
// machine) and offers to suggest, as the last panel of a broadcast does not.
export function watchLink(messages) {
  for (const message of [...messages].reverse()) {
    if (!message.author.bot || !findButton(message.components, (button) => button.label === "Suggest")) continue;
    const link = findButton(message.components, (button) => button.style === 5 && isWatchLink(button.url));
    if (link) return { url: link.url, id: message.id };
  }
  return { url: null, id: null };
}

export function isWatchLink(url) {
  return isLoopback(url) && new URL(url).pathname.startsWith("/watch/");
}

function findButton(components, isWanted) {
  for (const component of components ?? []) {
    if (component.type === 2 && !component.disabled && isWanted(component)) return component;
    const inner = findButton(component.components, isWanted) ?? (component.accessory ? findButton([component.accessory], isWanted) : null);
    if (inner) return inner;
  }
  return null;
}
