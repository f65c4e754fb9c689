// What the bot answers to a command that was not typed in the chat, for those who do not see the chat just now.

import { plainText } from "./markdown.js";
import { isPrivate, isThinking, textOf } from "./message-parts.js";

const PATIENCE_MS = 20_000;

export class Answers {
  #id = null;
  #done = () => {};

  // `say(text)` is told what a private answer says, and again when it is edited.
  constructor(say, names) {
    this.say = say;
    this.names = names;
  }

  // Resolves once the message says something; `message` is how it stands now, if it has come already.
  follow(id, message) {
    this.#id = id;
    return new Promise((resolve) => {
      this.#done = resolve;
      setTimeout(resolve, PATIENCE_MS);
      if (message) this.hear(message);
    });
  }

  hear(message) {
    if (message.id !== this.#id || isThinking(message)) return;
    if (isPrivate(message)) this.say(plainText(textOf(message), this.names));
    this.#done();
  }

  // The message is gone; without an ID, whichever it was.
  forget(id = this.#id) {
    if (id !== this.#id) return;
    this.#id = null;
    this.#done();
  }
}
