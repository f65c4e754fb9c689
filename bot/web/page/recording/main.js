// The recording's page: the document of the bot goes to the player, the timeline and the words.

import { page, plain, say } from "../view/dom.js";
import { useKeys } from "./keys.js";
import { Player } from "./player.js";
import texts from "./texts.js";
import { Timeline } from "./timeline.js";

const GROWING_MS = 5000; // until the next look, while more may come
const link = location.pathname.replace(/\/+$/, "");
const at = (path) => `${link}/${path}`;
let known = null;
let asked = askedFor();

const player = new Player(page.film, ({ failed }) => {
  say(page.notice, failed && texts.failed);
  timeline.show(player.time);
});
const timeline = new Timeline(jump);

document.documentElement.lang = texts.LANGUAGE;
page.film.ariaLabel = texts.video;
page.moments.ariaLabel = texts.timeline;
page.film.poster = at("poster");
for (const [id, text] of [["timelineTitle", texts.timeline], ["copyText", texts.copy], ["saveText", texts.save], ["keys", texts.keys], ["sheetTitle", texts.sheet], ["clipsTitle", texts.clips]]) say(page[id], text);
page.copy.onclick = copy;
useKeys(page.film, {
  play: () => (page.film.paused ? player.play() : page.film.pause()),
  by: (seconds) => player.seek(Math.max(0, player.time + seconds), { plays: !page.film.paused }),
  neighbour: (step) => {
    const next = timeline.neighbour(player.time, step);
    if (next !== null) jump(next);
  },
});
say(page.notice, texts.loading);
look();

async function look() {
  try {
    const answer = await fetch(at("timeline.json"));
    if (answer.status === 404) return leave();
    if (!answer.ok) throw new Error(`status ${answer.status}`);
    draw(await answer.json());
  } catch {
    if (!known) say(page.notice, texts.unreachable);
  }
  if (!known?.film || !known.is_over) setTimeout(look, GROWING_MS);
}

function draw(news) {
  if (known && known.page !== news.page && page.film.paused) return location.reload(); // the bot was replaced by a newer one
  known = news;
  const { chapters, film, length, prompt } = news;
  const streams = chapters.filter((each) => each.at !== null);
  document.body.className = news.portrait ? "portrait" : "landscape";
  document.title = texts.title(plain(prompt));
  say(page.when, texts.when(new Date(news.began_at)));
  say(page.prompt, plain(prompt));
  say(page.facts, texts.facts(plain(news.host), length, chapters.length));
  player.set(film ? [{ url: at("film"), at: 0 }] : streams.map((each) => ({ url: at(`${each.number}/video`), at: each.at })));
  timeline.draw(news);
  say(page.notice, !player.canPlay && texts.comes);
  page.save.hidden = !film;
  page.save.href = at("film?download");
  drawCredits(news.credits);
  drawExtras(news);
  if (asked !== null && player.canPlay) player.seek(asked, { plays: false });
  asked = player.canPlay ? null : asked;
}

function drawCredits(hasThem) {
  if (!hasThem || page.film.querySelector("track")) return;
  const track = document.createElement("track");
  Object.assign(track, { kind: "captions", src: at("credits.vtt"), srclang: texts.LANGUAGE, label: texts.timeline });
  page.film.append(track);
}

function drawExtras({ sheet, clips }) {
  page.pictures.hidden = !sheet;
  if (sheet && !page.sheet.src) Object.assign(page.sheet, { src: at("sheet"), alt: texts.sheetAlt });
  page.clips.hidden = !clips;
  for (let number = page.clipList.children.length + 1; number <= clips; number++) {
    const video = Object.assign(document.createElement("video"), { src: at(`clips/${number}`), controls: true, preload: "metadata", playsInline: true });
    video.ariaLabel = texts.clip(number);
    const item = document.createElement("li");
    item.append(video);
    page.clipList.append(item);
  }
}

function jump(time) {
  player.seek(time);
  write(time);
  timeline.show(time);
}

function write(time) {
  history.replaceState(null, "", `?t=${Math.floor(time)}`);
}

async function copy() {
  const { time } = player;
  write(time);
  try {
    await navigator.clipboard.writeText(location.href);
    page.announcer.textContent = texts.copied(time);
    say(page.copyText, texts.copied(time));
  } catch {
    say(page.copyText, texts.inTheAddress(time)); // where the browser does not let a page copy
  }
  setTimeout(() => say(page.copyText, texts.copy), 4000);
}

// `?t=83`, and as people write it: `?t=1m23s`.
function askedFor() {
  const text = new URLSearchParams(location.search).get("t") ?? "";
  const found = /^(?:(\d{1,3})h)?(?:(\d{1,4})m)?(?:(\d{1,6})s?)?$/.exec(text);
  if (!found || !text) return null;
  const [, hours = 0, minutes = 0, seconds = 0] = found;
  return 3600 * hours + 60 * minutes + Number(seconds);
}

function leave() {
  page.film.removeAttribute("src");
  page.film.load();
  document.body.className = "gone";
  say(page.notice, texts.gone);
}
