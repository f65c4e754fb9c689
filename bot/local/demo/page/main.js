// The page: what is shown, as whom, and how the parts talk to each other.

import { Answers } from "./answers.js";
import { Board } from "./board.js";
import { Composer } from "./composer.js";
import { Connection } from "./connection.js";
import { avatar, el, icon } from "./dom.js";
import { MessageList } from "./messages.js";
import { openModal } from "./modal.js";
import { Plug } from "./plug.js";
import { isWatchLink, Stage, watchLink } from "./stage.js";
import { keepCounting } from "./time.js";
import { takePictures } from "./uploads.js";
import { keepViews, showView } from "./views.js";

const CHIPS_SHOWN = 3;
const HISTORY_KEPT = 500;
const byId = (id) => document.getElementById(id);
const connection = new Connection();
const history = new Map(); // channel ID -> Map of message ID -> message
const unread = new Set();
let world = { me: "", guilds: [], users: [], channels: [], roles: [] };
let channel = null;
let guild = null; // the server whose channels are shown
let panelId = null;
let looksBack = null; // the watch page of what is over, if somebody has opened it
let actingAs = new URLSearchParams(location.search).get("as") ?? sessionStorage.getItem("as") ?? "";

const app = {
  menu: [],
  personMenu: [],
  get me() { return world.me; },
  get users() { return world.users; },
  get roles() { return world.roles.filter((role) => role.guild_id === guild?.id); },
  get channels() { return shownChannels(); },
  names: {
    user: (id) => world.users.find((user) => user.id === id)?.display_name,
    role: (id) => world.roles.find((role) => role.id === id)?.name,
    channel: (id) => world.channels.find((known) => known.id === id)?.name,
  },
  displayName: (author) => app.names.user(author.id) ?? author.global_name ?? author.username,
  channelName: () => channel?.name ?? "",
  isDirect: () => Boolean(channel?.direct),
  reply: (message) => composer.replyTo(message, app.displayName(message.author)),
  message: (id) => history.get(channel.id).get(id),
  notice: (title, text, options) => messages.notice(title, text, options),
  async perform(kind, body) {
    const answer = await connection.ask(kind, { channel: channel.id, ...body });
    if (answer.modal) openModal(answer.modal, app, (values) => app.perform("modal", { modal: answer.modal.number, values }));
    return answer;
  },
  // Does what has no place of its own in the chat to say that it is under way, or that it failed.
  async run(name, kind, body) {
    const title = `You used ${name}`;
    const waiting = app.notice(title, "Sending …");
    const answer = await app.perform(kind, body);
    waiting.remove();
    if (answer.failed) app.notice(title, answer.failed, { failed: true });
    return answer;
  },
  runOnPerson: (user, name) => app.run(name, "person", { user: user.id, name }),
  // True when the link was a watch link and is now shown beside the chat.
  watch(url) {
    if (!isWatchLink(url)) return false;
    looksBack = url;
    followStage();
    showView("stage");
    return true;
  },
};

const messages = new MessageList(byId("messages"), byId("newer"), app);
const composer = new Composer(byId("composer"), app);
takePictures(byId("chat"), app);
const answers = new Answers((text) => stage.say(text), app.names);
const plug = new Plug(() => app.perform("process", { deed: "kill", name: "" }));
const board = new Board(byId("board"), {
  act: (deed, name) => app.perform("process", { deed, name }),
  go(id) {
    const wanted = world.channels.find((known) => known.id === id);
    if (wanted) showChannel(wanted);
  },
});
const stage = new Stage(byId("stage"), {
  plug,
  async tryIt(prompt) {
    if (channel.direct) showChannel(firstOf(guild));
    const command = stage.isOnAir ? "odyssey say" : "odyssey start";
    const answer = await composer.knows(command)
      ? await app.run(`/${command}`, "slash", { name: command, options: { prompt } })
      : { failed: "The bot is still starting. Try again in a moment." };
    stage.say(answer.failed ?? "");
    if (answer.message) await answers.follow(answer.message, history.get(channel.id).get(answer.message));
  },
  showPanel() {
    showView("chat");
    messages.jumpTo(panelId);
  },
});

// ---------------------------------------------------------------- what comes in

connection.addEventListener("welcome", ({ detail }) => {
  const cameBack = world.me === detail.me;
  world = detail;
  history.clear();
  answers.forget();
  for (const [id, list] of Object.entries(detail.messages)) history.set(id, new Map(list.map((message) => [message.id, message])));
  const me = world.users.find((user) => user.id === world.me);
  actingAs = me.name;
  sessionStorage.setItem("as", me.name);
  window.history.replaceState(null, "", `?as=${encodeURIComponent(me.name)}`);
  byId("memory").textContent = world.remembers ? "" : " Nothing is kept afterwards.";
  byId("connection").hidden = true;
  plug.show(world.outage);
  board.show(world.board);
  drawPeople();
  const wanted = channel ?? JSON.parse(sessionStorage.getItem("place"));
  const known = world.channels.find(({ id }) => id === wanted?.id) ?? world.channels.find(({ name }) => name === wanted?.name);
  showChannel(known ?? world.channels[0], { keepComposer: cameBack });
});

connection.addEventListener("message", ({ detail }) => {
  const known = history.get(detail.channel_id);
  const isNew = !known.has(detail.message_id);
  known.set(detail.message_id, detail.message);
  if (known.size > HISTORY_KEPT) forgetOldest(known);
  answers.hear(detail.message);
  if (detail.channel_id === channel.id) {
    messages.put(detail.message);
    if (detail.message.author.bot) followStage();
  } else if (isNew && !unread.has(detail.channel_id)) {
    unread.add(detail.channel_id);
    drawGuilds();
    drawChannels();
  }
});

