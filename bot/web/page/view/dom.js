// The page's elements, and how they are changed.

const TURNING = /[\u200e\u200f\u202a-\u202e\u2066-\u2069]/g; // the element they stand in finds their direction
const HEAPS = /(\p{M}{3})\p{M}+/gu; // more marks on a letter than any script needs

export const page = {}; // by ID
for (const node of document.querySelectorAll("[id]")) page[node.id] = node;

export function el(tag, className, ...children) {
  const node = document.createElement(tag);
  node.className = className;
  node.append(...children);
  return node;
}

// Only what is new is written: whoever reads or selects the rest is not disturbed. With nothing to say the node is hidden.
export function say(node, text) {
  const words = text || "";
  if (node.textContent !== words) node.textContent = words;
  node.hidden = !words;
}

// Words from outside, on one line: nothing in them turns or covers what is around them.
export function plain(text) {
  return text.replace(TURNING, "").replace(HEAPS, "$1").replace(/\s+/g, " ").trim();
}
