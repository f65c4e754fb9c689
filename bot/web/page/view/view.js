// The page, as it stands: draws what is known of the broadcast, of the connection and of the picture.

import * as texts from "../texts.js";
import { Announcer } from "./announcer.js";
import { Crowd } from "./crowd.js";
import { Film } from "./film.js";
import { hasWon, nameOf, Now, whose } from "./now.js";
import { Picture } from "./picture.js";
import { plain } from "./plain.js";
import { Screen } from "./screen.js";
import { standing } from "./standing.js";

const TICK_MS = 500;
const SAID_LENGTH = 200; // characters of a prompt that are read out

const at = (id) => document.getElementById(id);

export class View {
  #state = { document: null, connection: "opening", picture: { status: "idle" } };
  #ahead = 0; // the server's clock, against this one
  #seen = null; // the broadcast of which a picture was seen
  #stoppedAt = null; // when it stopped; null while it plays
  #watched = null; // the broadcast that was on before

  // `address(path)` is where something of the link is; `tap()` plays the picture on, `pause()` pauses it, `mute(isMuted)` is of its sound.
  constructor({ at: address, tap, pause, mute }) {
    this.videos = [...document.querySelectorAll("video.live")];
    this.isOverlay = new URLSearchParams(location.search).get("overlay") === "1";
    document.documentElement.classList.toggle("overlay", this.isOverlay);
    this.#label();
    this.#build(address, tap);
    at("pause").addEventListener("click", pause);
    at("sound").addEventListener("click", () => mute(!this.#state.picture.isMuted));
    at("tap").addEventListener("click", () => (this.#broadcast ? tap() : this.#playFilm()));
    setInterval(() => document.hidden || this.#draw(), TICK_MS);
    document.addEventListener("visibilitychange", () => this.#draw());
    this.#draw();
  }

  // Everything that is known, whenever some of it changed.
  draw(state) {
    const { document: before } = this.#state;
    if (state.document && state.document !== before) {
      this.#ahead = state.document.now - Date.now();
      if (before?.broadcast) this.#watched = before.broadcast.key;
    }
    this.#state = state;
    this.#draw();
  }

  get #broadcast() {
    return this.#state.document?.broadcast ?? null;
  }

  #draw() {
    const { document: known } = this.#state;
    const now = Date.now() + this.#ahead;
    const stands = this.#stands(now);
    const broadcast = stands.state === "gone" ? null : this.#broadcast;
    document.body.dataset.state = stands.state;
    document.body.dataset.shape = (broadcast ?? known?.last)?.portrait ? "portrait" : "landscape";
    this.#drawFilm(stands, known);
    this.picture.draw(stands, this.#state, this.film, now);
    this.crowd.draw(broadcast, known?.channel ?? null, now);
    if (known) this.#drawWords(stands, known, now);
    this.screen.keepAwake(stands.isPlaying || this.film.isRunning);
    this.#announce(stands, broadcast);
  }

  // The picture's own memory: what stands still was seen before.
  #stands(now) {
    const { status, since } = this.#state.picture;
    const key = this.#broadcast?.key ?? null;
    if (status === "playing") [this.#seen, this.#stoppedAt] = [key, null];
    else this.#stoppedAt ??= since ?? performance.now();
    const stillFor = this.#stoppedAt === null ? 0 : performance.now() - this.#stoppedAt;
    return standing(this.#state, { hadPicture: key !== null && this.#seen === key, stillFor, now });
  }

  // A film that somebody sees goes on until the next broadcast is live.
  #drawFilm({ state }, known) {
    const isOn = state === "live" || state === "ending" || state === "gone";
    if (!isOn && (!this.#broadcast || this.film.isPlaying)) this.film.draw(known?.last ?? null);
    else this.film.draw(null);
  }

  #drawWords({ state }, known, now) {
    if (state === "gone") this.now.drawGone();
    else this.now.draw(known, now, { fellThrough: this.#watched !== null && known.last?.key !== this.#watched });
    const name = nameOf(known.channel);
    document.title = state === "live" ? texts.liveTitle(name) : texts.channel(name);
  }

  #playFilm() {
    this.film.play();
    this.#draw();
    at("film").focus(); // the button that had the focus is gone
  }

  #announce({ state, gap, notice }, broadcast) {
    const { announcer } = this;
    announcer.hear("state", gap ?? notice ?? texts.said[state] ?? null);
    if (!broadcast) return;
    const { prompt, winner, mode, candidates } = broadcast;
    announcer.hear("prompt", texts.saidPrompt(short(prompt.text), whose(broadcast)));
    announcer.hear("winner", winner && !hasWon(broadcast) ? texts.saidWinner(short(winner.text), texts.wonBy(plain(winner.by), winner.votes, winner.of)) : null);
    announcer.hear("ballot", mode === "vote" && candidates.length > 0 ? texts.saidBallot : null);
  }

  #build(address, tap) {
    const nodes = (...names) => Object.fromEntries(names.map((name) => [name, at(name)]));
    const onAir = () => this.videos.find((video) => video.classList.contains("on-air")) ?? this.videos[0];
    this.picture = new Picture(nodes("poster", "badge", "clock", "watching", "gap", "notice", "noticeText", "tap", "tapText", "controls", "pause", "sound", "caption"), address);
    this.now = new Now(nodes("title", "host", "word", "prompt", "byline", "further"));
    this.crowd = new Crowd(at("crowd"));
    this.film = new Film(nodes("film", "parts", "part", "before", "after"), (part) => address(`film/${part}`));
    this.screen = new Screen(nodes("stage", "fullScreen", "pictureInPicture"), onAir, tap);
    this.announcer = new Announcer(at("announcer"));
  }

  #label() {
    document.documentElement.lang = texts.LANGUAGE;
    for (const [id, text] of Object.entries(texts.labels)) at(id).setAttribute("aria-label", text);
    for (const video of this.videos) video.setAttribute("aria-label", texts.video);
  }
}

function short(text) {
  const words = plain(text);
  return words.length > SAID_LENGTH ? `${words.slice(0, SAID_LENGTH)} …` : words;
}
