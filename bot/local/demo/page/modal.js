// Dialogs that the bot opens: text fields, selects, files, choices and boxes.

import { el } from "./dom.js";
import { markdown } from "./markdown.js";
import { menuOf, SELECTS } from "./selects.js";

// `submit(values)` resolves to an answer; a refusal is shown and the dialog stays open.
export function openModal(modal, app, submit) {
  const readers = new Map();
  const error = el("p", { class: "form-error", role: "alert" });
  const send = el("button", { type: "submit", class: "button primary", text: "Submit" });
  const form = el("form", { method: "dialog" },
    el("h2", { id: "modal-title", text: modal.title }),
    el("div", { class: "fields" }, modal.components.map((component) => field(component, app, readers))),
    error,
    el("div", { class: "actions" }, el("button", { type: "button", class: "button secondary", text: "Cancel", onclick: () => dialog.close() }), send));
  const dialog = el("dialog", { class: "modal", "aria-labelledby": "modal-title" }, form);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    send.disabled = true;
    const values = {};
    for (const [id, read] of readers) {
      const value = await read();
      if (value !== undefined) values[id] = value;
    }
    const answer = await submit(values);
    send.disabled = false;
    if (answer.failed) error.textContent = answer.failed;
    else dialog.close();
  });
  form.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && event.ctrlKey) form.requestSubmit();
  });
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
  form.querySelector(".fields input, .fields textarea, .fields select")?.focus();
}

function field(component, app, readers) {
  if (component.type === 10) return el("div", { class: "text" }, markdown(component.content, app.names));
  if (component.type === 1) return component.components.map((child) => field(child, app, readers));
  const control = component.component ?? component;
  const label = component.label ?? control.label ?? control.custom_id;
  const required = control.required ?? (control.type === 4 || SELECTS.has(control.type));
  const [node, read] = input(control, required, app);
  readers.set(control.custom_id, read);
  const id = `field-${readers.size}`;
  const group = node.getAttribute("role") === "group";
  node.id = id;
  node.removeAttribute("aria-label");
  if (group) node.setAttribute("aria-labelledby", `${id}-label`);
  if (component.description) node.setAttribute("aria-describedby", `${id}-description`);
  return el("div", { class: "field" },
    el(group ? "span" : "label", { class: "field-label", id: `${id}-label`, for: group ? null : id }, label, required ? el("span", { class: "field-star", "aria-hidden": "true", text: " *" }) : null),
    component.description ? el("span", { class: "field-description", id: `${id}-description`, text: component.description }) : null,
    node);
}

function input(control, required, app) {
  if (SELECTS.has(control.type)) {
    const menu = menuOf(control, app, { required });
    return [menu.node, menu.values];
  }
  switch (control.type) {
    case 4: {
      const limits = { minlength: control.min_length, maxlength: control.max_length ?? 4000, placeholder: control.placeholder, required };
      const node = control.style === 2 ? el("textarea", { rows: "4", ...limits }) : el("input", { type: "text", ...limits });
      node.value = control.value ?? "";
      return [node, () => node.value];
    }
    case 19: {
      const node = el("input", { type: "file", multiple: (control.max_values ?? 1) > 1, required });
      return [node, () => Promise.all([...node.files].map(encodeFile))];
    }
    case 21: case 22: {
      const type = control.type === 21 ? "radio" : "checkbox";
      const boxes = control.options.map((option) => ({ value: option.value, label: option.label, node: el("input", { type, name: control.custom_id, checked: option.default === true }) }));
      const node = el("div", { class: "choices", role: "group" }, boxes.map((box) => el("label", {}, box.node, el("span", { text: box.label }))));
      const chosen = () => boxes.filter((box) => box.node.checked).map((box) => box.value);
      return [node, control.type === 21 ? () => chosen()[0] : chosen];
    }
    case 23: {
      const node = el("input", { type: "checkbox", checked: control.default === true });
      return [node, () => node.checked];
    }
    default:
      return [el("span", { text: "This page cannot show this field." }), () => undefined];
  }
}

export async function encodeFile(file) {
  const bytes = new Uint8Array(await file.arrayBuffer());
  let binary = "";
  for (let i = 0; i < bytes.length; i += 32768) binary += String.fromCharCode(...bytes.subarray(i, i + 32768));
  return { filename: file.name, base64: btoa(binary) };
}
