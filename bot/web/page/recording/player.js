// Plays the whole: the film, or its streams one after the other until there is one. Times are those of the whole.

export class Player {
  #parts = []; // each: where it is, when it begins, how long it is
  #waiting = null; // the parts that are taken up when nothing plays
  #part = null;
  #isSecondTry = false;

  // `told({ failed })` hears what becomes of it, and of each moment that passes.
  constructor(video, told) {
    this.video = video;
    this.told = told;
    video.addEventListener("ended", () => this.#next());
    video.addEventListener("error", () => this.#part && this.#fail());
    video.addEventListener("pause", () => this.#takeUp());
    for (const name of ["timeupdate", "seeked", "loadedmetadata"]) video.addEventListener(name, () => told({ failed: false }));
  }

  get time() {
    return (this.#part?.at ?? 0) + this.video.currentTime;
  }

  get canPlay() {
    return this.#parts.length > 0;
  }

  // A film that comes while its streams play is taken up when they rest.
  set(parts) {
    if (JSON.stringify(parts) === JSON.stringify(this.#waiting ?? this.#parts)) return;
    this.#waiting = parts;
    this.#takeUp();
  }

  seek(time, { plays = true } = {}) {
    this.#waiting &&= (this.#parts = this.#waiting) && null;
    const part = this.#parts.findLast((each) => each.at <= time + 0.001) ?? this.#parts[0];
    if (!part) return;
    this.#isSecondTry = false;
    this.#load(part, Math.max(0, time - part.at));
    if (plays) this.play();
  }

  play() {
    this.video.play().catch(() => {}); // what cannot be played says so by its event, what may not has its controls
  }

  #takeUp() {
    if (!this.#waiting || (this.#part && !this.video.paused)) return;
    const { time } = this;
    const hadPart = this.#part;
    [this.#parts, this.#waiting] = [this.#waiting, null];
    const part = this.#parts.findLast((each) => each.at <= time + 0.001) ?? this.#parts[0];
    if (part) this.#load(part, hadPart ? time - part.at : 0);
  }

  #load(part, from) {
    if (part.url !== this.#part?.url) this.video.src = part.url;
    this.#part = part;
    this.video.currentTime = from;
  }

  #next() {
    const after = this.#parts[this.#parts.indexOf(this.#part) + 1];
    if (!after) return;
    this.#load(after, 0);
    this.play();
  }

  // The service's link may have died: a fresh one is tried where it stood, once.
  #fail() {
    if (this.#isSecondTry) return this.told({ failed: true });
    this.#isSecondTry = true;
    const from = this.video.currentTime;
    const wasPlaying = !this.video.paused;
    this.video.src = this.#part.url;
    this.video.currentTime = from;
    if (wasPlaying) this.play();
  }
}
