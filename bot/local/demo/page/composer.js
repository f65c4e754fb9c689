// Where one writes: chat, or a slash command with a field for each of its options.

import { choicesOf, leavesOf, matching, mayPass, readFields, readOption, TYPE, typedInFull, typedOptions } from "./commands.js";
import { el, icon } from "./dom.js";
import { matchingPeople, withMentions } from "./mentions.js";
import { Picker } from "./picker.js";

const AUTOCOMPLETE_DELAY_MS = 120;
const MESSAGE_LIMIT = 2000;

// `app`: users, roles, channels, channelName(), isDirect(), perform(kind, body), run(name, kind, body).
export class Composer {
  #leaves = [];
  #picker = new Picker();
  #command = null; // {leaf, fields: [{option, node, input, chosen}]}
  #reply = null;
  #asked = 0;

  constructor(node, app) {
    this.app = app;
    this.text = el("textarea", { rows: "1", autocomplete: "off", spellcheck: "true", "aria-autocomplete": "list" });
    this.line = el("div", { class: "line" }, this.text);
    this.hint = el("div", { class: "hint", role: "status" });
    this.above = el("div", { class: "replying", hidden: true });
    node.append(this.#picker.node, this.above, el("div", { class: "box" }, this.line), this.hint);
    this.text.addEventListener("input", () => this.#typed());
    this.text.addEventListener("keydown", (event) => this.#chatKey(event));
    this.text.addEventListener("blur", () => this.#picker.hide());
    this.text.value = sessionStorage.getItem("draft") ?? "";
    this.#size();
  }

  // Called when the channel or the person changes.
  async refresh() {
    this.#leave();
    this.cancelReply();
    this.text.placeholder = `Message #${this.app.channelName()}`;
    this.text.setAttribute("aria-label", `Message #${this.app.channelName()}`);
    return this.#loadCommands();
  }

  // Whether there is such a command for this person here.
  async knows(path) {
    await this.#loadCommands();
    return this.#leaves.some((leaf) => leaf.path === path);
  }

  // Fills in a command, ready to be sent with Enter.
  async suggest(path, values) {
    if (!(await this.knows(path))) {
      this.hint.textContent = `/${path} is not there yet: the bot is still starting. Try again in a moment.`;
      return;
    }
    this.#enter(this.#leaves.find((leaf) => leaf.path === path), values);
  }

  replyTo(message, name) {
    this.#reply = message.id;
    this.above.replaceChildren("Replying to ", el("b", { text: name }), el("button", { type: "button", class: "as-link", "aria-label": "Cancel the reply", onclick: () => this.cancelReply() }, icon("close")));
    this.above.hidden = false;
    this.text.focus();
  }

  cancelReply() {
    this.#reply = null;
    this.above.hidden = true;
  }

  focus() {
    (this.#command?.fields[0]?.input ?? this.text).focus();
  }

  async #loadCommands() {
    const answer = await this.app.perform("commands", {});
    this.#leaves = leavesOf(answer.commands ?? []);
    this.app.menu = answer.menu ?? [];
    this.app.personMenu = answer.person_menu ?? [];
  }

  // ---------------------------------------------------------------- chat

  async #typed() {
    this.#size();
    this.hint.textContent = "";
    sessionStorage.setItem("draft", this.text.value);
    const value = this.text.value;
    const mention = /(?:^|\s)@([^\s@]*)$/.exec(value.slice(0, this.text.selectionStart));
    if (mention) return this.#offerPeople(mention[1]);
    if (!value.startsWith("/") || value.includes("\n")) return this.#picker.hide();
    if (value === "/" || !this.#leaves.length) await this.#loadCommands();
    if (this.text.value !== value) return undefined;
    const typed = value.slice(1);
    const full = typedInFull(this.#leaves, typed);
    if (full && typed.length > full.leaf.path.length) return this.#enter(full.leaf, typedOptions(full.leaf, full.rest));
    return this.#picker.show(this.text, "Commands", matching(this.#leaves, typed).map((leaf) => ({ title: `/${leaf.path}`, detail: leaf.description, badge: "Odyssey", leaf })),
      (item) => this.#enter(item.leaf, {}), { empty: this.#whyNone() });
  }

  #whyNone() {
    if (this.app.isDirect()) return "The bot has no commands here: they are for the server's channels";
    return this.#leaves.length ? "No command fits" : "No commands yet: the bot is still starting";
  }

  #offerPeople(typed) {
    const found = matchingPeople(this.app.users, typed);
    if (!found.length) return this.#picker.hide();
    const items = found.map((user) => ({ title: user.display_name, detail: `@${user.name}`, badge: user.is_bot ? "APP" : null, user }));
    return this.#picker.show(this.text, "People", items, ({ user }) => {
      const at = this.text.selectionStart;
      this.text.setRangeText(`@${user.display_name} `, at - typed.length - 1, at, "end");
      this.#picker.hide();
      this.#size();
    });
  }

  #chatKey(event) {
    if (event.isComposing || this.#picker.key(event)) return;
    if (event.key === "Escape") this.cancelReply();
    if (event.key !== "Enter" || event.shiftKey) return;
    event.preventDefault();
    this.#sendChat();
  }

  async #sendChat() {
    const content = withMentions(this.text.value, this.app.users);
    if (!content.trim()) return;
    if (content.length > MESSAGE_LIMIT) {
      this.hint.textContent = `A message may have ${MESSAGE_LIMIT} characters; this one has ${content.length}.`;
      return;
    }
    if (content.startsWith("/") && !content.includes(" ") && !this.#leaves.some((leaf) => leaf.path === content.slice(1))) {
      this.hint.textContent = "There is no such command here.";
      return;
    }
    const reply = this.#reply;
    const typed = this.text.value;
    this.text.value = "";
    sessionStorage.removeItem("draft");
    this.#size();
    this.cancelReply();
    const answer = await this.app.perform("send", { content, reply_to: reply });
    if (answer.failed) {
      this.hint.textContent = answer.failed;
      if (!this.text.value) this.text.value = typed;
    }
  }

