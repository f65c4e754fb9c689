// The list of messages of one channel: newest at the bottom, each drawn again when it changes.

import { avatar, el, hueOf, icon } from "./dom.js";
import { renderAttachments, renderComponents, renderEmbeds } from "./components.js";
import { withGlyphs } from "./glyphs.js";
import { markdown, plainText } from "./markdown.js";
import { openCard } from "./person-card.js";
import { contextLine, dots, isPrivate, isThinking, keepMedia, newerThan, privateLine, sameExceptReactions, showMessage, textOf } from "./message-parts.js";
import { clockTime, dayName, messageTime, startOfDay } from "./time.js";

const LAYOUT = 1 << 15;
const SAME_BREATH_MS = 7 * 60 * 1000;
const KEPT = 300;
const NEAR_BOTTOM_PX = 80;
const OPEN_SELECT = CSS.supports("selector(select:open)") ? "select:open" : "select.never";
const REACTIONS = ["👍", "❤️", "🔥", "😂", "👀"];

// `app`: names, users, roles, channels, me, perform(kind, body), watch(url), reply(message), run(name, kind, body), menu
// (names of message commands), and what openCard needs.
export class MessageList {
  #entries = [];
  #dismissed = new Set(JSON.parse(sessionStorage.getItem("dismissed") ?? "[]"));
  #busy = new Set();
  #failures = new Map();
  #frame = null;
  #reached = null;

  constructor(list, newer, app) {
    this.list = list;
    this.newer = newer;
    this.app = app;
    newer.addEventListener("click", () => this.toBottom());
    // Pictures and films that arrive late must not push the newest message out of sight.
    new ResizeObserver(() => { if (this.sticky) this.toBottom(); }).observe(list);
    list.addEventListener("load", () => { if (this.sticky) this.toBottom(); }, true);
    list.addEventListener("loadedmetadata", () => { if (this.sticky) this.toBottom(); }, true);
    this.sticky = true;
    list.addEventListener("scroll", () => {
      // Word of our own scrolling comes late: what stood at the bottom may have grown since.
      this.sticky = this.#nearBottom() || list.scrollTop === this.#reached;
      if (!this.sticky) this.#reached = null;
      if (newer.hidden !== this.sticky) newer.textContent = "To the newest";
      newer.hidden = this.sticky;
    });
  }

  show(messages, emptyState) {
    this.#entries = [];
    this.#failures.clear();
    this.list.replaceChildren();
    this.empty = emptyState;
    this.list.append(emptyState);
    for (const message of messages) this.put(message, { quiet: true });
    this.toBottom();
  }

