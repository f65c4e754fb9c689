// A list above the composer from which something is chosen by mouse or keyboard; the focus stays in the field.

import { el } from "./dom.js";

let numbers = 0;

export class Picker {
  #items = [];
  #current = 0;
  #pick = null;
  #field = null;

  constructor() {
    this.id = `picker-${(numbers += 1)}`;
    this.title = el("div", { class: "picker-title" });
    this.list = el("div", { class: "picker-items", role: "listbox", id: this.id });
    this.empty = el("div", { class: "picker-empty", role: "status" });
    this.node = el("div", { class: "picker", hidden: true }, this.title, this.list, this.empty);
    this.node.addEventListener("mousedown", (event) => event.preventDefault());
  }

  get open() {
    return !this.node.hidden;
  }

  // Items: {title, detail, badge, value}. `pick(item)` is called with the chosen one. Of what one may as well leave out
  // none is marked at first (`mayPass`): then Enter is the field's.
  show(field, title, items, pick, { empty = "Nothing fits", mayPass = false } = {}) {
    this.#field = field;
    this.#items = items;
    this.#pick = pick;
    this.#current = 0;
    this.title.textContent = title;
    this.list.replaceChildren(...items.map((item, index) => el("div", { class: "picker-item", role: "option", id: `${this.id}-${index}`, onclick: () => pick(item), onmousemove: () => this.#mark(index) },
      el("span", { class: "picker-name", text: item.title }),
      item.detail ? el("span", { class: "picker-detail", text: item.detail }) : null,
      item.badge ? el("span", { class: "picker-badge", text: item.badge }) : null)));
    this.list.hidden = !items.length;
    this.list.setAttribute("aria-label", title);
    this.empty.textContent = items.length ? "" : empty;
    this.node.hidden = false;
    field.setAttribute("aria-controls", this.id);
    this.#expand(true);
    if (mayPass) this.#unmark();
    else this.#mark(0);
  }

  hide() {
    this.node.hidden = true;
    this.#items = [];
    this.#expand(false);
    this.#field?.removeAttribute("aria-activedescendant");
  }

  // Only what is a combobox has two states; where one writes is a field with suggestions.
  #expand(open) {
    if (this.#field?.getAttribute("role") === "combobox") this.#field.setAttribute("aria-expanded", String(open));
  }

  // True when the key was for this list.
  key(event) {
    if (!this.open) return false;
    if (event.key === "ArrowDown") this.#mark(this.#current + 1);
    else if (event.key === "ArrowUp") this.#mark(Math.max(this.#current, 0) - 1);
    else if ((event.key === "Enter" || event.key === "Tab") && !event.shiftKey && this.#current in this.#items) this.#pick(this.#items[this.#current]);
    else if (event.key === "Escape") this.hide();
    else return false;
    event.preventDefault();
    return true;
  }

  #unmark() {
    this.#current = -1;
    this.#field.removeAttribute("aria-activedescendant");
  }

  #mark(index) {
    if (!this.#items.length) return this.#unmark();
    this.#current = (index + this.#items.length) % this.#items.length;
    [...this.list.children].forEach((node, position) => {
      node.setAttribute("aria-selected", String(position === this.#current));
      if (position === this.#current) node.scrollIntoView({ block: "nearest" });
    });
    this.#field.setAttribute("aria-activedescendant", `${this.id}-${this.#current}`);
  }
}
