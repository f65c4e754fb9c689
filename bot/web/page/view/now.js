// The words beside the picture: whose channel, what the world follows and by whose idea; or that nothing is on.

import texts from "../texts.js";
import { page, plain, say } from "./dom.js";
import { isJustOver } from "./standing.js";
import { Words } from "./words.js";

const prompt = new Words("prompt");
const further = new Words("further");
page.prompt.replaceWith(prompt.node);
page.further.replaceWith(further.node);

// `now` is the server's.
export function drawNow(state, { broadcast, last, channel }, now) {
  say(page.title, texts.channel(nameOf(channel)));
  const shown = state === "gone" ? {} : broadcast ? present(broadcast) : past(last, now);
  for (const part of ["host", "word", "byline"]) say(page[part], shown[part]);
  prompt.set(shown.prompt ?? "");
  further.set(shown.further ?? "");
}

export const nameOf = ({ name }) => name && plain(name);
export const hasWon = ({ prompt, asked_for, winner }) => winner?.text === asked_for && winner.by === prompt.by;

// Whose idea the prompt in force is, and how it won.
export function whose(broadcast) {
  const { prompt, winner } = broadcast;
  const idea = prompt.by === null ? texts.opening : texts.idea(plain(prompt.by));
  return hasWon(broadcast) ? `${idea} · ${texts.wonWith(winner.votes, winner.of)}` : idea;
}

function present(broadcast) {
  const { host, prompt, asked_for: asked } = broadcast;
  const further = prompt.text !== asked && texts.reworded(plain(prompt.text));
  return { host: texts.hosted(plain(host)), prompt: asked, byline: whose(broadcast), further: further || "" };
}

function past(last, now) {
  if (!last) return { further: texts.onItself };
  const isOver = isJustOver(last, now);
  const over = last.has_failed ? texts.brokeOff : texts.over;
  return {
    word: isOver ? over : texts.nothing,
    prompt: last.opening,
    byline: texts.lastOne(plain(last.host), (now - last.ended_at) / 1000),
    further: isOver && !last.films ? `${texts.recordingComes} ${texts.onItself}` : texts.onItself,
  };
}
