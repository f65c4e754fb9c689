// Builds nodes. Content from outside only ever becomes text or a checked attribute, never HTML.

export function el(tag, props = {}, ...children) {
  const node = document.createElement(tag);
  for (const [key, value] of Object.entries(props)) {
    if (value === undefined || value === null || value === false) continue;
    if (key.startsWith("on")) node.addEventListener(key.slice(2), value);
    else if (key === "text") node.textContent = value;
    else if (value === true) node.setAttribute(key, "");
    else node.setAttribute(key, value);
  }
  node.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

const SVG = "http://www.w3.org/2000/svg";
const PATHS = {
  at: "M16 12a4 4 0 1 1-8 0 4 4 0 0 1 8 0m0 0v1.5a2.5 2.5 0 0 0 5 0V12a9 9 0 1 0-3.5 7.1",
  hash: "M9 4 7 20M17 4l-2 16M4 9h17M3 15h17",
  eye: "M2 12s4-7 10-7 10 7 10 7-4 7-10 7S2 12 2 12Zm10 3a3 3 0 1 0 0-6 3 3 0 0 0 0 6Z",
  open: "M14 4h6v6M20 4l-9 9M18 14v5a1 1 0 0 1-1 1H5a1 1 0 0 1-1-1V7a1 1 0 0 1 1-1h5",
  reply: "M10 8V4L3 11l7 7v-4c5 0 8 1.5 11 5-1-6-4-11-11-11Z",
  more: "M5 12h.01M12 12h.01M19 12h.01",
  smile: "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18ZM8.5 14.5c1.8 2.4 5.200 2.400 7 0M9 9.500h.01M15 9.500h.01",
  file: "M6 3h8l5 5v13H6zM14 3v5h5",
  slash: "M14.500 4 9.500 20",
  close: "M6 6l12 12M18 6 6 18",
  down: "M12 5v14M6 13l6 6 6-6",
  play: "M8 5v14l11-7z",
  plug: "M9 2v6M15 2v6M6 8h12v3a6 6 0 0 1-12 0zM12 17v5",
  sound: "M4 9v6h4l5 4V5L8 9zM16 9c1.500 1.700 1.500 4.300 0 6",
};

export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("class", `icon icon-${name}`);
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", PATHS[name]);
  svg.append(path);
  return svg;
}

// A picture drawn here: initials on a colour that stays the same for a name.
export function avatar(name, { bot = false } = {}) {
  const node = el("span", { class: bot ? "avatar avatar-bot" : "avatar", "aria-hidden": "true" });
  if (bot) {
    node.append(el("span", { class: "avatar-ring" }));
    return node;
  }
  node.textContent = [...name.trim()].slice(0, 1).join("").toUpperCase() || "?";
  node.style.setProperty("--hue", String(hueOf(name)));
  return node;
}

export function hueOf(name) {
  let hash = 7;
  for (const char of name) hash = (hash * 33 + char.codePointAt(0)) % 9973;
  return (hash * 47) % 360;
}

// Only this machine may be fetched from; anything else is shown as a link at most.
export function isLoopback(url) {
  try {
    const parsed = new URL(url);
    return parsed.protocol === "http:" && (parsed.hostname === "127.0.0.1" || parsed.hostname === "localhost");
  } catch {
    return false;
  }
}

export function webUrl(url) {
  try {
    const parsed = new URL(url);
    return parsed.protocol === "http:" || parsed.protocol === "https:" ? parsed.href : null;
  } catch {
    return null;
  }
}

export function sizeText(bytes) {
  if (bytes < 1024) return `${bytes} B`;
  if (bytes < 1024 * 1024) return `${(bytes / 1024).toFixed(1)} KB`;
  return `${(bytes / 1024 / 1024).toFixed(1)} MB`;
}
