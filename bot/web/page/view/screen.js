// The device's screen: full screen, picture in picture, and that it stays on while somebody watches.

import { page } from "./dom.js";

const { stage, fullScreen, pictureInPicture } = page;
let isAwake = false; // whether it is to be
let lock = null;

// `onAir()` is the video element that is seen; `resume()` plays it on.
export function useScreen(videos, onAir, resume) {
  const fills = stage.requestFullscreen ?? stage.webkitRequestFullscreen;
  const mayFill = document.fullscreenEnabled ?? document.webkitFullscreenEnabled;
  fullScreen.hidden = !(fills ? mayFill : onAir().webkitEnterFullscreen);
  fullScreen.onclick = () => {
    if (document.fullscreenElement ?? document.webkitFullscreenElement) (document.exitFullscreen ?? document.webkitExitFullscreen).call(document);
    else if (fills) fills.call(stage);
    else onAir().webkitEnterFullscreen(); // an iPhone's: only the video itself
  };
  // An iPhone pauses the picture that leaves its full screen.
  for (const video of videos) video.addEventListener("webkitendfullscreen", resume);

  pictureInPicture.hidden = !(document.pictureInPictureEnabled || onAir().webkitSupportsPresentationMode?.("picture-in-picture"));
  pictureInPicture.onclick = () => {
    const video = onAir();
    if (document.pictureInPictureElement) document.exitPictureInPicture();
    else if (video.requestPictureInPicture) video.requestPictureInPicture().catch(() => {}); // there is no picture yet
    else video.webkitSetPresentationMode("picture-in-picture");
  };
  document.addEventListener("visibilitychange", hold);
}

export function keepAwake(isOn) {
  isAwake = isOn;
  hold();
}

// The system takes the lock back whenever the page is not seen, so it is asked for again.
async function hold() {
  const isWanted = isAwake && !document.hidden;
  if (!isWanted) {
    lock?.release?.();
    lock = null;
  } else if (!lock || lock.released) {
    const asked = (lock = {}); // one question at a time; when it is refused, no other until the page is seen again
    lock = (await navigator.wakeLock?.request("screen").catch(() => null)) ?? asked;
    if (!isAwake) hold();
  }
}