  put(message, { quiet = false } = {}) {
    if (this.#dismissed.has(message.id)) return;
    const index = this.#entries.findIndex((entry) => entry.message.id === message.id);
    if (index >= 0) {
      this.#redraw(this.#entries[index], message);
    } else {
      const entry = { message, node: null };
      let at = this.#entries.length;
      while (at > 0 && newerThan(this.#entries[at - 1].message.id, message.id)) at -= 1;
      this.#entries.splice(at, 0, entry);
      entry.node = this.#draw(message);
      this.list.insertBefore(entry.node, this.#entries[at + 1]?.node ?? this.#firstNotice());
      this.#arrange(at);
      this.#arrange(at + 1);
      if (!quiet && this.#entries.length > KEPT) this.remove(this.#entries[0].message.id);
      if (!quiet && !this.sticky && message.author.id !== this.app.me) this.newer.textContent = "New messages";
      if (!quiet && (message.author.id === this.app.me || isPrivate(message))) this.sticky = true;
    }
    if (this.sticky) this.toBottom();
  }

  remove(id) {
    const index = this.#entries.findIndex((entry) => entry.message.id === id);
    if (index < 0) return;
    this.#entries[index].node.remove();
    this.#entries.splice(index, 1);
    this.#arrange(index);
    for (const entry of this.#entries) {
      if (entry.message.referenced_message?.id === id) this.#redraw(entry, { ...entry.message, referenced_message: null });
    }
  }

  // A line that only this page knows: a command on its way, or one that failed.
  notice(title, text, { failed = false } = {}) {
    const node = el("article", { class: failed ? "notice failed" : "notice" },
      el("div", { class: "notice-title", text: title }),
      el("div", { class: "notice-text" }, failed ? null : dots(), text));
    if (failed) node.append(privateLine(() => node.remove()));
    this.list.append(node);
    this.toBottom();
    return node;
  }

  get messages() {
    return this.#entries.map((entry) => entry.message);
  }

  // Once for all that comes within one frame: measuring the list for each message would be slow in a busy channel.
  toBottom() {
    this.newer.hidden = true;
    this.sticky = true;
    this.#frame ??= requestAnimationFrame(() => {
      this.#frame = null;
      this.list.scrollTop = this.list.scrollHeight;
      this.#reached = this.list.scrollTop;
    });
  }

  // Scrolls to a message, which is put back first when it has been left out as too old.
  jumpTo(id) {
    const message = this.app.message(id);
    if (message) this.put(message, { quiet: true });
    this.sticky = false;
    this.newer.hidden = true; // shown again by the scrolling, if it leads away from the newest
    cancelAnimationFrame(this.#frame);
    this.#frame = null;
    showMessage(id);
  }

  #nearBottom() {
    return this.list.scrollHeight - this.list.scrollTop - this.list.clientHeight < NEAR_BOTTOM_PX;
  }

  #firstNotice() {
    return this.list.querySelector(":scope > .notice");
  }

  #redraw(entry, message) {
    const onlyReactions = sameExceptReactions(entry.message, message);
    entry.message = message;
    const open = entry.node.querySelector(OPEN_SELECT);
    if (open) { // drawn again under the hand that chooses, it would close
      open.addEventListener("blur", () => this.#again(message.id), { once: true });
      return;
    }
    if (onlyReactions) {
      entry.node.querySelector(".reactions").replaceWith(this.#reactions(message));
      return;
    }
    const focused = entry.node.contains(document.activeElement) ? document.activeElement.dataset.key : null;
    const node = this.#draw(message);
    keepMedia(entry.node, node);
    entry.node.replaceWith(node);
    entry.node = node;
    this.#arrange(this.#entries.indexOf(entry));
    if (focused) node.querySelector(`[data-key="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true });
  }

  // Messages of one person in one breath share a head; a new day gets a line.
  #arrange(index) {
    const entry = this.#entries[index];
    if (!entry) return;
    const before = this.#entries[index - 1]?.message;
    const { message, node } = entry;
    const time = new Date(message.timestamp);
    const newDay = !before || startOfDay(new Date(before.timestamp)) !== startOfDay(time);
    const alone = newDay || message.referenced_message || message.interaction_metadata || before.interaction_metadata
      || before.author.id !== message.author.id || time - new Date(before.timestamp) > SAME_BREATH_MS;
    node.classList.toggle("compact", !alone);
    node.querySelector(":scope > .day")?.remove();
    if (newDay && before) node.prepend(el("div", { class: "day", role: "separator" }, el("span", { text: dayName(message.timestamp) })));
    this.empty.hidden = this.#entries.length > 0;
  }

  #draw(message) {
    const { app } = this;
    const name = app.displayName(message.author);
    const forMe = isPrivate(message);
    const node = el("article", { class: "message", id: `message-${message.id}`, "aria-label": `${name}, ${messageTime(message.timestamp)}` });
    if (message.author.id !== app.me && message.mentions.some((user) => user.id === app.me)) node.classList.add("mentions-me");
    if (forMe) node.classList.add("private");
    const context = contextLine(message, app);
    if (context) node.append(context);
    const head = el("div", { class: "head" },
      this.#author(message.author, name),
      message.author.bot ? el("span", { class: "badge", text: "APP" }) : null,
      el("time", { class: "time", datetime: message.timestamp, text: messageTime(message.timestamp) }));
    if (!message.author.bot) head.firstChild.style.setProperty("--hue", String(hueOf(name)));
    const body = el("div", { class: "body" }, head, this.#content(message));
    node.append(avatar(name, { bot: message.author.bot }), el("time", { class: "time-compact", "aria-hidden": "true", text: clockTime(message.timestamp) }), body);
    body.append(this.#reactions(message));
    const failure = this.#failures.get(message.id);
    if (failure) body.append(el("div", { class: "failure", role: "alert", text: failure }));
    if (forMe) body.append(privateLine(() => this.#dismiss(message.id)));
    if (!forMe && !isThinking(message)) node.append(this.#toolbar(message));
    return node;
  }

  #author(author, name) {
    const user = this.app.users.find((candidate) => candidate.id === author.id);
    if (!user) return el("span", { class: "name", text: name });
    return el("button", { type: "button", class: "name", "aria-haspopup": "dialog", "data-key": "author", text: name, onclick: (event) => openCard(event.currentTarget, user, this.app) });
  }

  #content(message) {
    if (isThinking(message)) return el("div", { class: "thinking" }, dots(), `${this.app.displayName(message.author)} is thinking…`);
    const ctx = this.#context(message);
    if (message.flags & LAYOUT) return el("div", { class: "layout" }, renderComponents(message.components, ctx));
    const parts = [];
    if (message.content) {
      const text = el("div", { class: "text" }, markdown(message.content, this.app.names));
      if (message.edited_timestamp) text.append(el("span", { class: "edited", title: messageTime(message.edited_timestamp), text: "(edited)" }));
      parts.push(text);
    }
    parts.push(...renderAttachments(message.attachments, message.embeds, ctx), ...renderEmbeds(message.embeds, ctx), ...renderComponents(message.components, ctx));
    return parts.filter(Boolean);
  }

  #context(message) {
    const { app } = this;
    return {
      names: app.names, users: app.users, roles: app.roles, channels: app.channels,
      attachments: message.attachments,
      about: () => plainText(textOf(message).split("\n")[0], app.names).slice(0, 80),
      watch: (url) => app.watch(url),
      busy: (customId) => this.#busy.has(`${message.id}:${customId}`),
      act: async (kind, body) => {
        const key = `${message.id}:${body.custom_id}`;
        this.#busy.add(key);
        this.#failures.delete(message.id);
        this.#again(message.id);
        const answer = await app.perform(kind, { message: message.id, ...body });
        this.#busy.delete(key);
        if (answer.failed) this.#failures.set(message.id, answer.failed);
        this.#again(message.id);
      },
    };
  }

  #again(id) {
    const entry = this.#entries.find((candidate) => candidate.message.id === id);
    if (!entry) return;
    const message = entry.message;
    entry.message = { ...message, redrawn: true };
    this.#redraw(entry, message);
  }

  #reactions(message) {
    return el("div", { class: "reactions" }, (message.reactions ?? []).map((reaction) => el("button", {
      type: "button",
      class: reaction.me ? "reaction mine" : "reaction",
      "aria-pressed": String(reaction.me),
      "aria-label": `${reaction.emoji.name}, ${reaction.count}`,
      onclick: () => this.#react(message, reaction.emoji.name, !reaction.me),
    }, el("span", { class: "emoji" }, withGlyphs(reaction.emoji.name)), el("span", { text: String(reaction.count) }))));
  }

  #react(message, emoji, reacted) {
    return this.app.perform("react", { message: message.id, emoji, reacted });
  }

  #toolbar(message) {
    const { app } = this;
    const own = message.author.id === app.me;
    const moderator = app.users.find((user) => user.id === app.me)?.is_moderator;
    const open = el("details", { class: "more" }, el("summary", { "aria-label": "More", title: "More" }, icon("more")));
    const menu = el("div", { class: "menu" });
    const item = (text, action, kind = null) => menu.append(el("button", { type: "button", class: kind, text, onclick: () => { open.open = false; action(); } }));
    open.addEventListener("toggle", () => {
      menu.replaceChildren();
      menu.append(el("div", { class: "menu-reactions" }, REACTIONS.map((emoji) => el("button", { type: "button", "aria-label": `React with ${emoji}`, onclick: () => { open.open = false; this.#react(message, emoji, true); } }, withGlyphs(emoji)))));
      for (const name of app.menu) item(name, () => app.run(name, "menu", { message: message.id, name }), "app");
      if (own) item("Edit message", () => this.#edit(message));
      if (own || moderator) item("Delete message", () => app.perform("delete", { message: message.id }), "danger");
    });
    open.addEventListener("focusout", (event) => { if (!open.contains(event.relatedTarget)) open.open = false; });
    open.append(menu);
    return el("div", { class: "toolbar" },
      el("button", { type: "button", "aria-label": "Reply", title: "Reply", onclick: () => app.reply(message) }, icon("reply")), open);
  }


  #edit(message) {
    const node = this.#entries.find((entry) => entry.message.id === message.id)?.node;
    const text = node?.querySelector(".body > .text");
    if (!text) return;
    const input = el("textarea", { class: "edit", rows: "2", "aria-label": "Edit message" });
    input.value = message.content;
    input.addEventListener("keydown", (event) => {
      if (event.key === "Escape") this.#again(message.id);
      if (event.key !== "Enter" || event.shiftKey) return;
      event.preventDefault();
      this.app.perform("edit", { message: message.id, content: input.value });
    });
    text.replaceWith(input);
    input.focus();
  }

  #dismiss(id) {
    this.#dismissed.add(id);
    sessionStorage.setItem("dismissed", JSON.stringify([...this.#dismissed].slice(-200)));
    this.remove(id);
  }
}
