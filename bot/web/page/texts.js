// Every sentence of the page, in English. Another language is another file with the same names.
// Arguments are plain: numbers, and words from outside, which never turn the sentence around them.

const LANGUAGE = "en";
const plurals = new Intl.PluralRules(LANGUAGE);
const ordinals = new Intl.PluralRules(LANGUAGE, { type: "ordinal" });
const numbers = new Intl.NumberFormat(LANGUAGE);
const ages = new Intl.RelativeTimeFormat(LANGUAGE);

const ENDINGS = { one: "st", two: "nd", few: "rd", other: "th" };
const MODES = { queue: "by turns", vote: "by vote", draw: "by lot", host: "by the moderators" };

const n = (number) => numbers.format(number);
const given = (words) => `\u2068${words}\u2069`;
/** Who is forgotten has no name. */
const called = (name) => given(name || "somebody");
const counted = (count, one, other) => `${n(count)} ${plurals.select(count) === "one" ? one : other}`;
const votes = (count) => counted(count, "vote", "votes");
const ofAll = (count, all) => `${n(count)} of ${votes(all)}`;
const inLine = (waiting) => `${n(waiting)} in line`;

function ago(minutes) {
  if (minutes < 1) return "just now";
  if (minutes < 60) return ages.format(-Math.floor(minutes), "minute");
  return minutes < 1440 ? ages.format(-Math.floor(minutes / 60), "hour") : ages.format(-Math.floor(minutes / 1440), "day");
}

const texts = {
  LANGUAGE,

  // What buttons and parts of the page are called, by their ID.
  labels: {
    crowd: "What comes next",
    pause: "Pause",
    clip: "Clip: keep the last 15 seconds",
    fullScreen: "Full screen",
    pictureInPicture: "Picture in picture",
    before: "Previous part",
    after: "Next part",
  },
  soundOn: "Turn the sound on",
  soundOff: "Turn the sound off",
  video: "Live video of the broadcast",
  channel: (name) => (name ? `#${given(name)}` : "Live broadcast"),
  title: (name, isLive) => `${isLive ? "Live: " : ""}${texts.channel(name)}`,
  hosted: (name) => `hosted by ${called(name)}`,
  idea: (name) => `${called(name)}’s idea`,
  opening: "The opening",
  reworded: (words) => `In Odyssey’s words: ${given(words)}`,
  readAll: "Read all",
  readLess: "Read less",

  // On the picture, or in its place.
  badges: { live: "LIVE", still: "NO PICTURE", starting: "STARTING", ending: "ENDING", recording: "RECORDING" },
  watching: (count) => `${n(count)} watching`,
  left: (seconds) => (seconds < 60 ? `${seconds} s left` : `${Math.round(seconds / 60)} min left`),
  connecting: "Connecting …",
  onItsWay: "The picture is on its way …",
  starting: "The world is being made …",
  waitsForAStream: (place) => `All streams are in use: this broadcast is number ${n(place)} in line, and starts by itself.`,
  comingBack: (attempt) => `The world is coming back${attempt > 1 ? `, ${attempt}${ENDINGS[ordinals.select(attempt)]} try` : ""}`,
  ending: "The broadcast is ending",
  tap: "Tap to play",
  noPicture: "The picture cannot be had just now. Trying again …",
  unreachable: "The bot cannot be reached just now. Trying again …",
  gone: "This link was replaced by a new one. It is in the channel.",

  clip: {
    asked: "Kept: the clip will be in the channel.",
    tooSoon: "You asked for one just now. Please wait a moment.",
    failed: "No clip could be asked for just now. Please try again.",
  },

  // Between two broadcasts.
  nothing: "Nothing is on just now.",
  over: "The broadcast is over. Thank you for watching.",
  brokeOff: "The broadcast broke off.",
  onItself: "The next broadcast begins here by itself.",
  isStarting: "The next broadcast is starting …",
  lastOne: (host, seconds) => `The last broadcast, hosted by ${called(host)}, ${ago(seconds / 60)}`,
  recordingComes: "Its recording is on its way.",
  playFilm: "Play the recording",
  filmFailed: "The recording cannot be played just now.",
  film: (part, parts) => `The recording, part ${part} of ${parts}`,
  part: (part, parts) => `Part ${part} of ${parts}`,

  // What comes next, in the words of the panel on Discord: a title, and what stands below it while so many wait in line.
  heads: {
    queue: ["Next, by turns", inLine],
    vote: ["Vote for what is next", () => ""],
    draw: ["In the draw", (waiting) => `${inLine(waiting)}: the more people, the better the chance`],
    host: ["Next, approved by the moderators", inLine],
  },
  whatNext: "What happens next?",
  invitations: {
    queue: "Nothing waits: your idea would be the next.",
    vote: "Suggest something for everybody to vote on.",
    draw: "Suggest something: lots are drawn.",
    host: "Suggest something: the moderators choose.",
  },
  paused: "Suggestions are paused by a moderator.",
  closes: (seconds) => (seconds > 0 ? `closes in ${seconds} s` : "closing"),
  byWithVotes: (name, count) => `${called(name)} · ${votes(count)}`,
  waitForAPlace: (count) => counted(count, "more waits for a place on the ballot", "more wait for a place on the ballot"),
  won: "Won the vote",
  wonBy: (name, count, all) => `${called(name)} · ${ofAll(count, all)}`,
  wonWith: (count, all) => `won the vote, ${ofAll(count, all)}`,
  motion: (name, mode) => `${called(name)} asks to decide ${MODES[mode]} from now on`,
  standsAt: (count, against, seconds) => `${n(count)} for, ${n(against)} against · ${texts.closes(seconds)}`,
  takePart: (name) => (name ? `Take part in ${texts.channel(name)}` : "Take part on Discord"),
  backTo: (name) => (name ? `Back to ${texts.channel(name)}` : "Back to Discord"),

  // What is read out, once.
  isLive: "The broadcast is live.",
  saidPrompt: (words, by) => `Now: ${given(words)}. ${by}.`,
  saidBallot: "A ballot is open.",
};

export default texts;