  #size() {
    this.text.style.height = "auto";
    this.text.style.height = `${Math.min(this.text.scrollHeight, 180)}px`;
  }

  // ---------------------------------------------------------------- commands

  #enter(leaf, values) {
    this.#picker.hide();
    this.hint.textContent = "";
    this.text.value = "";
    sessionStorage.removeItem("draft");
    const command = { leaf, fields: [] };
    this.#command = command;
    const rest = el("span", { class: "optional" });
    const leave = el("button", { type: "button", class: "leave", "aria-label": "Leave the command", onclick: () => this.#leave(true) }, icon("close"));
    this.line.replaceChildren(el("span", { class: "pill", text: `/${leaf.path}` }), rest, el("button", { type: "button", class: "send", text: "Send", onclick: () => this.#sendCommand() }), leave);
    this.line.classList.add("command");
    this.rest = rest;
    const wanted = leaf.options.filter((option) => option.required || option.name in values);
    for (const option of wanted.length ? wanted : leaf.options.slice(0, 1)) this.#addField(option, values[option.name]);
    this.#offerOptional();
    const first = command.fields.find((field) => field.chosen === undefined && field.input.value === "") ?? command.fields.at(-1);
    if (first) first.input.focus();
    else {
      const send = this.line.querySelector(".send");
      send.addEventListener("keydown", (event) => { if (event.key === "Escape" || event.key === "Backspace") this.#leave(true); });
      send.focus();
      this.hint.textContent = leaf.description;
    }
  }

  #leave(focus = false) {
    if (!this.#command) return;
    this.#command = null;
    this.#picker.hide();
    this.hint.textContent = "";
    this.line.classList.remove("command");
    this.line.replaceChildren(this.text);
    if (focus) this.text.focus();
  }

  #addField(option, value) {
    const isFile = option.type === TYPE.file;
    const input = el("input", { type: isFile ? "file" : "text", class: "option-input", autocomplete: "off", "aria-label": `${option.name}: ${option.description}`, role: isFile ? null : "combobox", "aria-expanded": isFile ? null : "false" });
    const node = el("label", { class: option.required ? "option required" : "option" }, el("span", { class: "option-name", text: option.name }), input);
    const field = { option, node, input, chosen: undefined };
    if (typeof value === "string" && !isFile) input.value = value;
    input.addEventListener("focus", () => this.#ask(field));
    input.addEventListener("input", () => {
      field.chosen = undefined;
      node.classList.remove("wrong");
      this.#fit(field);
      this.#ask(field);
    });
    input.addEventListener("blur", () => this.#picker.hide());
    input.addEventListener("keydown", (event) => this.#fieldKey(event, field));
    this.#command.fields.push(field);
    this.line.insertBefore(node, this.rest);
    this.#fit(field);
    return field;
  }

  #offerOptional() {
    const shown = new Set(this.#command.fields.map((field) => field.option.name));
    this.rest.replaceChildren(...this.#command.leaf.options.filter((option) => !shown.has(option.name)).map((option) =>
      el("button", { type: "button", class: "add-option", title: option.description, text: `+ ${option.name}`, onclick: () => { const field = this.#addField(option); this.#offerOptional(); field.input.focus(); } })));
  }

  #removeField(field) {
    const { fields } = this.#command;
    const index = fields.indexOf(field);
    fields.splice(index, 1);
    field.node.remove();
    this.#offerOptional();
    fields[Math.max(0, index - 1)]?.input.focus();
  }

  #fit(field) {
    if (field.input.type === "text") field.input.style.width = `${Math.max(4, Math.min(field.input.value.length + 1, 60))}ch`;
  }

  #fieldKey(event, field) {
    if (event.isComposing || this.#picker.key(event)) return;
    const { fields } = this.#command;
    if (event.key === "Escape") this.#leave(true);
    else if (event.key === "Backspace" && field.input.value === "") {
      event.preventDefault();
      if (field.option.required) this.#leave(true);
      else this.#removeField(field);
    } else if (event.key === "Enter") {
      event.preventDefault();
      this.#sendCommand();
    } else if (event.key === "Tab" && !event.shiftKey && field === fields.at(-1) && this.rest.firstChild && field.input.value !== "") {
      event.preventDefault();
      this.rest.firstChild.click();
    }
  }

  // Says what the option is, and offers what can be chosen for it.
  #ask(field) {
    const { option, input } = field;
    // discord.py sends a lone ellipsis for an option without a description.
    const about = option.description === "…" ? option.name : option.description;
    this.hint.textContent = `${option.name}${about === option.name ? "" : ` — ${about}`}${option.required ? "" : " (optional)"}`;
    const typed = input.value.toLowerCase();
    const pick = (item) => {
      field.chosen = item.value;
      input.value = String(item.title);
      this.#fit(field);
      this.#picker.hide();
      const { fields } = this.#command;
      fields[fields.indexOf(field) + 1]?.input.focus();
    };
    if (option.autocomplete) return this.#autocomplete(field, about, pick);
    const choices = choicesOf(option, this.app);
    if (!choices || field.chosen !== undefined) return this.#picker.hide();
    const items = choices.filter((item) => item.title.toLowerCase().includes(typed)).slice(0, 25);
    return this.#picker.show(input, about, items, pick, { mayPass: mayPass(field) });
  }

  async #autocomplete(field, about, pick) {
    const turn = (this.#asked += 1);
    if (field.chosen !== undefined) return this.#picker.hide();
    await new Promise((resolve) => setTimeout(resolve, AUTOCOMPLETE_DELAY_MS));
    if (turn !== this.#asked || !this.#command) return undefined;
    const options = {};
    for (const other of this.#command.fields) {
      const read = other === field || other.option.type === TYPE.file ? {} : readOption(other.option, other.input.value, other.chosen);
      if ("value" in read) options[other.option.name] = read.value;
    }
    const answer = await this.app.perform("autocomplete", { name: this.#command.leaf.path, option: field.option.name, typed: field.input.value, options });
    if (turn !== this.#asked || !this.#command || document.activeElement !== field.input) return undefined;
    const items = (answer.choices ?? []).map((choice) => ({ title: choice.name, value: choice.value }));
    const empty = answer.failed ?? "No options match your search.";
    return this.#picker.show(field.input, about, items, pick, { empty, mayPass: mayPass(field) });
  }

  async #sendCommand() {
    const { leaf, fields } = this.#command;
    const { options, wrong, error } = await readFields(fields);
    if (wrong) {
      wrong.node.classList.add("wrong");
      wrong.input.focus();
      this.hint.textContent = `${wrong.option.name}: ${error}`;
      return;
    }
    this.#leave(true);
    await this.app.run(`/${leaf.path}`, "slash", { name: leaf.path, options });
  }
}
