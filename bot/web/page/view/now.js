// The words beside the picture: whose channel, what the world follows and by whose idea; or that nothing is on.

import * as texts from "../texts.js";
import { say } from "./dom.js";
import { plain } from "./plain.js";
import { isJustOver } from "./standing.js";
import { Words } from "./words.js";

export class Now {
  constructor({ title, host, word, prompt, byline, further }) {
    Object.assign(this, { title, host, word, byline, further });
    this.prompt = new Words("prompt");
    prompt.replaceWith(this.prompt.node);
    this.#draw({});
  }

  // `now` is the server's, in ms; `fellThrough`: what was on never had a picture.
  draw({ broadcast, last, channel }, now, { fellThrough }) {
    say(this.title, texts.channel(nameOf(channel)));
    say(this.host, broadcast && texts.hosted(plain(broadcast.host)));
    if (broadcast) this.#draw({ prompt: broadcast.prompt.text, byline: whose(broadcast) });
    else this.#draw({ further: texts.onItself, ...(last && past(last, now)), ...(fellThrough && { word: texts.fellThrough }) });
  }

  // The link is none any more.
  drawGone() {
    say(this.host, null);
    this.#draw({});
  }

  #draw({ word = null, prompt = "", byline = null, further = null }) {
    say(this.word, word);
    this.prompt.set(prompt);
    say(this.byline, byline);
    say(this.further, further);
  }
}

export const nameOf = ({ name }) => (name === null ? null : plain(name));

// Whose idea the prompt in force is, and how it won.
export function whose({ prompt, winner }) {
  const idea = prompt.by === null ? texts.opening : texts.idea(plain(prompt.by));
  return hasWon({ prompt, winner }) ? `${idea} · ${texts.wonWith(winner.votes, winner.of)}` : idea;
}

export const hasWon = ({ prompt, winner }) => winner?.text === prompt.text && winner.by === prompt.by;

function past(last, now) {
  const isOver = isJustOver(last, now);
  const over = last.has_failed ? texts.brokeOff : texts.over;
  return {
    word: isOver ? over : texts.nothing,
    prompt: last.opening,
    byline: texts.lastOne(plain(last.host), (now - last.ended_at) / 1000),
    ...(isOver && last.films === 0 && { further: `${texts.recordingComes} ${texts.onItself}` }),
  };
}
