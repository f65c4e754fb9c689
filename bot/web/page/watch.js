// The watch page: asks the bot how the show stands, and plays the service's video by WHEP.

const POLL_MS = 1500;
const GATHERING_MS = 2000;
const RETRY_MS = 2000;

const video = document.getElementById("video");
const notice = document.getElementById("notice");
const noticeText = document.getElementById("notice-text");
const badge = document.getElementById("badge");
const prompt = document.getElementById("prompt");

let peer = null; // the RTCPeerConnection that plays, or is about to
let playing = null; // the WHEP URL it plays
let session = null; // the WHEP session's URL, to be deleted when leaving

document.getElementById("fullscreen").addEventListener("click", () => video.requestFullscreen?.());
video.addEventListener("playing", () => say(null));
window.addEventListener("pagehide", leave);
follow();

async function follow() {
  for (;;) {
    try {
      const answer = await fetch(`${location.pathname}/show`, { cache: "no-store" });
      if (!answer.ok && answer.status !== 404) throw new Error(`status ${answer.status}`);
      const show = await answer.json();
      if (show.state === "unknown") {
        say("There is no such broadcast. Please check the link.", true);
        return;
      }
      await render(show);
    } catch {
      if (!peer) say("The bot cannot be reached just now. Trying again …");
    }
    await sleep(POLL_MS);
  }
}

async function render(show) {
  if (show.state === "over") {
    session = null; // it went with the stream
    leave();
    badge.hidden = true;
    say("This broadcast is over. Its recording is posted in the channel.", true);
    return;
  }
  prompt.textContent = show.prompt;
  badge.hidden = show.state !== "live";
  if (show.whep && playing !== show.whep.url && playing !== "waiting") await play(show.whep);
  else if (!show.whep) say(show.state === "live" ? "The picture is on its way …" : "The broadcast is starting …");
}

async function play({ url, token }) {
  leave();
  playing = url;
  const mine = (peer = new RTCPeerConnection({ iceServers: await iceServers(url) }));
  const stream = new MediaStream();
  video.srcObject = stream;
  mine.ontrack = ({ track }) => stream.addTrack(track);
  mine.onconnectionstatechange = () => {
    if (mine === peer && ["failed", "closed"].includes(mine.connectionState)) again();
  };
  mine.addTransceiver("video", { direction: "recvonly" });
  mine.addTransceiver("audio", { direction: "recvonly" });
  try {
    await mine.setLocalDescription();
    await gathered(mine);
    const answer = await fetch(`${url}/whep?token=${encodeURIComponent(token)}`, {
      method: "POST",
      headers: { "Content-Type": "application/sdp" },
      body: mine.localDescription.sdp,
    });
    if (answer.status !== 201) throw new Error(`status ${answer.status}`);
    const place = answer.headers.get("Location");
    session = place && new URL(place, url).href;
    await mine.setRemoteDescription({ type: "answer", sdp: await answer.text() });
  } catch {
    if (mine === peer) again();
  }
}

async function iceServers(url) {
  try {
    const answer = await fetch(`${new URL(url).origin}/config`);
    return (await answer.json()).iceServers ?? [];
  } catch {
    return [];
  }
}

function gathered(connection) {
  if (connection.iceGatheringState === "complete") return Promise.resolve();
  const complete = new Promise((resolve) => {
    connection.addEventListener("icegatheringstatechange", () => {
      if (connection.iceGatheringState === "complete") resolve();
    });
  });
  return Promise.race([complete, sleep(GATHERING_MS)]);
}

function again() {
  leave();
  say("The picture was lost. Trying again …");
  playing = "waiting"; // the next poll must not start a second attempt
  setTimeout(() => {
    if (playing === "waiting") playing = null;
  }, RETRY_MS);
}

function leave() {
  if (session) fetch(session, { method: "DELETE", keepalive: true }).catch(() => {});
  peer?.close();
  peer = playing = session = null;
}

function say(text, over = false) {
  notice.hidden = text === null;
  notice.classList.toggle("over", over);
  if (text !== null) noticeText.textContent = text;
}

function sleep(ms) {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
