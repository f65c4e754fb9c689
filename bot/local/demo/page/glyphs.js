// The few emoji that the bot and this page use, drawn: not every machine has a font with them.

import { el } from "./dom.js";

const SVG = "http://www.w3.org/2000/svg";
// Shapes in a square of 24: [path, colour] is filled, [path, colour, width] is a line.
const GLYPHS = {
  "🔴": [["M12 2a10 10 0 1 0 0 20 10 10 0 0 0 0-20Z", "#e5484d"]],
  "⏳": [["M5 2h14v3H5zM5 19h14v3H5z", "#c99a5b"], ["M7 5h10c0 4-3 5-3.6 7C14 14 17 15 17 19H7c0-4 3-5 3.6-7C10 10 7 9 7 5Z", "#cfe6f5"], ["M8.5 7h7c-.6 1.8-2.4 2.7-3.5 4-1.1-1.3-2.9-2.2-3.5-4ZM8 19c.8-2.6 2.7-2.8 4-4.2 1.3 1.4 3.2 1.6 4 4.2Z", "#f0b849"]],
  "⏹": [["M5 2h14a3 3 0 0 1 3 3v14a3 3 0 0 1-3 3H5a3 3 0 0 1-3-3V5a3 3 0 0 1 3-3Z", "#4a7dd6"], ["M7.5 7.5h9v9h-9z", "#fff"]],
  "⏸": [["M5 2h14a3 3 0 0 1 3 3v14a3 3 0 0 1-3 3H5a3 3 0 0 1-3-3V5a3 3 0 0 1 3-3Z", "#4a7dd6"], ["M8 7.5h3v9H8zM13 7.5h3v9h-3z", "#fff"]],
  "⚠": [["M12 2.5 23 21.5H1Z", "#f5c242"], ["M11 9h2l-.4 6h-1.2zM11 16.8h2v2h-2z", "#2b2410"]],
  "🗳": [["M2 11h20v10H2z", "#8793ab"], ["M6 12.5h12V14H6z", "#2f3648"], ["M8 2h8v10.5H8z", "#f3f5fa"], ["m9.8 6.8 1.6 1.7 3-3.5", "#4a7dd6", 1.6]],
  "🔄": [["M4 2h16a2 2 0 0 1 2 2v16a2 2 0 0 1-2 2H4a2 2 0 0 1-2-2V4a2 2 0 0 1 2-2Z", "#4a7dd6"], ["M6.5 11a5.6 5.6 0 0 1 10-3M17.5 13a5.6 5.6 0 0 1-10 3", "#fff", 2], ["M18 4.5v5h-5zM6 19.5v-5h5z", "#fff"]],
  "🏆": [["M7 2h10v7a5 5 0 0 1-10 0ZM10.5 13h3v5h-3zM6.5 18h11v3.5h-11z", "#f5c242"], ["M7 4H3c0 4 1.5 6.5 5 7M17 4h4c0 4-1.5 6.5-5 7", "#d99a2b", 1.8]],
  "✨": [["M10 3c1 6 3 8 9 9-6 1-8 3-9 9-1-6-3-8-9-9 6-1 8-3 9-9Z", "#f5c242"], ["M19 2c.4 2.4 1.2 3.2 3.5 3.5-2.3.4-3.1 1.2-3.5 3.5-.4-2.3-1.2-3.1-3.5-3.5 2.3-.3 3.1-1.1 3.5-3.5Z", "#f5c242"]],
  "🟩": [["M4 2h16a2 2 0 0 1 2 2v16a2 2 0 0 1-2 2H4a2 2 0 0 1-2-2V4a2 2 0 0 1 2-2Z", "#6aa84f"]],
  "🟨": [["M4 2h16a2 2 0 0 1 2 2v16a2 2 0 0 1-2 2H4a2 2 0 0 1-2-2V4a2 2 0 0 1 2-2Z", "#f5c242"]],
  "🟥": [["M4 2h16a2 2 0 0 1 2 2v16a2 2 0 0 1-2 2H4a2 2 0 0 1-2-2V4a2 2 0 0 1 2-2Z", "#e5484d"]],
  "🟦": [["M4 2h16a2 2 0 0 1 2 2v16a2 2 0 0 1-2 2H4a2 2 0 0 1-2-2V4a2 2 0 0 1 2-2Z", "#55acee"]],
  "✅": [["M4 2h16a2 2 0 0 1 2 2v16a2 2 0 0 1-2 2H4a2 2 0 0 1-2-2V4a2 2 0 0 1 2-2Z", "#3f9d4f"], ["m6.5 12.5 4 4 7-9", "#fff", 3]],
  "❌": [["M4 4l16 16M20 4 4 20", "#e5484d", 4.5]],
  "❔": [["M7.5 8a4.5 4.5 0 1 1 6.8 3.9C12.7 13 12 13.8 12 15.5", "#d5dbe8", 3], ["M10.3 18.5h3.4v3.4h-3.4z", "#d5dbe8"]],
  "📨": [["M5 5h17v14H5z", "#e8ecf4"], ["m5 6 8.5 7L22 6", "#6f7c95", 1.8], ["M1 9h5M2 12.5h4M3 16h3", "#6f7c95", 1.6]],
  "🎬": [["M2 10h20v11H2z", "#4d566b"], ["m2 9 1-5 19-1.5V6.5Z", "#e8ecf4"], ["m5 4-1.6 4.7M11 3.5 9 8M17 3l-2.5 4.4", "#2b3142", 2.2]],
  "↩": [["M10 4 3 11l7 7M4 11h10a6 6 0 0 1 6 6v2", "#8fb4ff", 3]],
  "✏": [["M3 21l1.5-5.5L16 4l4 4L8.5 19.5Z", "#f5c242"], ["M16 4l1.5-1.5a1.5 1.5 0 0 1 2 0l2 2a1.5 1.5 0 0 1 0 2L20 8Z", "#e88a9a"], ["M3 21l1.5-5.5 4 4Z", "#f3e2c0"], ["M3 21l.7-2.5 1.800 1.800Z", "#2b2410"]],
  "👍": [["M2 11h4v10H2z", "#4a7dd6"], ["M7 21V11l4-8c2 0 3 1 3 3v4h6a2 2 0 0 1 2 2.5l-2 7A2 2 0 0 1 18 21Z", "#f5c242"]],
  "❤": [["M12 21C5 15.5 2 12 2 8a5 5 0 0 1 10-1.5A5 5 0 0 1 22 8c0 4-3 7.5-10 13Z", "#e5484d"]],
  "🔥": [["M12 2c1 5 6 7 6 13a6 6 0 0 1-12 0c0-3 1.5-4 2-7 2 1 3 2 3 4 1.5-2.5 2-6 1-10Z", "#f2792b"], ["M12 13c.5 2.5 3 3 3 5.5a3 3 0 0 1-6 0c0-2.5 2.5-3 3-5.5Z", "#f9cf57"]],
  "😂": [["M12 2a10 10 0 1 0 0 20 10 10 0 0 0 0-20Z", "#f5c242"], ["M6.5 13h11a5.5 5.5 0 0 1-11 0Z", "#6b3b14"], ["M6 10.5c.6-1.6 2.8-1.6 3.4 0M14.6 10.5c.6-1.6 2.8-1.6 3.4 0", "#6b3b14", 1.5], ["M4 12c-1.8 1.6-2.6 3-1.8 4S5 16 4 12ZM20 12c1.8 1.6 2.6 3 1.8 4S19 16 20 12Z", "#5aa9f0"]],
  "👀": [["M7 4c3 0 4.5 3.6 4.5 8S10 20 7 20s-4.5-3.6-4.5-8S4 4 7 4ZM17 4c3 0 4.5 3.6 4.5 8S20 20 17 20s-4.5-3.6-4.5-8S14 4 17 4Z", "#eef1f7"], ["M6 9a2.3 3 0 1 0 0 6 2.3 3 0 0 0 0-6ZM16 9a2.3 3 0 1 0 0 6 2.3 3 0 0 0 0-6Z", "#23283a"]],
};
const ANY = new RegExp(`(${Object.keys(GLYPHS).join("|")})\uFE0F?`, "u");

// A text in pieces, to be put into a node: the emoji among it are drawn, and are still there for who copies or listens.
export function withGlyphs(text) {
  const pieces = [];
  let rest = String(text);
  for (let found; (found = ANY.exec(rest)); rest = rest.slice(found.index + found[0].length)) {
    if (found.index) pieces.push(rest.slice(0, found.index));
    pieces.push(el("span", { class: "glyph" }, el("span", { text: found[0] }), draw(GLYPHS[found[1]])));
  }
  if (rest) pieces.push(rest);
  return pieces;
}

function draw(shapes) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  for (const [d, colour, width] of shapes) {
    const path = document.createElementNS(SVG, "path");
    path.setAttribute("d", d);
    path.setAttribute(width ? "stroke" : "fill", colour);
    if (width) {
      path.setAttribute("fill", "none");
      path.setAttribute("stroke-width", String(width));
      path.setAttribute("stroke-linecap", "round");
      path.setAttribute("stroke-linejoin", "round");
    }
    svg.append(path);
  }
  return svg;
}
