// A clip of what was just seen: asked for by a button, and told what becomes of it.

import texts from "../texts.js";
import { times } from "../times.js";
import { page, say } from "./dom.js";

// `address(path)` is where something of the link is.
export function useClip(address) {
  page.clip.onclick = async () => {
    page.clip.disabled = true;
    say(page.clipWord, texts.clip[await asked(address("clip"))]);
    setTimeout(() => say(page.clipWord, ""), times.word);
    setTimeout(() => (page.clip.disabled = false), times.clip);
  };
}

async function asked(url) {
  const answer = await fetch(url, { method: "POST", signal: AbortSignal.timeout(times.answer) }).catch(() => null);
  return answer?.ok ? "asked" : answer?.status === 429 ? "tooSoon" : "failed";
}
