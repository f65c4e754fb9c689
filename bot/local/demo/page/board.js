// Who owns what in a cluster: its processes, their shards and broadcasts, as the database's lease rows say.

import { el, icon } from "./dom.js";

const LEASE_MS = 15_000;
const LOOK_MS = 200;
const MOVE = { duration: 800, easing: "cubic-bezier(0.2, 0.8, 0.2, 1)" };
const NEWS_SHOWN = 30;
const LIVES = {
  starting: "starting …",
  running: "running",
  stopping: "hands over …",
  killed: "killed",
  stopped: "stopped",
  failed: "ended by itself",
};
const DEEDS = {
  stop: { text: "Stop", title: "SIGTERM: it hands over what it has, and ends" },
  kill: { text: "kill -9", title: "Ends the process at once, as a power cut does" },
  begin: { text: "Start", title: "Starts it again: it takes its share" },
};
const isStill = matchMedia("(prefers-reduced-motion: reduce)");

export class Board {
  #cards = new Map(); // by the process's name
  #shards = new Map(); // by number
  #broadcasts = new Map(); // by ID
  #timer = null;

  // `act(deed, name)` resolves to {} or {failed: sentence}; `go(channel)` shows that channel.
  constructor(node, { act, go }) {
    this.node = node;
    this.act = act;
    this.go = go;
    this.processes = el("div", { class: "processes" });
    this.free = el("p", { class: "free" });
    this.word = el("p", { class: "board-word", role: "status" });
    this.news = el("ol", { class: "news", "aria-label": "What happened", tabindex: "0" });
    node.append(this.processes, el("div", { class: "board-side" }, this.word, this.free, this.news));
  }

