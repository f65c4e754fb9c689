// One try to have a picture.

import { plays } from "./autoplay.js";

// Opens it, and resolves with whether it plays: with its first frame, or when nothing may play before a tap. Rejects
// when that takes too long or cannot be, and with `signal`; then it is closed. An error may have `askedFor`.
export async function attempt(picture, signal) {
  const end = new AbortController();
  const stop = () => end.abort();
  const stopped = new Promise((_, reject) => end.signal.addEventListener("abort", () => reject(end.signal.reason)));
  signal.addEventListener("abort", stop);
  picture.onlost = stop;
  const connecting = setTimeout(() => picture.isConnected || stop(), picture.limits.connect);
  const showing = setInterval(() => document.hidden || stop(), picture.limits.firstFrame); // unseen none may be painted
  try {
    return await Promise.race([shown(picture, end.signal), stopped]);
  } catch (error) {
    if (!signal.aborted) picture.gaveUp?.();
    picture.close();
    throw error;
  } finally {
    clearTimeout(connecting);
    clearInterval(showing);
    stop();
  }
}

async function shown(picture, signal) {
  await picture.open(signal);
  const { video } = picture;
  return new Promise((resolve) => {
    const seen = () => resolve(true);
    video.addEventListener("loadeddata", () => document.hidden && seen(), { once: true });
    if (video.requestVideoFrameCallback) video.requestVideoFrameCallback(seen);
    else video.addEventListener("timeupdate", seen, { once: true });
    plays(video).then((isAllowed) => isAllowed || resolve(false));
  });
}
