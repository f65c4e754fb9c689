// Message components (V2 and classic), embeds and attachments as nodes.
//
// `ctx` is what they need: names (for markdown), act(kind, body) for clicks and choices, busy(custom_id),
// watch(url) for Watch links, about() for what the message is about, attachments of the message, people and channels for entity selects.

import { el, icon, isLoopback, sizeText, webUrl } from "./dom.js";
import { withGlyphs } from "./glyphs.js";
import { markdown } from "./markdown.js";
import { menuOf, openByKey } from "./selects.js";
import { messageTime } from "./time.js";

const BUTTON_STYLES = { 1: "primary", 2: "secondary", 3: "success", 4: "danger", 5: "link" };

export function renderComponents(components, ctx) {
  return components.map((component) => render(component, ctx));
}

function render(component, ctx) {
  switch (component.type) {
    case 1: return el("div", { class: "row" }, renderComponents(component.components, ctx));
    case 2: return button(component, ctx);
    case 3: case 5: case 6: case 7: case 8: return select(component, ctx);
    case 9: return el("div", { class: "section" },
      el("div", { class: "section-text" }, renderComponents(component.components, ctx)),
      el("div", { class: "section-accessory" }, render(component.accessory, ctx)));
    case 10: return el("div", { class: "text" }, markdown(component.content, ctx.names));
    case 11: return el("div", { class: "thumbnail" }, picture(component.media, component, ctx));
    case 12: return gallery(component.items, ctx);
    case 13: return fileCard(fileOf(component, ctx));
    case 14: return el("hr", { class: `separator spacing-${component.spacing === 2 ? 2 : 1}${component.divider === false ? " bare" : ""}` });
    case 17: return container(component, ctx);
    default: return el("div", { class: "unknown", text: "This page cannot show this part." });
  }
}

function container(component, ctx) {
  const node = el("div", { class: "container" }, renderComponents(component.components, ctx));
  if (component.accent_color !== null && component.accent_color !== undefined) {
    node.classList.add("accented");
    node.style.setProperty("--accent", colour(component.accent_color));
  }
  return component.spoiler ? veil(node) : node;
}

function button(component, ctx) {
  const label = [component.emoji?.name && !component.emoji.id ? `${component.emoji.name} ` : "", component.label ?? ""].join("").trim();
  if (component.style === 5) {
    const href = webUrl(component.url);
    const node = el("a", { class: "button link", href, target: "_blank", rel: "noopener noreferrer", "data-key": `link:${component.url}` }, withGlyphs(label), icon("open"));
    if (component.disabled || !href) node.setAttribute("aria-disabled", "true");
    node.addEventListener("click", (event) => {
      if (component.disabled || ctx.watch(component.url)) event.preventDefault();
    });
    return node;
  }
  const busy = ctx.busy(component.custom_id);
  const node = el("button", {
    type: "button",
    class: `button ${BUTTON_STYLES[component.style] ?? "secondary"}${busy ? " busy" : ""}`,
    disabled: Boolean(component.disabled),
    "aria-busy": busy ? "true" : null,
    "data-key": component.custom_id,
  }, el("span", {}, withGlyphs(label)));
  node.addEventListener("click", () => {
    if (!ctx.busy(component.custom_id)) ctx.act("click", { custom_id: component.custom_id });
  });
  return node;
}

// A choice of one is sent when it is made, a choice of several by a button.
function select(component, ctx) {
  const several = (component.max_values ?? 1) > 1;
  const busy = ctx.busy(component.custom_id);
  const menu = menuOf(component, ctx, { disabled: Boolean(component.disabled) || busy, "aria-busy": busy ? "true" : null, "data-key": component.custom_id });
  const send = () => ctx.act("select", { custom_id: component.custom_id, values: menu.values() });
  if (several) return el("div", { class: "select-wrap" }, menu.node, el("button", { type: "button", class: "button secondary", disabled: Boolean(component.disabled) || busy, text: "Choose", "data-key": `${component.custom_id}:send`, onclick: send }));
  menu.node.addEventListener("change", send);
  return el("div", { class: "select-wrap" }, openByKey(menu.node));
}

function gallery(items, ctx) {
  return el("div", { class: `gallery count-${Math.min(items.length, 4)}` }, items.map((item) => el("div", { class: "gallery-item" }, picture(item.media, item, ctx))));
}

