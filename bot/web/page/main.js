// The page: what the bot says goes to the stage, and all that is known to the view.

import { Connection } from "./connection.js";
import { Stage } from "./stage/stage.js";
import { View } from "./view/view.js";

const link = location.pathname.replace(/\/+$/, "");
const at = (path) => `${link}/${path}`;
const known = { document: null, connection: "opening", picture: { status: "idle" } };
let broadcast = null; // the key of the one that is followed

const view = new View({ at, tap: () => stage.tap(), pause: () => stage.pause(), mute: (isMuted) => stage.mute(isMuted) });
const stage = new Stage(view.videos, { told: (picture) => draw({ picture }) });
const connection = new Connection(at("events"), {
  told: follow,
  changed: (state) => (state === "gone" && leave(), draw({ connection: state })),
  isWatched: () => !view.isOverlay && stage.isSeen,
});

connection.open();
window.addEventListener("pageshow", () => connection.open()); // out of the browser's cache
window.addEventListener("pagehide", () => {
  connection.close();
  leave();
});

function follow(document) {
  if (document.page !== (known.document ?? document).page) return location.reload(); // the bot was replaced by a newer one
  const key = document.broadcast?.key ?? null;
  if (key !== broadcast) stage.leave({ isOver: true }); // nothing of the one before is held
  broadcast = key;
  if (key && !view.isOverlay) stage.follow(document.broadcast.stream, { live: at("live.m3u8") });
  draw({ document });
}

function leave() {
  broadcast = null;
  stage.leave();
}

function draw(news) {
  view.draw(Object.assign(known, news));
}
