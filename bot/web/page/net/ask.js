// Requests that end.

export class RefusedError extends Error {
  // `askedFor`: so many milliseconds the other side wants to be left alone.
  constructor({ status, headers }) {
    super(`status ${status}`);
    const header = headers.get("Retry-After");
    const ms = /^\d+$/.test(header) ? 1000 * header : Date.parse(header) - Date.now();
    Object.assign(this, { status, askedFor: ms > 0 ? ms : 0 });
  }
}

// What `read` makes of a good answer. Rejects with RefusedError for another, and after `ms`, body included.
export async function ask(url, { ms, signal, ...options }, read) {
  const end = new AbortController();
  const stop = () => end.abort();
  setTimeout(stop, ms);
  signal.addEventListener("abort", stop);
  const answer = await fetch(url, { ...options, signal: end.signal });
  if (!answer.ok) throw new RefusedError(answer);
  return read(answer);
}