// A picture or a film; `item` has description and spoiler.
function picture(media, item, ctx) {
  const stored = ctx.attachments.find((attachment) => attachment.id === media.attachment_id || attachment.url === media.url);
  const kind = media.content_type ?? stored?.content_type ?? guessKind(media.url);
  if (!isLoopback(media.url)) return foreign(media.url);
  const size = stored ?? media;
  const node = kind.startsWith("video/")
    ? el("video", { src: media.url, controls: true, preload: "metadata", playsinline: true, "aria-label": ["Video", item.description, ctx.about(), stored?.filename].filter(Boolean).join(", ") })
    : el("img", { src: media.url, alt: item.description ?? "", loading: "lazy", width: size.width, height: size.height });
  if (node.tagName === "IMG") node.addEventListener("click", () => enlarge(node));
  node.addEventListener("error", () => node.replaceWith(el("div", { class: "media-gone", text: "This picture or film can no longer be loaded." })));
  return item.spoiler ? veil(node) : node;
}

function enlarge(image) {
  const dialog = el("dialog", { class: "lightbox", "aria-label": image.alt || "Picture", onclick: () => dialog.close() }, el("img", { src: image.src, alt: image.alt }));
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
}

function foreign(url) {
  const href = webUrl(url);
  return el("div", { class: "media-foreign" }, "Not loaded here: ", href ? el("a", { href, target: "_blank", rel: "noopener noreferrer", text: href }) : "an unknown address");
}

function veil(content) {
  const node = el("div", { class: "veil" }, content, el("button", { type: "button", class: "veil-button", text: "Spoiler" }));
  node.lastChild.addEventListener("click", () => node.classList.add("shown"));
  return node;
}

export function renderEmbeds(embeds, ctx) {
  return embeds.map((embed) => {
    const node = el("div", { class: "embed" });
    if (embed.color !== null && embed.color !== undefined) node.style.setProperty("--accent", colour(embed.color));
    const body = el("div", { class: "embed-body" });
    if (embed.author?.name) body.append(el("div", { class: "embed-author" }, linked(embed.author.name, embed.author.url)));
    if (embed.title) body.append(el("div", { class: "embed-title" }, embed.url ? linked(embed.title, embed.url) : markdown(embed.title, ctx.names)));
    if (embed.description) body.append(el("div", { class: "embed-description" }, markdown(embed.description, ctx.names)));
    if (embed.fields?.length) {
      body.append(el("dl", { class: "embed-fields" }, embed.fields.map((field) => el("div", { class: field.inline ? "inline" : null },
        el("dt", {}, markdown(field.name, ctx.names)), el("dd", {}, markdown(field.value, ctx.names))))));
    }
    node.append(body);
    if (embed.thumbnail?.url) node.append(el("div", { class: "embed-thumbnail" }, picture(embed.thumbnail, {}, ctx)));
    if (embed.image?.url) node.append(el("div", { class: "embed-image" }, picture(embed.image, {}, ctx)));
    if (embed.video?.url) node.append(el("div", { class: "embed-image" }, picture(embed.video, {}, ctx)));
    const footer = [embed.footer?.text, embed.timestamp && messageTime(embed.timestamp)].filter(Boolean).join(" • ");
    if (footer) node.append(el("div", { class: "embed-footer", text: footer }));
    return node;
  });
}

// Uploads that no embed shows already.
export function renderAttachments(attachments, embeds, ctx) {
  const shown = new Set(embeds.flatMap((embed) => [embed.image?.url, embed.thumbnail?.url]));
  const rest = attachments.filter((attachment) => !shown.has(attachment.url));
  const media = rest.filter((attachment) => /^(image|video)\//.test(attachment.content_type ?? ""));
  const files = rest.filter((attachment) => !media.includes(attachment));
  return [
    media.length ? gallery(media.map((attachment) => ({ media: attachment, description: attachment.description, spoiler: attachment.filename.startsWith("SPOILER_") })), ctx) : null,
    ...files.map((file) => fileCard({ name: file.filename, size: file.size, url: file.url })),
  ];
}

function fileOf(component, ctx) {
  const stored = ctx.attachments.find((attachment) => attachment.url === component.file.url);
  return { name: component.name ?? stored?.filename ?? "file", size: component.size ?? stored?.size, url: component.file.url };
}

function fileCard({ name, size, url }) {
  const label = isLoopback(url) ? el("a", { href: url, download: name, text: name }) : el("span", { text: name });
  return el("div", { class: "file-card" }, icon("file"), el("div", {}, label, el("div", { class: "file-size", text: size ? sizeText(size) : "" })));
}

function linked(text, url) {
  const href = url && webUrl(url);
  return href ? el("a", { href, target: "_blank", rel: "noopener noreferrer", text }) : document.createTextNode(text);
}

const colour = (number) => `#${(Number(number) & 0xffffff).toString(16).padStart(6, "0")}`;

function guessKind(url) {
  return /\.(mp4|webm|mov)(\?|$)/i.test(url) ? "video/mp4" : "image/png";
}
