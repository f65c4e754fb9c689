// The bot's plug: whoever pulls it kills the bot's process, wherever it stands. The demo starts it again at once.

import { el, icon } from "./dom.js";

const LOOK_MS = 100;
const WHAT_IT_DOES = "Kills the bot's process (kill -9), as a power cut does; it is started again at once";

export class Plug {
  #began = 0;
  #timer = null;

  // `pull()` resolves to {} or {failed: sentence}.
  constructor(pull) {
    this.word = el("p", { class: "outage", role: "status" });
    this.button = el("button", { type: "button", class: "quiet plug", title: WHAT_IT_DOES, hidden: true, onclick: () => this.#pull(pull) }, icon("plug"), "Pull the plug");
  }

  // How far the bot has come back; null where there is no plug.
  show(outage) {
    this.button.hidden = outage === null;
    if (outage === null) return;
    this.button.disabled = !outage.is_over;
    this.#count(outage);
    this.word.replaceChildren(...words(outage));
  }

  async #pull(pull) {
    this.button.disabled = true;
    const answer = await pull();
    if (!answer.failed) return;
    this.word.textContent = answer.failed;
    this.button.disabled = false;
  }

  // The seconds are shown as they pass; how many it took, the demo says.
  #count(outage) {
    clearInterval(this.#timer);
    if (outage.is_over) return;
    if (outage.phase === "out") this.#began = performance.now();
    this.#timer = setInterval(() => {
      const shown = this.word.querySelector(".passed");
      if (shown) shown.textContent = seconds((performance.now() - this.#began) / 1000);
    }, LOOK_MS);
  }
}

function words({ phase, seconds: took, is_over: isOver }) {
  const passed = el("span", { class: "passed", "aria-hidden": "true" });
  switch (phase) {
    case "out":
      return [el("b", { text: "kill -9: the bot's process is gone." }), " Another one is starting … ", passed];
    case "connected":
      return isOver
        ? [el("b", { text: `The bot is back after ${seconds(took)}.` })]
        : [el("b", { text: `The bot is back on Discord after ${seconds(took)}.` }), " The world is coming back … ", passed];
    case "on_air":
      return [el("b", { text: `Back on air after ${seconds(took)}.` }), " The same panel, the same link, the same line: who waited still waits."];
    default:
      return [];
  }
}

function seconds(count) {
  return `${count.toFixed(1)} s`;
}
