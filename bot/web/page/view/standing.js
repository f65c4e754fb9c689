// How it stands, of all that is known: what the badge and the words on the picture say. It knows no page.

import * as texts from "../texts.js";

const SEAM_MS = 2000; // for so long a still picture needs no word: it may be a seam
const JUST_OVER_MS = 15 * 60 * 1000; // for so long what is over is spoken of as that, and its recording waited for

const UNKNOWN = {
  state: "opening", // opening, nothing, after, starting, live, ending, gone
  badge: null, // live, still, starting, ending, recording
  notice: null, // in place of a picture
  isBusy: false, // whether that may change soon
  gap: null, // beside a picture that stands still, or may
  wantsTap: false, // the browser plays nothing by itself
  hasPicture: false,
  isPlaying: false,
};

// `hadPicture`: a picture of this broadcast was seen, which stands still for `stillFor` ms; `now` is the server's.
export function standing({ document, connection, picture }, { hadPicture, stillFor, now }) {
  if (connection === "gone") return { ...UNKNOWN, state: "gone", notice: texts.gone };
  const lost = connection === "lost" ? texts.unreachable : null;
  if (document === null) return { ...UNKNOWN, notice: lost ?? texts.connecting, isBusy: true };
  const { broadcast, last } = document;
  if (broadcast === null) return { ...UNKNOWN, ...between(last, now), gap: lost };
  if (broadcast.state === "live") return { ...UNKNOWN, state: "live", ...live(broadcast, picture.status, hadPicture, stillFor, lost) };
  if (broadcast.state === "ending") return { ...UNKNOWN, state: "ending", badge: "ending", hasPicture: hadPicture, ...said(texts.ending, hadPicture) };
  return { ...UNKNOWN, state: "starting", badge: "starting", isBusy: true, notice: lost ?? beginning(broadcast) };
}

export const isJustOver = (last, now) => now - last.ended_at < JUST_OVER_MS;

function live(broadcast, status, hadPicture, stillFor, lost) {
  if (status === "playing") return { badge: "live", isPlaying: true, hasPicture: true, gap: lost };
  if (status === "tap") return { wantsTap: true, hasPicture: hadPicture };
  if (hadPicture && stillFor < SEAM_MS) return { badge: "live", isPlaying: true, hasPicture: true };
  const badge = hadPicture ? "still" : null;
  return { badge, isBusy: true, hasPicture: hadPicture, ...said(lost ?? missing(broadcast, status), hadPicture) };
}

function between(last, now) {
  if (last === null) return { state: "nothing", notice: texts.nothing };
  return { state: isJustOver(last, now) ? "after" : "nothing", badge: last.films > 0 ? "recording" : null };
}

const said = (words, hadPicture) => (hadPicture ? { gap: words } : { notice: words });
const beginning = ({ place_in_pool: place }) => (place ? texts.inLine(place) : texts.starting);

function missing({ coming_back: attempt }, status) {
  if (attempt > 0) return texts.comingBack(attempt);
  return status === "failed" ? texts.noPicture : texts.onItsWay;
}
