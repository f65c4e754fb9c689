// The worlds to try: each is one click away, as a start or, while something is on air, as a suggestion.

import { el, icon } from "./dom.js";

const IDEAS = [
  ["harbour", "A quiet harbour at dusk, paper lanterns drifting on the water"],
  ["train", "A night train crossing a snowy plain under green northern lights"],
  ["garden", "A garden of glass flowers that chime in the evening wind"],
  ["lighthouse", "A lighthouse on a small island while a summer storm comes in"],
];

// `doing` names what a click does, as "Try it". `chosen` is the prompt that is under way, or null; meanwhile none can be clicked.
export function ideas(doing, chosen, choose) {
  return el("ul", { class: "ideas" }, IDEAS.map(([name, prompt]) => el("li", {}, el("button", {
    type: "button",
    class: `idea idea-${name}`,
    disabled: chosen !== null,
    "aria-busy": chosen === prompt ? "true" : null,
    onclick: () => choose(prompt),
  }, el("span", { class: "idea-sky", "aria-hidden": "true" }), el("span", { class: "idea-doing" }, icon("play"), doing), el("span", { class: "idea-prompt", text: prompt })))));
}
