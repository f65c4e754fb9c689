// What the crowd wants: who won, the vote on the mode, the line or the ballot, and how to take part.

import texts from "../texts.js";
import { el, page, plain, say } from "./dom.js";
import { hasWon, nameOf } from "./now.js";
import { Words } from "./words.js";

const SOON_S = 5;

// Words in a box, with a line below.
class Card {
  constructor(tag, className, ...before) {
    this.words = new Words("idea");
    this.by = el("p", "by");
    this.node = el(tag, `card ${className}`, ...before, this.words.node, this.by);
  }

  // Without words there is no box.
  draw(text, below) {
    this.node.hidden = !text;
    if (!text) return;
    this.words.set(text);
    say(this.by, below);
  }
}

class Candidate extends Card {
  constructor({ number }) {
    super("li", "candidate", el("span", "number", number));
    this.bar = el("div", "bar");
    this.node.append(this.bar);
  }

  // `part` of all votes; null where they are not counted so.
  show({ text, by, votes }, part, leads) {
    this.draw(text, votes === null ? plain(by) : texts.byWithVotes(plain(by), votes));
    this.bar.hidden = part === null;
    this.bar.style.setProperty("--part", part);
    this.node.classList.toggle("leads", leads);
  }
}

const winner = new Card("div", "winner", el("p", "title", texts.won));
const motion = new Card("div", "motion");
page.floor.prepend(winner.node, motion.node);
let candidates = new Map(); // by number and words: an idea keeps its element while votes come

// `broadcast` is null while nothing is on; `now` is the server's.
export function drawCrowd(broadcast, channel, now) {
  const name = channel && nameOf(channel);
  say(page.door, channel && (broadcast ? texts.takePart(name) : texts.backTo(name)));
  if (channel) page.door.href = channel.url;
  page.floor.hidden = !broadcast;
  if (!broadcast) return;
  const { winner: won, motion: asked, closes_at: closesAt } = broadcast;
  if (won && !hasWon(broadcast)) winner.draw(won.text, texts.wonBy(plain(won.by), won.votes, won.of));
  else winner.draw(null); // once the world follows it, it stands beside the picture
  motion.draw(asked && texts.motion(plain(asked.by), asked.mode), asked && texts.standsAt(asked.for, asked.against, secondsTo(asked.closes_at, now)));
  say(page.countdown, closesAt && texts.closes(secondsTo(closesAt, now)));
  page.countdown.classList.toggle("soon", closesAt && secondsTo(closesAt, now) <= SOON_S);
  drawLine(broadcast);
  drawCandidates(broadcast);
}

function drawLine({ mode, candidates, is_paused: isPaused, waiting, waiting_for_a_place: more }) {
  const isOpen = candidates.length > 0;
  const [title, how] = texts.heads[mode];
  say(page.head, isOpen ? title : texts.whatNext);
  say(page.how, isPaused ? texts.paused : isOpen ? how(waiting) : texts.invitations[mode]);
  say(page.more, more && texts.waitForAPlace(more));
}

function drawCandidates({ candidates: shown, mode }) {
  const votes = shown.map((one) => one.votes ?? 0);
  const all = votes.reduce((sum, count) => sum + count, 0) || 1;
  const most = Math.max(1, ...votes);
  const before = candidates;
  candidates = new Map();
  const nodes = shown.map((one) => {
    const key = `${one.number} ${one.text}`;
    const candidate = before.get(key) ?? new Candidate(one);
    candidates.set(key, candidate);
    candidate.show(one, mode === "vote" ? one.votes / all : null, one.votes === most);
    return candidate.node;
  });
  const { list } = page;
  if (nodes.length !== list.children.length || nodes.some((node, at) => node !== list.children[at])) list.replaceChildren(...nodes);
  list.hidden = !nodes.length;
}

const secondsTo = (date, now) => Math.max(0, Math.ceil((date - now) / 1000));
