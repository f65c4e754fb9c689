// What the crowd wants: who won, the vote on the mode, the line or the ballot, and how to take part.

import * as texts from "../texts.js";
import { el, say } from "./dom.js";
import { hasWon } from "./now.js";
import { plain } from "./plain.js";
import { Words } from "./words.js";

const SOON_S = 5;

export class Crowd {
  #candidates = new Map(); // by number and words: a bar that grows stays the same

  constructor(node) {
    this.winner = new Card("winner", texts.won);
    this.motion = new Card("motion");
    this.head = el("h2");
    this.countdown = el("span", "countdown");
    this.how = el("p", "how");
    this.list = el("ol", "candidates");
    this.list.setAttribute("role", "list"); // Safari knows none without bullets
    this.more = el("p", "how");
    this.door = el("a", "door");
    this.door.target = "_blank"; // the picture goes on
    this.door.rel = "noopener noreferrer";
    const head = el("header", "", this.head, this.countdown);
    this.floor = el("div", "floor", this.winner.node, this.motion.node, head, this.how, this.list, this.more);
    node.append(this.floor, this.door);
  }

  // `broadcast` is null while nothing is on, `channel` until it is known; `now` is the server's.
  draw(broadcast, channel, now) {
    this.door.hidden = channel === null;
    if (channel) {
      const name = channel.name === null ? null : plain(channel.name);
      say(this.door, broadcast ? texts.takePart(name) : texts.backTo(name));
      if (this.door.href !== channel.url) this.door.href = channel.url;
    }
    this.floor.hidden = broadcast === null;
    if (broadcast === null) return;
    const { winner, motion } = broadcast;
    // Once the world follows it, it stands beside the picture.
    this.winner.draw(winner && !hasWon(broadcast) ? [winner.text, texts.wonBy(plain(winner.by), winner.votes, winner.of)] : null);
    this.motion.draw(motion && [texts.motion(plain(motion.by), motion.mode), texts.standsAt(motion.for, motion.against, secondsTo(motion.closes_at, now))]);
    say(this.countdown, broadcast.closes_at && texts.closes(secondsTo(broadcast.closes_at, now)));
    this.countdown.classList.toggle("soon", secondsTo(broadcast.closes_at, now) <= SOON_S);
    this.#drawLine(broadcast);
    this.#drawCandidates(broadcast);
  }

  #drawLine({ mode, candidates, is_paused: isPaused, waiting, waiting_for_a_place: more }) {
    const isOpen = candidates.length > 0;
    const head = texts.heads[mode];
    say(this.head, isOpen ? head.title : texts.whatNext);
    const invitation = isPaused ? texts.paused : texts.invitations[mode];
    say(this.how, isPaused || !isOpen ? invitation : head.how(waiting));
    say(this.more, more > 0 ? texts.waitForAPlace(more) : null);
  }

  #drawCandidates({ candidates, mode }) {
    const all = candidates.reduce((sum, { votes }) => sum + (votes ?? 0), 0);
    const most = Math.max(1, ...candidates.map(({ votes }) => votes ?? 0));
    const before = this.#candidates;
    this.#candidates = new Map();
    const nodes = candidates.map((candidate) => {
      const key = `${candidate.number} ${candidate.text}`;
      const drawn = before.get(key) ?? new Candidate(candidate);
      this.#candidates.set(key, drawn);
      drawn.draw(candidate, { part: mode === "vote" ? (candidate.votes ?? 0) / (all || 1) : null, leads: candidate.votes === most });
      return drawn.node;
    });
    const isSame = nodes.length === this.list.children.length && nodes.every((node, index) => node === this.list.children[index]);
    if (!isSame) this.list.replaceChildren(...nodes);
    this.list.hidden = nodes.length === 0;
  }
}

class Candidate {
  constructor({ number, text }) {
    const words = new Words("idea");
    words.set(text);
    this.by = el("p", "by");
    this.bar = el("div", "bar");
    this.node = el("li", "candidate", el("span", "number", String(number)), el("div", "", words.node, this.by, this.bar));
  }

  draw({ by, votes }, { part, leads }) {
    say(this.by, votes === null ? plain(by) : texts.byWithVotes(plain(by), votes));
    this.bar.hidden = part === null;
    this.bar.style.setProperty("--part", String(part ?? 0));
    this.node.classList.toggle("leads", leads);
  }
}

// Words that stand out, with a line below.
class Card {
  constructor(className, title = null) {
    this.title = el("p", "title");
    say(this.title, title);
    this.words = new Words("idea");
    this.by = el("p", "by");
    this.node = el("div", `card ${className}`, this.title, this.words.node, this.by);
  }

  draw(content) {
    this.node.hidden = content === null;
    if (content === null) return;
    this.words.set(content[0]);
    say(this.by, content[1]);
  }
}

function secondsTo(date, now) {
  return date === null ? Infinity : Math.max(0, Math.ceil((date - now) / 1000));
}
