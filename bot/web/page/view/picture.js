// What is drawn on the picture: badge, numbers, words and buttons; and the poster behind.

import texts from "../texts.js";
import { page, plain, say } from "./dom.js";

let posterOf;
page.poster.onload = () => (page.poster.hidden = false);

// `stands` as standing.js says; `address(path)` is where something of the link is; `now` is the server's.
export function drawPicture(stands, { document, picture }, film, address, now) {
  const broadcast = document?.broadcast;
  const offersFilm = film.canPlay && !film.isPlaying && !broadcast;
  say(page.badge, texts.badges[stands.badge]);
  page.badge.dataset.badge = stands.badge;
  const isOn = stands.state === "live" || stands.state === "ending";
  say(page.clock, isOn && clock(broadcast, now));
  say(page.watching, isOn && document.watching && texts.watching(document.watching));
  say(page.caption, broadcast && plain(broadcast.asked_for));
  say(page.gap, film.isPlaying && stands.notice ? texts.isStarting : stands.gap);
  say(page.noticeText, stands.notice);
  page.notice.hidden = !stands.notice || film.isPlaying;
  page.spinner.hidden = !stands.isBusy;
  say(page.tapText, stands.wantsTap ? texts.tap : texts.playFilm);
  page.controls.hidden = !stands.hasPicture;
  page.clip.hidden = stands.state !== "live";
  page.pause.hidden = !stands.isPlaying;
  // The focus goes to the pause that comes in the tap's place; what is hidden takes none.
  if (page.tap.matches(":focus-visible")) page.pause.focus();
  page.tap.hidden = !stands.wantsTap && !offersFilm;
  page.sound.hidden = !picture.hasSound;
  page.sound.dataset.muted = picture.isMuted;
  page.sound.ariaLabel = picture.isMuted ? texts.soundOn : texts.soundOff;
  if (document) drawPoster(document, address);
}

// The newest picture of what is on, or was, if there is one: asked for once for each.
function drawPoster({ picture }, address) {
  if (picture === posterOf) return;
  posterOf = picture;
  page.poster.hidden = true;
  if (picture) page.poster.src = `${address("picture.jpg")}?${picture}`;
}

function clock({ began_at: began, ends_at: ends }, now) {
  const left = ends !== null && texts.left(Math.max(0, Math.ceil((ends - now) / 1000)));
  return [began !== null && elapsed(Math.floor((now - began) / 1000)), left].filter(Boolean).join(" · ");
}

function elapsed(seconds) {
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  const two = (number) => String(number).padStart(2, "0");
  return `${hours ? `${hours}:${two(minutes)}` : minutes}:${two(seconds % 60)}`;
}
