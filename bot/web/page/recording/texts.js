// Every sentence of the recording's page, in English. Another language is another file with the same names.

const LANGUAGE = "en";
const plurals = new Intl.PluralRules(LANGUAGE);
const numbers = new Intl.NumberFormat(LANGUAGE);
const dates = new Intl.DateTimeFormat(LANGUAGE, { dateStyle: "long", timeStyle: "short" });

const given = (words) => `\u2068${words}\u2069`;
const counted = (count, one, other) => `${numbers.format(count)} ${plurals.select(count) === "one" ? one : other}`;
const two = (number) => String(number).padStart(2, "0");
const SOMEBODY = "somebody";

export default {
  LANGUAGE,
  video: "The recording",
  when: (date) => dates.format(date),
  title: (prompt) => `${prompt} · Recording`,
  facts: (host, seconds, streams) =>
    [`hosted by ${given(host || SOMEBODY)}`, seconds && length(seconds), streams > 1 && counted(streams, "stream", "streams")].filter(Boolean).join(" · "),
  timeline: "What happened",
  moments: (count) => (count ? counted(count, "idea was sent", "ideas were sent") : "No idea was sent."),
  chapter: (number) => `Stream ${number}`,
  time,
  jump: (at) => `Play from ${time(at)}`,
  by: (names) => {
    const [first, second, ...others] = names.map((name) => given(name || SOMEBODY));
    if (!second) return first ?? "";
    return others.length ? `${first}, ${second} and ${counted(others.length, "other", "others")}` : `${first} and ${second}`;
  },
  made: (words) => `In Odyssey’s words: ${given(words)}`,
  notTaken: "Odyssey did not take it.",
  notRecorded: "not recorded",
  copy: "Copy a link to this moment",
  copied: (at) => `The link to ${time(at)} is copied.`,
  inTheAddress: (at) => `The address leads to ${time(at)} now: copy it from there.`,
  save: "Save the film",
  keys: "Keys: space plays and pauses, ← and → go five seconds, J and K from idea to idea.",
  sheet: "At a glance",
  sheetAlt: "A frame of each chapter of the film",
  clips: "Clips",
  clip: (number) => `Clip ${number}`,
  loading: "Loading …",
  comes: "The recording is on its way. It begins here by itself.",
  failed: "This part cannot be played just now. Please try again in a moment.",
  gone: "This link leads nowhere any more.",
  unreachable: "The bot cannot be reached just now. Trying again …",
};

function time(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60];
  return hours ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`;
}

function length(seconds) {
  if (seconds < 60) return `${Math.round(seconds)} s`;
  return seconds < 3600 ? `${Math.floor(seconds / 60)} min ${two(Math.round(seconds) % 60)} s` : `${Math.floor(seconds / 3600)} h ${Math.round((seconds % 3600) / 60)} min`;
}