  // null where there is but one bot.
  show(board) {
    this.node.hidden = !board?.processes;
    clearInterval(this.#timer);
    if (this.node.hidden) return;
    this.#count(board);
    this.#timer = setInterval(() => this.#count(board), LOOK_MS);
    this.word.textContent = board.is_database_there ? "" : "The database does not answer.";
    moved([...this.#shards.values(), ...this.#broadcasts.values()], () => this.#draw(board));
    this.#tell(board.news);
  }

  #draw({ processes, shards, broadcasts, house, is_database_there: isThere }) {
    for (const process of processes) this.#drawProcess(process, house?.is_held && house.owner === process.name);
    if (!isThere) return; // what was owned stays as it was seen last
    keep(this.#shards, shards, (each) => each.number, () => el("span", { class: "shard" }, el("span"), el("i", { class: "lease" })));
    keep(this.#broadcasts, broadcasts, (each) => each.id, ({ channel }) => el("button", { type: "button", class: "owned", onclick: () => this.go(channel) }, el("b"), el("span", { class: "owned-prompt" }), el("span", { class: "fence" })));
    for (const shard of shards) this.#drawShard(shard);
    for (const broadcast of broadcasts) this.#drawBroadcast(broadcast);
    this.free.hidden = !this.free.children.length;
  }

  #drawProcess({ name, life, pid }, keepsHouse) {
    if (!this.#cards.has(name)) {
      const card = {
        life: el("p", { class: "life" }),
        house: el("span", { class: "keeps", text: "keeps house", title: "What only one of them does: old data goes, commands are told, …" }),
        deeds: el("span", { class: "deeds" }),
        shards: el("div", { class: "shards" }),
        broadcasts: el("div", { class: "owned-list" }),
      };
      card.node = el("article", { class: "process", "aria-label": name }, el("div", { class: "process-head" }, el("i", { class: "lamp", "aria-hidden": "true" }), el("h2", { text: name }), card.house, card.deeds), card.life, card.shards, card.broadcasts);
      this.#cards.set(name, card);
      this.processes.append(card.node);
    }
    const card = this.#cards.get(name);
    card.house.hidden = !keepsHouse;
    if (card.node.dataset.life === life && card.pid === pid) return;
    card.node.dataset.life = life;
    card.pid = pid;
    card.said = pid ? `${LIVES[life]} · process ${pid}` : LIVES[life];
    card.life.textContent = card.said;
    const wanted = { running: ["stop", "kill"], starting: ["kill"], stopping: ["kill"] }[life] ?? ["begin"];
    card.deeds.replaceChildren(...wanted.map((deed) => el("button", { type: "button", class: `deed deed-${deed}`, title: DEEDS[deed].title, "aria-label": `${DEEDS[deed].text} ${name}`, onclick: (event) => this.#do(event.currentTarget, deed, name) }, deed === "kill" && icon("plug"), DEEDS[deed].text)));
  }

  async #do(button, deed, name) {
    button.disabled = true;
    const answer = await this.act(deed, name);
    button.disabled = false;
    this.word.textContent = answer.failed ?? "";
  }

  #drawShard({ number, servers, owner, is_held: isHeld, fence, until }) {
    const node = this.#shards.get(number);
    node.firstChild.textContent = `shard ${number}`;
    node.title = `${servers} servers, fence ${fence}`;
    this.#put(node, this.#cards.get(owner)?.shards ?? this.free, isHeld, until);
  }

  #drawBroadcast({ id, server, prompt, state, owner, is_held: isHeld, fence, until }) {
    const node = this.#broadcasts.get(id);
    const [name, words, number] = node.children;
    name.textContent = server;
    words.textContent = prompt;
    number.textContent = `fence ${fence}`;
    node.title = prompt;
    node.dataset.state = state;
    this.#put(node, this.#cards.get(owner)?.broadcasts ?? this.free, isHeld, until);
  }

  #put(node, place, isHeld, until) {
    if (node.parentNode !== place) {
      if (node.parentNode && place !== this.free) flash(node);
      place.append(node);
    }
    node.classList.toggle("held", isHeld);
    const bar = node.querySelector(".lease");
    if (!bar || Number(bar.dataset.until) === until) return;
    bar.dataset.until = until;
    const left = Math.max(0, until - Date.now());
    for (const running of bar.getAnimations()) running.cancel();
    bar.animate([{ scale: `${Math.min(1, left / LEASE_MS)} 1` }, { scale: "0 1" }], { duration: left, fill: "forwards" });
  }

  // How long what is gone still has its leases.
  #count({ shards, broadcasts }) {
    for (const [name, card] of this.#cards) {
      if (!["killed", "failed"].includes(card.node.dataset.life)) continue;
      const ends = [...shards, ...broadcasts].filter((each) => each.owner === name && each.is_held).map((each) => each.until);
      const left = Math.ceil((Math.max(0, ...ends) - Date.now()) / 1000);
      const word = left > 0 ? `${card.said} · its leases last ${left} s more` : card.said;
      if (card.life.textContent !== word) card.life.textContent = word;
    }
  }

  #tell(news) {
    const last = this.news.dataset.last;
    const newest = news.at(-1);
    if (!newest || String(newest.at) + newest.text === last) return;
    this.news.dataset.last = String(newest.at) + newest.text;
    this.news.replaceChildren(...news.slice(-NEWS_SHOWN).reverse().map(({ at, text, kind }) => el("li", { class: `news-${kind}` }, el("time", { text: new Date(at).toLocaleTimeString("en-GB") }), el("span", { text }))));
    this.news.scrollTop = 0;
  }
}

// Has a node for each of `wanted`, made by `make` where there is none; the others go.
function keep(nodes, wanted, keyOf, make) {
  const keys = new Set(wanted.map(keyOf));
  for (const [key, node] of nodes) {
    if (keys.has(key)) continue;
    node.remove();
    nodes.delete(key);
  }
  for (const each of wanted) if (!nodes.has(keyOf(each))) nodes.set(keyOf(each), make(each));
}

// Nodes that are elsewhere after `change` glide there.
function moved(nodes, change) {
  const before = new Map(nodes.map((node) => [node, node.getBoundingClientRect()]));
  change();
  if (isStill.matches) return;
  for (const [node, was] of before) {
    const is = node.getBoundingClientRect();
    const [x, y] = [was.x - is.x, was.y - is.y];
    if (node.isConnected && was.width && (x || y)) node.animate([{ translate: `${x}px ${y}px` }, { translate: "0 0" }], MOVE);
  }
}

function flash(node) {
  node.classList.remove("arrived");
  void node.offsetWidth; // so that the same animation begins again
  node.classList.add("arrived");
}