// The bot's messages stay: the panel among them says what is on air, however much has been said since.
function forgetOldest(known) {
  for (const [id, message] of known) {
    if (message.author.bot) continue;
    known.delete(id);
    return;
  }
}

connection.addEventListener("gone", ({ detail }) => {
  history.get(detail.channel_id).delete(detail.message_id);
  answers.forget(detail.message_id);
  if (detail.channel_id !== channel.id) return;
  messages.remove(detail.message_id);
  followStage();
});

connection.addEventListener("outage", ({ detail }) => plug.show(detail.outage));
connection.addEventListener("board", ({ detail }) => board.show(detail.board));

connection.addEventListener("lost", () => { byId("connection").hidden = false; });

// ---------------------------------------------------------------- what is shown

function showChannel(next, { keepComposer = false } = {}) {
  channel = next;
  guild = world.guilds.find(({ id }) => id === channel.guild_id) ?? guild ?? world.guilds[0];
  looksBack = null;
  unread.delete(channel.id);
  sessionStorage.setItem("place", JSON.stringify({ id: channel.id, name: channel.name }));
  byId("channel-name").replaceChildren(icon(channel.direct ? "at" : "hash"), channel.name);
  byId("channel-topic").textContent = channel.topic ?? "";
  document.title = `#${channel.name} — Odyssey demo`;
  drawGuilds();
  drawChannels();
  messages.show([...history.get(channel.id).values()], welcomeCard());
  followStage();
  if (keepComposer) return;
  composer.refresh();
  if (matchMedia("(hover: hover)").matches) composer.focus(); // elsewhere it would open a keyboard on the screen
}

function followStage() {
  const newestLast = [...history.get(channel.id).values()].sort((a, b) => (BigInt(a.id) < BigInt(b.id) ? -1 : 1));
  const panel = watchLink(newestLast);
  panelId = panel.id;
  if (panel.url) looksBack = null;
  const picture = history.get(channel.id).get(panelId)?.attachments[0];
  stage.show(panel.url ?? looksBack, { isOnAir: panel.url !== null, upright: picture?.width < picture?.height });
}

function firstOf({ id }) {
  return world.channels.find((known) => known.guild_id === id);
}

// Where there are several servers, one is chosen in place of the name of the only one.
function drawGuilds() {
  const isOne = world.guilds.length === 1;
  byId("guild-name").textContent = isOne ? guild.name : "Odyssey demo";
  byId("guild-name").classList.toggle("unseen", !isOne);
  byId("guilds").hidden = isOne;
  const heard = (id) => world.channels.some((known) => known.guild_id === id && unread.has(known.id));
  byId("guilds").replaceChildren(...world.guilds.map(({ id, name }) => el("option", { value: id, selected: id === guild.id, text: heard(id) ? `${name} •` : name })));
}

byId("guilds").addEventListener("change", (event) => {
  showView("chat");
  showChannel(firstOf({ id: event.target.value }));
});

function shownChannels() {
  return world.channels.filter((known) => known.direct || known.guild_id === guild?.id);
}

function drawChannels() {
  byId("channels").replaceChildren(...shownChannels().map((known) => el("button", {
    type: "button",
    class: unread.has(known.id) ? "channel unread" : "channel",
    "aria-current": known.id === channel.id ? "page" : null,
    "aria-label": known.direct ? `Messages from ${known.name}` : null,
    onclick: () => { showView("chat"); showChannel(known); },
  }, icon(known.direct ? "at" : "hash"), el("span", { class: known.direct ? "direct" : null, text: known.name }))));
}

function drawPeople() {
  const people = world.users.filter((user) => !user.is_bot);
  const chips = people.slice(0, CHIPS_SHOWN).map((user) => el("button", {
    type: "button",
    class: "person",
    "aria-pressed": String(user.id === world.me),
    title: user.is_moderator ? `${user.display_name}, a moderator` : user.display_name,
    onclick: () => actAs(user.name),
  }, avatar(user.display_name), el("span", { text: user.display_name }), user.is_moderator ? el("span", { class: "badge mod", text: "MOD" }) : null));
  const all = el("select", { class: "select person-select", "aria-label": "Act as", onchange: (event) => actAs(event.target.value) },
    people.map((user) => el("option", { value: user.name, selected: user.id === world.me, text: user.display_name })));
  const node = byId("people");
  node.replaceChildren(el("span", { class: "people-label", text: "You are" }), ...chips, all);
  node.classList.toggle("many", people.length > CHIPS_SHOWN);
}

function actAs(name) {
  actingAs = name;
  connection.open(name);
}

function welcomeCard() {
  if (channel.direct) {
    return el("div", { class: "welcome" },
      el("div", { class: "welcome-hash" }, icon("at")),
      el("h3", { text: "Only between you and the bot" }),
      el("p", { text: "When a suggestion of yours in the chat is not taken, the bot tells you here why." }));
  }
  return el("div", { class: "welcome" },
    el("div", { class: "welcome-hash" }, icon("hash")),
    el("h3", { text: `Welcome to #${channel.name}` }),
    el("p", {}, "This is the beginning of the channel. ", el("button", { type: "button", class: "as-link", text: "Start a broadcast", onclick: () => composer.suggest("odyssey start", {}) }), " or just say hello."));
}

// Links to a watch page in texts do what its button does.
byId("messages").addEventListener("click", (event) => {
  const link = event.target.closest("a:not(.button)");
  if (link && app.watch(link.href)) event.preventDefault();
});
byId("skip").addEventListener("click", (event) => {
  event.preventDefault();
  showView("chat");
  composer.focus();
});
keepViews("chat", (name) => { if (name === "chat") messages.toBottom(); });
keepCounting();
connection.open(actingAs);
