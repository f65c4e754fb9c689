// Resolves with false when the browser lets nothing play before a tap; what may not sound may be let play without.
export async function plays(video) {
  try {
    await video.play();
  } catch (error) {
    if (error.name !== "NotAllowedError") return true; // another source came meanwhile, and fares as it does
    if (video.muted) return false;
    video.muted = true;
    return plays(video);
  }
  return true;
}
