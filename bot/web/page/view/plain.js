// Words from outside, as they may stand in a line: nothing in them turns or covers what is around them.

const TURNING = /[\u200e\u200f\u202a-\u202e\u2066-\u2069]/g; // the element they stand in finds their direction
const HEAPS = /(\p{M}{3})\p{M}+/gu; // more marks on a letter than any script needs

export function plain(text) {
  return text.replace(TURNING, "").replace(HEAPS, "$1").replace(/\s+/g, " ").trim();
}
