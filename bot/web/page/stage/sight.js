// Whether somebody can see a video just now,
export function isSeen(video) {
  return !document.hidden || isElsewhere(video);
}

// be it in a window that is bound to this element: picture in picture, or a phone's full screen.
export function isElsewhere(video) {
  return video === document.pictureInPictureElement || video.webkitDisplayingFullscreen === true;
}
