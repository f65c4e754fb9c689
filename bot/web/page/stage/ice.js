// The ICE servers that a service names, if any, but for those over which a browser would throw: it says itself which.

import { ask } from "../net/ask.js";
import { times } from "../times.js";

export async function iceServers(url, signal) {
  try {
    const config = await ask(`${new URL(url).origin}/config`, { ms: times.config, signal }, (answer) => answer.json());
    return config.iceServers.filter(isUsable);
  } catch {
    return [];
  }
}

function isUsable(server) {
  try {
    new RTCPeerConnection({ iceServers: [server] }).close();
    return true;
  } catch {
    return false;
  }
}
