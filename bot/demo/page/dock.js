// The panel once more, under the video, while a lively chat has pushed it out of sight.

import { el } from "./dom.js";
import { MessageList } from "./messages.js";

export class Dock {
  #panel = null;
  #drawn = null;
  #frame = null;

  // `chat` is the scrolling list in which the panel itself stands.
  constructor(chat, app) {
    this.chat = chat;
    this.node = el("aside", { class: "dock", "aria-label": "Panel", hidden: true });
    this.copy = new MessageList(this.node, el("button"), app);
    chat.addEventListener("scroll", () => this.look());
    addEventListener("resize", () => this.look());
  }

  // The panel as it is now, or null.
  follow(panel) {
    this.#panel = panel;
    this.look();
  }

  // Shows the copy exactly while the panel cannot be seen in the chat.
  look() {
    this.#frame ??= requestAnimationFrame(() => {
      this.#frame = null;
      this.#draw(this.#panel === null || this.#isSeen() ? null : this.#panel);
    });
  }

  #draw(panel) {
    if (panel === this.#drawn) return;
    this.node.hidden = panel === null;
    if (panel?.id === this.#drawn?.id) this.copy.put(panel);
    else this.copy.show(panel ? [panel] : [], el("span"));
    this.#drawn = panel;
  }

  #isSeen() {
    const panel = this.chat.querySelector(`#message-${this.#panel.id}`);
    if (!panel) return false;
    const [view, box] = [this.chat.getBoundingClientRect(), panel.getBoundingClientRect()];
    return box.bottom > view.top + box.height / 2 && box.top < view.bottom;
  }
}
