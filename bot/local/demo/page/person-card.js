// A person's card, opened on the name above a message: who it is, and the bot's commands for people.

import { avatar, el } from "./dom.js";

// `app`: users, personMenu (names of commands), runOnPerson(user, name).
export function openCard(anchor, user, app) {
  const run = (name) => { card.hidePopover(); app.runOnPerson(user, name); };
  const card = el("div", { class: "card", popover: "auto", role: "dialog", "aria-label": user.display_name },
    el("div", { class: "card-head" }, avatar(user.display_name, { bot: user.is_bot }),
      el("div", {}, el("b", { text: user.display_name }), el("span", { class: "card-detail", text: `@${user.name}${user.is_moderator ? " • moderator" : ""}` }))),
    app.personMenu.length ? el("div", { class: "card-apps" }, el("span", { class: "card-detail", text: "Apps" }), app.personMenu.map((name) => el("button", { type: "button", text: name, onclick: () => run(name) }))) : null);
  card.addEventListener("toggle", (event) => { if (event.newState === "closed") card.remove(); });
  document.body.append(card);
  card.showPopover();
  const [box, size] = [anchor.getBoundingClientRect(), card.getBoundingClientRect()];
  card.style.left = `${Math.max(8, Math.min(box.left, innerWidth - size.width - 8))}px`;
  card.style.top = `${box.bottom + size.height + 12 > innerHeight ? Math.max(8, box.top - size.height - 6) : box.bottom + 6}px`;
  card.querySelector("button")?.focus();
}
