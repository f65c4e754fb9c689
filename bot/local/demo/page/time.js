// Times of messages, and Discord's <t:…> stamps, of which the relative ones keep counting.

import { el } from "./dom.js";

const relative = new Intl.RelativeTimeFormat("en", { numeric: "always" });
const clock = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit" });
const STYLES = {
  t: { timeStyle: "short" },
  T: { timeStyle: "medium" },
  d: { dateStyle: "short" },
  D: { dateStyle: "long" },
  f: { dateStyle: "long", timeStyle: "short" },
  F: { dateStyle: "full", timeStyle: "short" },
};
const UNITS = [["year", 31536000], ["month", 2592000], ["day", 86400], ["hour", 3600], ["minute", 60], ["second", 1]];

export function messageTime(iso) {
  const date = new Date(iso);
  const days = Math.round((startOfDay(new Date()) - startOfDay(date)) / 86400000);
  if (days === 0) return `Today at ${clock.format(date)}`;
  if (days === 1) return `Yesterday at ${clock.format(date)}`;
  return `${new Intl.DateTimeFormat("en-GB").format(date)} ${clock.format(date)}`;
}

export const clockTime = (iso) => clock.format(new Date(iso));

export function dayName(iso) {
  return new Intl.DateTimeFormat("en-GB", { dateStyle: "long" }).format(new Date(iso));
}

export function startOfDay(date) {
  return new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime();
}

export function stamp(seconds, style) {
  const date = new Date(seconds * 1000);
  if (Number.isNaN(date.getTime())) return null;
  const node = el("time", { class: "stamp", datetime: date.toISOString(), title: date.toString() });
  if (style === "R") {
    node.dataset.relative = String(seconds);
    node.textContent = relativeText(seconds);
  } else {
    node.textContent = new Intl.DateTimeFormat("en-GB", STYLES[style] ?? STYLES.f).format(date);
  }
  return node;
}

export function keepCounting() {
  setInterval(() => {
    for (const node of document.querySelectorAll("time[data-relative]")) {
      const text = relativeText(Number(node.dataset.relative));
      if (node.textContent !== text) node.textContent = text;
    }
  }, 1000);
}

function relativeText(seconds) {
  const away = Math.round(seconds - Date.now() / 1000);
  if (away === 0) return "now";
  const [unit, size] = UNITS.find(([, length]) => Math.abs(away) >= length);
  return relative.format(Math.round(away / size), unit);
}
