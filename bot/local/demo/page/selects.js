// Select menus in messages and dialogues: of texts, people, roles and channels.

import { el } from "./dom.js";

const TEXTS = 3;
const PEOPLE = 5;
const ROLES = 6;
const PEOPLE_AND_ROLES = 7;
const CHANNELS = 8;
export const SELECTS = new Set([TEXTS, PEOPLE, ROLES, PEOPLE_AND_ROLES, CHANNELS]);

// {node, values()}. `ctx`: users, roles, channels. `props` go to the node. Of one, a select; of several, boxes to tick.
export function menuOf(component, ctx, props = {}) {
  const options = optionsOf(component, ctx);
  const prompt = component.placeholder ?? "Make a selection";
  if ((component.max_values ?? 1) > 1) return boxes(options, prompt, props);
  const preset = options.find((option) => option.chosen);
  const node = el("select", { class: "select", "aria-label": prompt, ...props },
    el("option", { value: "", selected: !preset, disabled: component.min_values !== 0 && component.required !== false, text: prompt }),
    options.map((option) => el("option", { value: option.value, selected: option === preset, text: option.detail ? `${option.label} — ${option.detail}` : option.label })));
  return { node, values: () => [node.value].filter(Boolean) };
}

function boxes(options, prompt, { disabled, ...props }) {
  const ticks = options.map((option) => el("input", { type: "checkbox", value: option.value, checked: option.chosen, disabled }));
  const node = el("div", { class: "choices", role: "group", "aria-label": prompt, ...props },
    options.map((option, index) => el("label", {}, ticks[index], el("span", { text: option.label }), option.detail ? el("span", { class: "field-description", text: option.detail }) : null)));
  return { node, values: () => ticks.filter((tick) => tick.checked).map((tick) => tick.value) };
}

function optionsOf(component, ctx) {
  const preset = new Set((component.default_values ?? []).map((value) => value.id));
  const entity = (id, label) => ({ value: id, label, chosen: preset.has(id) });
  const people = () => ctx.users.map((user) => entity(user.id, user.display_name));
  const roles = () => ctx.roles.map((role) => entity(role.id, `@${role.name.replace(/^@/, "")}`));
  switch (component.type) {
    case PEOPLE: return people();
    case ROLES: return roles();
    case PEOPLE_AND_ROLES: return [...people(), ...roles()];
    case CHANNELS: return ctx.channels.filter((channel) => !channel.direct).map((channel) => entity(channel.id, `#${channel.name}`));
    default: return (component.options ?? []).map((option) => ({ value: option.value, label: option.label, detail: option.description, chosen: option.default === true }));
  }
}

// An arrow key opens the list instead of choosing the next one at once, for a choice has its effect at once.
export function openByKey(select) {
  select.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || !(event.key.startsWith("Arrow") || event.key.length === 1)) return;
    event.preventDefault();
    select.showPicker();
  });
  return select;
}
