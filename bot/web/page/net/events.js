// Server-sent events by fetch: unlike EventSource it says why it was refused, and hears the heartbeat.

import { times } from "../times.js";
import { RefusedError } from "./ask.js";

// Yields each as {event, data, …} until the server ends the stream. Rejects when it is refused, breaks, is silent for
// too long or ended by `end`. `memory` is of the last id and the wished retry; `heard` is called at signs of life.
export async function* events(url, { end, memory, heard }) {
  const stop = () => end.abort();
  let timer = setTimeout(stop, times.answer);
  try {
    const headers = memory.id ? { "Last-Event-ID": memory.id } : {};
    const answer = await fetch(url, { headers, cache: "no-store", signal: end.signal });
    if (!answer.ok) throw new RefusedError(answer);
    if (!answer.headers.get("Content-Type")?.startsWith("text/event-stream")) throw new TypeError("no events");
    const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
    for (let text = ""; ; ) {
      clearTimeout(timer);
      timer = setTimeout(stop, times.silence);
      const { value, done } = await reader.read();
      if (done) return;
      heard();
      const blocks = (text + value.replaceAll("\r", "")).split("\n\n");
      text = blocks.pop();
      for (const block of blocks) {
        const event = Object.fromEntries([...block.matchAll(/^(\w+): ?(.*)$/gm)].map((line) => line.slice(1)));
        for (const field of ["id", "retry"]) memory[field] = event[field] ?? memory[field];
        if (event.data) yield event;
      }
    }
  } finally {
    clearTimeout(timer);
    stop();
  }
}
