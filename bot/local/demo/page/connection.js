// One websocket to the demo: changes come in, requests go out, and it comes back by itself when it breaks.

const RETRY_MS = [300, 600, 1200, 2500, 5000];

export class Connection extends EventTarget {
  #ws = null;
  #as = "";
  #tries = 0;
  #nonce = 0;
  #waiting = new Map();

  // Opens (or opens anew) as this user.
  open(as) {
    this.#as = as;
    const old = this.#ws;
    this.#ws = null;
    old?.close();
    this.#connect();
  }

  // Resolves to the answer: {} when it worked, {failed: sentence}, {modal}, {choices}, {commands}.
  ask(kind, body) {
    const ws = this.#ws;
    if (ws?.readyState !== WebSocket.OPEN) return Promise.resolve({ failed: "The demo is not connected just now." });
    const nonce = String((this.#nonce += 1));
    ws.send(JSON.stringify({ ask: kind, nonce, ...body }));
    return new Promise((resolve) => this.#waiting.set(nonce, resolve));
  }

  #connect() {
    const ws = new WebSocket(`ws://${location.host}/live?as=${encodeURIComponent(this.#as)}`);
    const waiting = new Map();
    this.#ws = ws;
    this.#waiting = waiting;
    ws.addEventListener("message", (event) => this.#receive(ws, JSON.parse(event.data)));
    ws.addEventListener("close", () => {
      for (const resolve of waiting.values()) resolve({ failed: "The connection broke." });
      if (ws !== this.#ws) return;
      this.dispatchEvent(new Event("lost"));
      const delay = RETRY_MS[Math.min(this.#tries, RETRY_MS.length - 1)];
      this.#tries += 1;
      setTimeout(() => ws === this.#ws && this.#connect(), delay);
    });
  }

  #receive(ws, data) {
    if (ws !== this.#ws) return;
    if (data.type === "result") {
      this.#waiting.get(data.nonce)?.(data);
      this.#waiting.delete(data.nonce);
      return;
    }
    this.#tries = 0;
    this.dispatchEvent(new CustomEvent(data.type, { detail: data }));
  }
}
