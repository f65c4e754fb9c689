// Notes each frame that a viewer sees: when, how bright, and the pictures on both sides of a change of element.
() => {
  const [width, height] = [320, 176];
  const seen = { gaps: [], longestGapMs: 0, black: 0, frames: 0, changes: [] };
  const canvas = Object.assign(document.createElement("canvas"), { width, height });
  const pen = canvas.getContext("2d", { willReadFrequently: true });
  let [last, lastAt] = [null, null];
  const look = (video) => {
    const now = performance.now();
    const isOnAir = video.classList.contains("on-air");
    if (!isOnAir && video.classList.contains("before")) lastAt = now; // it is seen until the next one has faded in
    if (isOnAir) {
      if (lastAt !== null && now - lastAt > 150) seen.gaps.push([Math.round(now - lastAt), seen.changes.length]);
      if (lastAt !== null) seen.longestGapMs = Math.max(seen.longestGapMs, now - lastAt);
      const before = last !== null && last !== video ? canvas.toDataURL() : null;
      pen.drawImage(video, 0, 0, width, height);
      const pixels = pen.getImageData(0, 0, width, height).data;
      let light = 0;
      for (let i = 0; i < pixels.length; i += 4 * 97) light += pixels[i] + pixels[i + 1] + pixels[i + 2];
      if (light / (pixels.length / (4 * 97)) < 12) seen.black += 1;
      if (before) seen.changes.push([before, canvas.toDataURL()]);
      [last, lastAt] = [video, now];
      seen.frames += 1;
    }
    video.requestVideoFrameCallback(() => look(video));
  };
  for (const video of document.querySelectorAll("video")) video.requestVideoFrameCallback(() => look(video));
  window.seen = seen;
}
