// Pictures that are pasted or dropped: each is sent at once, as a message without words.

import { encodeFile } from "./modal.js";

export function takePictures(node, app) {
  const take = (event, list) => {
    const files = [...(list?.files ?? [])].filter((file) => file.type.startsWith("image/"));
    if (!files.length) return;
    event.preventDefault();
    send(files);
  };
  const send = async (files) => app.run("a picture", "send", { content: "", files: await Promise.all(files.map(encodeFile)) });
  node.addEventListener("paste", (event) => take(event, event.clipboardData));
  node.addEventListener("dragover", (event) => event.preventDefault());
  node.addEventListener("drop", (event) => take(event, event.dataTransfer));
}
