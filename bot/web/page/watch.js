// The watch page: asks the bot how the show stands, and plays its streams, one after the other, without a seam.

import { Player } from "./whep.js";

const POLL_MS = 1500;
const ANSWER_MS = 3000; // an answer that takes longer is not waited for: meanwhile the next stream may be there
const LOOK_MS = 150; // between two looks whether the picture stands still
const STILL_MS = 400; // from then on the bot is asked at every look, since it may be a seam,
const SEAM_MS = 10000; // but not for ever
const RETRY_MS = 2000;
const GAP_MS = 2000; // so long a still picture needs no word
const FADE_MS = 400;

const notice = document.getElementById("notice");
const noticeText = document.getElementById("notice-text");
const gap = document.getElementById("gap");
const badge = document.getElementById("badge");
const prompt = document.getElementById("prompt");
const videos = [...document.querySelectorAll("video")];

let onAir = null; // the player whose picture is seen
let coming = null; // the next one's, until its first frame
let wanted = null; // the stream that is played, or is about to be

document.getElementById("fullscreen").addEventListener("click", () => document.querySelector("figure").requestFullscreen?.());
window.addEventListener("pagehide", leave);
follow();

async function follow() {
  for (;;) {
    try {
      const soon = AbortSignal.timeout(ANSWER_MS);
      const answer = await fetch(`${location.pathname}/show`, { cache: "no-store", signal: soon });
      if (!answer.ok && answer.status !== 404) throw new Error(`status ${answer.status}`);
      const show = await answer.json();
      if (show.state === "unknown") {
        say("There is no such broadcast. Please check the link.", true);
        return;
      }
      render(show);
    } catch {
      const words = "The bot cannot be reached just now. Trying again …";
      if (!onAir) say(words);
      else if (stillFor() > GAP_MS) sayOfTheGap(words);
    }
    await untilAskedAgain();
  }
}

async function untilAskedAgain() {
  for (let waited = 0; waited < POLL_MS; waited += LOOK_MS) {
    await sleep(LOOK_MS);
    if (stillFor() > STILL_MS && stillFor() < SEAM_MS) return;
  }
}

function stillFor() {
  return onAir ? performance.now() - onAir.lastFrameAt : 0;
}

function render(show) {
  if (show.state === "over") {
    leave({ isGone: true });
    badge.hidden = true;
    say("This broadcast is over. Its recording is posted in the channel.", true);
    return;
  }
  prompt.textContent = show.prompt;
  badge.hidden = show.state !== "live";
  if (show.whep) follows(`${show.stream} ${show.whep.url}`, show.whep);
  else if (!onAir) say(show.state === "live" ? "The picture is on its way …" : "The broadcast is starting …");
  sayOfTheGap(stillFor() > GAP_MS ? (show.coming_back ? "The world is coming back …" : "The picture is on its way …") : null);
}

// Plays a stream in the element that is not seen, and changes over with its first frame.
async function follows(stream, whep) {
  if (stream === wanted) return;
  wanted = stream;
  coming?.close();
  const player = (coming = new Player(videos.find((video) => video !== onAir?.video), whep, lost));
  if (!(await player.play()) || player !== coming) return;
  const before = onAir;
  [onAir, coming] = [player, null];
  say(null);
  sayOfTheGap(null);
  for (const video of videos) {
    const isOnAir = video === player.video;
    video.classList.toggle("on-air", isOnAir);
    video.classList.toggle("before", video === before?.video);
    video.toggleAttribute("aria-hidden", !isOnAir);
  }
  await sleep(FADE_MS);
  before?.close();
  before?.video.classList.remove("before");
}

// What is seen stays: its last frame, until the next try has a picture.
function lost(player) {
  if (player !== coming && player !== onAir) return;
  if (!onAir) say("The picture was lost. Trying again …");
  setTimeout(() => {
    if (player === coming || (player === onAir && !coming)) wanted = null;
  }, RETRY_MS);
}

function leave({ isGone = false } = {}) {
  coming?.close({ isGone });
  onAir?.close({ isGone });
  onAir = coming = wanted = null;
  sayOfTheGap(null);
}

function say(text, over = false) {
  notice.hidden = text === null;
  notice.classList.toggle("over", over);
  if (text !== null) noticeText.textContent = text;
}

function sayOfTheGap(text) {
  gap.hidden = text === null;
  if (text !== null) gap.textContent = text;
}

function sleep(ms) {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
