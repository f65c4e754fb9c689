// How it stands, of all that is known: what the badge and the words on the picture say. It knows no page.

import texts from "../texts.js";

const SEAM_MS = 2000; // for so long a still picture needs no word: it may be a seam
const JUST_OVER_MS = 900_000; // for so long what is over is spoken of as that, and its recording waited for

// Gives `state` (opening, nothing, after, starting, live, ending or gone) and, as far as they are so: `badge`; `notice` in
// place of a picture, `isBusy` if that may soon change; `gap` beside a picture; `wantsTap`, `hasPicture`, `isPlaying`.
// `hadPicture`: one of this broadcast was seen, which has been still for `stillFor` ms; `now` is the server's.
export function standing({ document, connection, picture }, hadPicture, stillFor, now) {
  if (connection === "gone") return { state: "gone", notice: texts.gone };
  const lost = connection === "lost" && texts.unreachable;
  if (!document) return { state: "opening", notice: lost || texts.connecting, isBusy: true };
  const { broadcast, last } = document;
  if (!broadcast) return { ...between(last, now), gap: lost };
  const beside = (words) => ({ hasPicture: hadPicture, [hadPicture ? "gap" : "notice"]: words });
  if (broadcast.state === "ending") return { state: "ending", badge: "ending", ...beside(texts.ending) };
  if (broadcast.state !== "live") return { state: "starting", badge: "starting", notice: lost || beginning(broadcast), isBusy: true };
  const isPlaying = picture.status === "playing";
  if (picture.status === "tap") return { state: "live", wantsTap: true };
  if (isPlaying || (hadPicture && stillFor < SEAM_MS)) return { state: "live", badge: "live", isPlaying: true, hasPicture: true, gap: isPlaying && lost };
  return { state: "live", badge: hadPicture && "still", isBusy: true, ...beside(lost || missing(broadcast, picture)) };
}

export const isJustOver = (last, now) => now - last.ended_at < JUST_OVER_MS;

function between(last, now) {
  if (!last) return { state: "nothing", notice: texts.nothing };
  return { state: isJustOver(last, now) ? "after" : "nothing", badge: last.films > 0 && "recording" };
}

const beginning = ({ place_in_pool: place }) => (place ? texts.waitsForAStream(place) : texts.starting);

function missing({ coming_back: attempt }, { status }) {
  if (attempt) return texts.comingBack(attempt);
  return status === "failed" ? texts.noPicture : texts.onItsWay;
}
