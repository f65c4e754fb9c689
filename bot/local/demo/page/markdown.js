// Discord's markdown, the part that bots and people use, straight into nodes.

import { el, webUrl } from "./dom.js";
import { withGlyphs } from "./glyphs.js";
import { stamp } from "./time.js";

const DEPTH_LIMIT = 12;
const PAIRS = [
  ["***", () => { const inner = el("em"); return [el("strong", {}, inner), inner]; }],
  ["**", () => one("strong")],
  ["__", () => one("u")],
  ["~~", () => one("s")],
  ["*", () => one("em")],
  ["_", () => one("em")],
];
const LINK = /https?:\/\/[^\s<>"]+/y;
const MASKED = /\[([^\]\n]{1,400})\]\(<?(https?:\/\/[^\s<>)]{1,1000})>?(?: "[^"\n]{0,200}")?\)/y;
const ANGLE = /<(?:@[!&]?(\d{1,20})|#(\d{1,20})|t:(-?\d{1,13})(?::([tTdDfFR]))?|a?:(\w{2,32}):\d{1,20}|\/([^:<>\n]{1,100}):\d{1,20}|(https?:\/\/[^\s<>]{1,1000}))>/y;
const EVERYONE = /@(?:everyone|here)\b/y;

// `names` turns IDs into names: {user(id), role(id), channel(id)}.
export function markdown(text, names) {
  const out = document.createDocumentFragment();
  blocks(String(text).split("\n"), out, names, 0);
  return out;
}

// For one-line places as reply previews: the same text without its marks.
export function plainText(text, names) {
  const holder = el("div");
  holder.append(markdown(text, names));
  return holder.textContent.replace(/\s+/g, " ").trim();
}

function blocks(lines, out, names, depth) {
  let paragraph = [];
  const flush = () => {
    if (paragraph.length) out.append(el("div", { class: "md-p" }, lineBreaks(paragraph, names, depth)));
    paragraph = [];
  };
  for (let i = 0; i < lines.length; i += 1) {
    const line = lines[i];
    const fence = line.indexOf("```");
    if (fence >= 0) {
      const rest = [line.slice(fence + 3), ...lines.slice(i + 1)].join("\n");
      const end = rest.indexOf("```");
      if (end >= 0) {
        if (fence > 0) paragraph.push(line.slice(0, fence));
        flush();
        out.append(el("pre", {}, el("code", { text: rest.slice(0, end).replace(/^\w*\n/, "").replace(/\n$/, "") })));
        const used = rest.slice(0, end).split("\n").length - 1;
        lines = [...lines.slice(0, i + 1), rest.slice(end + 3).split("\n")[0], ...lines.slice(i + 1 + used)];
        if (lines[i + 1] === "") lines.splice(i + 1, 1);
        continue;
      }
    }
    const heading = /^(#{1,3}) +(\S.*)$/.exec(line);
    if (heading) {
      flush();
      out.append(el("div", { class: `md-h md-h${heading[1].length}`, role: "heading", "aria-level": "3" }, inline(heading[2], names, depth)));
    } else if (line.startsWith("-# ")) {
      flush();
      out.append(el("div", { class: "md-sub" }, inline(line.slice(3), names, depth)));
    } else if (line.startsWith(">>> ") && depth < DEPTH_LIMIT) {
      flush();
      out.append(quote([line.slice(4), ...lines.slice(i + 1)], names, depth));
      return;
    } else if (line.startsWith("> ") && depth < DEPTH_LIMIT) {
      flush();
      const quoted = [];
      while (i < lines.length && lines[i].startsWith("> ")) quoted.push(lines[i++].slice(2));
      i -= 1;
      out.append(quote(quoted, names, depth));
    } else if (/^ {0,6}(?:[-*]|\d{1,9}\.) +\S/.test(line)) {
      flush();
      const ordered = /^ *\d/.test(line);
      const items = [];
      const start = ordered ? /\d+/.exec(line)[0] : null;
      const pattern = ordered ? /^( {0,6})\d{1,9}\. +(\S.*)$/ : /^( {0,6})[-*] +(\S.*)$/;
      for (let match; i < lines.length && (match = pattern.exec(lines[i])); i += 1) {
        items.push(el("li", { class: match[1].length > 1 ? "md-nested" : null }, inline(match[2], names, depth)));
      }
      i -= 1;
      out.append(el(ordered ? "ol" : "ul", { start }, items));
    } else {
      paragraph.push(line);
    }
  }
  flush();
}

function quote(lines, names, depth) {
  const node = el("blockquote");
  blocks(lines, node, names, depth + 1);
  return node;
}

function lineBreaks(lines, names, depth) {
  // Parsed as one text, so that **bold** may span lines.
  return inline(lines.join("\n"), names, depth);
}

function inline(text, names, depth) {
  const out = [];
  let plain = "";
  const push = (node) => {
    if (plain) out.push(...withBreaks(plain));
    plain = "";
    out.push(node);
  };
  let i = 0;
  while (i < text.length) {
    const found = special(text, i, names, depth);
    if (found) {
      push(found.node);
      i = found.end;
    } else if (text[i] === "\\" && /[\\*_~`|<>[\]()#\-@:]/.test(text[i + 1] ?? "")) {
      plain += text[i + 1];
      i += 2;
    } else {
      plain += text[i];
      i += 1;
    }
  }
  if (plain) out.push(...withBreaks(plain));
  return out;
}

function special(text, i, names, depth) {
  const char = text[i];
  if (char === "`") {
    const ticks = text.startsWith("``", i) ? "``" : "`";
    const end = text.indexOf(ticks, i + ticks.length);
    if (end > i + ticks.length) return { node: el("code", { text: text.slice(i + ticks.length, end) }), end: end + ticks.length };
  }
  if (char === "h") {
    const match = at(LINK, text, i);
    if (match) {
      const url = match[0].replace(/[.,:;!?)'\]*_~|]+$/, "");
      if (webUrl(url)) return { node: link(url, url), end: i + url.length };
    }
  }
  if (char === "[" && depth < DEPTH_LIMIT) {
    const match = at(MASKED, text, i);
    if (match && webUrl(match[2])) return { node: link(match[2], ...inline(match[1], names, DEPTH_LIMIT)), end: i + match[0].length };
  }
  if (char === "<") {
    const match = at(ANGLE, text, i);
    const node = match && angle(match, names);
    if (node) return { node, end: i + match[0].length };
  }
  if (char === "@") {
    const match = at(EVERYONE, text, i);
    if (match) return { node: el("span", { class: "mention", text: match[0] }), end: i + match[0].length };
  }
  if (text.startsWith("||", i) && depth < DEPTH_LIMIT) {
    const end = text.indexOf("||", i + 2);
    if (end > i + 2) return { node: spoiler(inline(text.slice(i + 2, end), names, depth + 1)), end: end + 2 };
  }
  return depth < DEPTH_LIMIT ? paired(text, i, names, depth) : null;
}

function paired(text, i, names, depth) {
  for (const [mark, make] of PAIRS) {
    if (!text.startsWith(mark, i) || /\s/.test(text[i + mark.length] ?? " ")) continue;
    if (mark === "_" && /\w/.test(text[i - 1] ?? "")) continue;
    let end = text.indexOf(mark, i + mark.length);
    // A closing mark does not follow a space, and a longer run belongs to the longer mark.
    while (end > 0 && (/\s/.test(text[end - 1]) || (mark.length === 1 && text[end + 1] === mark))) {
      end = text.indexOf(mark, end + (text[end + 1] === mark ? 2 : 1));
    }
    // "**a *b***": the run of three closes the inner mark first.
    if (mark === "**" && text[end + 2] === "*") end += 1;
    if (end <= i + mark.length - 1 || end === i + mark.length) continue;
    if (mark === "_" && /\w/.test(text[end + 1] ?? "")) continue;
    const [outer, inner] = make();
    inner.append(...inline(text.slice(i + mark.length, end), names, depth + 1));
    return { node: outer, end: end + mark.length };
  }
  return null;
}

function angle([whole, mention, channel, seconds, style, emoji, command, url], names) {
  if (mention) {
    const name = whole.startsWith("<@&") ? names.role(mention) : names.user(mention);
    return el("span", { class: "mention", text: `@${name ?? "unknown"}` });
  }
  if (channel) return el("span", { class: "mention", text: `#${names.channel(channel) ?? "unknown"}` });
  if (seconds) return stamp(Number(seconds), style ?? "f");
  if (emoji) return document.createTextNode(`:${emoji}:`);
  if (command) return el("span", { class: "mention", text: `/${command}` });
  return webUrl(url) ? link(url, url) : null;
}

function link(url, ...children) {
  return el("a", { href: webUrl(url), target: "_blank", rel: "noopener noreferrer" }, children);
}

function spoiler(children) {
  const hidden = el("span", { class: "spoiler-text" }, children);
  const node = el("button", { type: "button", class: "spoiler", "aria-label": "Spoiler: show" }, hidden);
  node.addEventListener("click", () => {
    node.classList.add("shown");
    node.removeAttribute("aria-label");
  });
  return node;
}

function one(tag) {
  const node = el(tag);
  return [node, node];
}

function at(pattern, text, index) {
  pattern.lastIndex = index;
  return pattern.exec(text);
}

function withBreaks(text) {
  return text.split("\n").flatMap((line, index) => [...(index ? [el("br")] : []), ...withGlyphs(line)]);
}
