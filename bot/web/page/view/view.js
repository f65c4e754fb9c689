// The page as it stands: draws what is known of the broadcast, of the connection and of the picture.

import texts from "../texts.js";
import { announce } from "./announcer.js";
import { useClip } from "./clip.js";
import { drawCrowd } from "./crowd.js";
import { page, plain } from "./dom.js";
import { Film } from "./film.js";
import { drawNow, nameOf, whose } from "./now.js";
import { drawPicture } from "./picture.js";
import { keepAwake, useScreen } from "./screen.js";
import { standing } from "./standing.js";

const TICK_MS = 500;
const READ_OUT = 200; // characters of a prompt

export class View {
  videos = [...document.querySelectorAll("video.live")];
  isOverlay = new URLSearchParams(location.search).get("overlay") === "1";
  #state = { document: null, connection: "opening", picture: { status: "idle" } };
  #ahead = 0; // the server's clock, against this one
  #seen = null; // the broadcast of which a picture was seen
  #stoppedAt = null; // when it stopped; null while it plays

  // `at(path)` is where something of the link is; `tap()` plays the picture on, `pause()` and `mute(isMuted)` are its too.
  constructor({ at, tap, pause, mute }) {
    this.at = at;
    this.film = new Film(at);
    document.documentElement.lang = texts.LANGUAGE;
    document.documentElement.classList.toggle("overlay", this.isOverlay);
    for (const [id, label] of Object.entries(texts.labels)) page[id].ariaLabel = label;
    for (const video of this.videos) video.ariaLabel = texts.video;
    useScreen(this.videos, () => this.videos.find((video) => video.matches(".on-air")) ?? this.videos[0], tap);
    useClip(at);
    page.pause.onclick = () => {
      pause();
      page.tap.focus(); // which is there now, in the pause's place
    };
    page.sound.onclick = () => mute(!this.#state.picture.isMuted);
    page.tap.onclick = () => (this.#state.document.broadcast ? tap() : this.#playFilm());
    setInterval(() => document.hidden || this.#draw(), TICK_MS);
    document.addEventListener("visibilitychange", () => this.#draw());
    this.#draw();
  }

  // Everything that is known, whenever some of it changed.
  draw(state) {
    if (state.document && state.document !== this.#state.document) this.#ahead = state.document.now - Date.now();
    this.#state = state;
    this.#draw();
  }

  #draw() {
    const { document: known } = this.#state;
    const now = Date.now() + this.#ahead;
    const stands = this.#stands(now);
    const { state } = stands;
    const broadcast = state === "gone" ? null : known?.broadcast;
    const last = known?.last ?? null;
    document.body.dataset.state = state;
    document.body.className = `${(broadcast ?? last)?.portrait ? "tall" : "wide"} ${broadcast || !known ? "" : "alone"}`;
    // A film that somebody sees goes on until the next broadcast is live.
    const hasFilm = broadcast ? state === "starting" && this.film.isPlaying : state !== "gone";
    this.film.draw(hasFilm ? last : null);
    drawPicture(stands, this.#state, this.film, this.at, now);
    drawCrowd(broadcast, known?.channel, now);
    keepAwake(stands.isPlaying || this.film.isRunning);
    if (known) {
      drawNow(state, known, now);
      document.title = texts.title(nameOf(known.channel), state === "live");
    }
    announce("state", stands.gap || stands.notice || (state === "live" ? texts.isLive : page.word.textContent));
    if (broadcast) tell(broadcast);
  }

  // The picture's own memory: what stands still was seen before.
  #stands(now) {
    const { document: known, picture } = this.#state;
    const key = known?.broadcast?.key;
    if (picture.status === "playing") [this.#seen, this.#stoppedAt] = [key, null];
    else this.#stoppedAt ??= picture.since ?? performance.now();
    return standing(this.#state, key !== undefined && key === this.#seen, performance.now() - this.#stoppedAt, now);
  }

  #playFilm() {
    this.film.play(1);
    this.#draw();
    page.film.focus(); // the button that had the focus is gone
  }
}

function tell(broadcast) {
  const { asked_for: asked, mode, candidates } = broadcast;
  announce("prompt", texts.saidPrompt(short(asked), whose(broadcast)));
  announce("ballot", mode === "vote" && candidates.length > 0 && texts.saidBallot);
}

function short(text) {
  const words = plain(text);
  return words.length > READ_OUT ? `${words.slice(0, READ_OUT)} …` : words;
}
