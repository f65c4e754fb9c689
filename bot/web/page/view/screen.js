// The device's screen: full screen, picture in picture, and that it stays on while somebody watches.

export class Screen {
  #isAwake = false; // whether it is to be
  #lock = null;

  // `onAir()` is the video element that is seen; `resume()` plays it on.
  constructor({ stage, fullScreen, pictureInPicture }, onAir, resume) {
    Object.assign(this, { stage, onAir });
    fullScreen.hidden = !this.#canFill;
    pictureInPicture.hidden = !this.#canFloat;
    fullScreen.addEventListener("click", () => this.#fill());
    pictureInPicture.addEventListener("click", () => this.#float());
    document.addEventListener("visibilitychange", () => this.#hold());
    // An iPhone pauses the picture that leaves its full screen.
    for (const video of stage.querySelectorAll("video.live")) video.addEventListener("webkitendfullscreen", resume);
  }

  // The system takes the lock back whenever the page is not seen, so it is asked for again.
  keepAwake(isAwake) {
    this.#isAwake = isAwake;
    this.#hold();
  }

  get #canFill() {
    const asks = this.stage.requestFullscreen ?? this.stage.webkitRequestFullscreen;
    if (!asks) return Boolean(this.onAir().webkitEnterFullscreen);
    return Boolean(document.fullscreenEnabled ?? document.webkitFullscreenEnabled);
  }

  get #canFloat() {
    return Boolean(document.pictureInPictureEnabled || this.onAir().webkitSupportsPresentationMode?.("picture-in-picture"));
  }

  #fill() {
    const isFull = document.fullscreenElement ?? document.webkitFullscreenElement;
    if (isFull) (document.exitFullscreen ?? document.webkitExitFullscreen).call(document);
    else if (this.stage.requestFullscreen) this.stage.requestFullscreen().catch(() => {});
    else if (this.stage.webkitRequestFullscreen) this.stage.webkitRequestFullscreen();
    else this.onAir().webkitEnterFullscreen(); // an iPhone's: only the video itself
  }

  #float() {
    const video = this.onAir();
    if (document.pictureInPictureElement) document.exitPictureInPicture();
    else if (video.requestPictureInPicture) video.requestPictureInPicture().catch(() => {}); // without a picture yet
    else video.webkitSetPresentationMode("picture-in-picture");
  }

  async #hold() {
    const wants = this.#isAwake && !document.hidden;
    if (!wants) {
      this.#lock?.release();
      this.#lock = null;
    } else if (!this.#lock || this.#lock.released) {
      try {
        this.#lock = { released: false, release() {} }; // one question at a time
        this.#lock = await navigator.wakeLock.request("screen");
        if (!this.#isAwake) this.#hold();
      } catch {
        this.#lock = null; // there is none, or the battery is low
      }
    }
  }
}
