// What is drawn on the picture: the badge, the numbers, a word where there is no picture, the buttons, and the poster behind.

import * as texts from "../texts.js";
import { say } from "./dom.js";
import { plain } from "./plain.js";

export class Picture {
  #poster = null;

  // `nodes` by name; `address(path)` is where something of the link is.
  constructor(nodes, address) {
    Object.assign(this, nodes);
    this.address = address;
    this.poster.addEventListener("load", () => (this.poster.hidden = false));
    this.poster.addEventListener("error", () => (this.poster.hidden = true));
  }

  // `stands` as standing.js says; `document` may be null; `film` is the recording's; `now` is the server's.
  draw(stands, { document, picture }, film, now) {
    const broadcast = document?.broadcast ?? null;
    this.#drawFacts(stands, document ?? {}, now);
    const offersFilm = broadcast === null && film.canPlay && !film.isPlaying;
    const isCovered = film.isPlaying || stands.wantsTap;
    say(this.gap, film.isPlaying && stands.notice ? texts.isStarting : stands.gap);
    this.notice.hidden = isCovered || offersFilm || stands.notice === null;
    this.notice.classList.toggle("busy", stands.isBusy);
    say(this.noticeText, stands.notice);
    this.tap.hidden = !stands.wantsTap && !offersFilm;
    say(this.tapText, stands.wantsTap ? texts.tap : texts.playFilm);
    this.controls.hidden = !stands.hasPicture;
    this.pause.hidden = !stands.isPlaying;
    this.sound.hidden = !picture.hasSound;
    this.sound.dataset.muted = String(picture.isMuted);
    this.sound.setAttribute("aria-label", picture.isMuted ? texts.soundOn : texts.soundOff);
    say(this.caption, broadcast && plain(broadcast.prompt.text));
    this.#drawPoster(document);
  }

  #drawFacts({ badge, state }, { broadcast, watching }, now) {
    say(this.badge, badge && texts.badges[badge]);
    this.badge.dataset.badge = badge ?? "";
    const isOn = state === "live" || state === "ending";
    say(this.clock, isOn ? clock(broadcast, now) : null);
    say(this.watching, isOn && watching > 0 ? texts.watching(watching) : null);
  }

  // The newest picture of what is on, or was: asked for once for each, and once more when it has gone live.
  #drawPoster(document) {
    if (document === null) return;
    const { broadcast, last } = document;
    const of = broadcast ? `${broadcast.key} ${broadcast.state === "live"}` : (last?.key ?? null);
    if (of === this.#poster) return;
    this.#poster = of;
    this.poster.hidden = true;
    if (of !== null) this.poster.src = `${this.address("picture.jpg")}?${encodeURIComponent(of)}`;
  }
}

function clock({ began_at: began, ends_at: ends }, now) {
  const parts = [];
  if (began !== null) parts.push(elapsed(now - began));
  if (ends !== null) parts.push(texts.left(Math.max(0, Math.ceil((ends - now) / 1000))));
  return parts.join(" · ");
}

function elapsed(ms) {
  const s = Math.max(0, Math.floor(ms / 1000));
  const [hours, minutes, seconds] = [Math.floor(s / 3600), Math.floor(s / 60) % 60, s % 60];
  const two = (number) => String(number).padStart(2, "0");
  return hours ? `${hours}:${two(minutes)}:${two(seconds)}` : `${minutes}:${two(seconds)}`;
}
