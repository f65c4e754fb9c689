// Every sentence of the page, in English. Another language is another file with the same names.
// Arguments are plain: numbers, and words from outside (which never turn the sentence around them).

export const LANGUAGE = "en";

const plurals = new Intl.PluralRules(LANGUAGE);
const ordinals = new Intl.PluralRules(LANGUAGE, { type: "ordinal" });
const numbers = new Intl.NumberFormat(LANGUAGE);
const ages = new Intl.RelativeTimeFormat(LANGUAGE, { numeric: "auto" });
const ENDINGS = { one: "st", two: "nd", few: "rd", other: "th" };

function ago(seconds) {
  if (seconds < 60) return "just now";
  if (seconds < 3600) return ages.format(-Math.floor(seconds / 60), "minute");
  return seconds < 86400 ? ages.format(-Math.floor(seconds / 3600), "hour") : ages.format(-Math.floor(seconds / 86400), "day");
}

const given = (words) => `\u2068${words}\u2069`;
const counted = (count, one, other) => `${numbers.format(count)} ${plurals.select(count) === "one" ? one : other}`;

export const labels = {
  crowd: "What comes next",
  pause: "Pause",
  fullScreen: "Full screen",
  pictureInPicture: "Picture in picture",
  before: "Previous part",
  after: "Next part",
};
export const soundOn = "Turn the sound on";
export const soundOff = "Turn the sound off";
export const page = "Live broadcast";
export const video = "Live video of the broadcast";
export const badges = { live: "LIVE", still: "NO PICTURE", starting: "STARTING", ending: "ENDING", recording: "RECORDING" };

export const channel = (name) => (name === null ? page : `#${given(name)}`);
export const hosted = (name) => `hosted by ${given(name)}`;
export const liveTitle = (name) => `Live: ${channel(name)}`;
export const idea = (name) => `${given(name)}’s idea`;
export const opening = "The opening";
export const readAll = "Read all";
export const readLess = "Read less";

// What is said of the picture.
export const connecting = "Connecting …";
export const onItsWay = "The picture is on its way …";
export const starting = "The world is being made …";
export const inLine = (place) => `All streams are in use: this broadcast is number ${numbers.format(place)} in line, and starts by itself.`;
export const comingBack = (attempt) =>
  attempt > 1 ? `The world is coming back, ${attempt}${ENDINGS[ordinals.select(attempt)]} try` : "The world is coming back";
export const ending = "The broadcast is ending";
export const tap = "Tap to play";
export const noPicture = "The picture cannot be had just now. Trying again …";
export const unreachable = "The bot cannot be reached just now. Trying again …";
export const gone = "This link was replaced by a new one. It is in the channel.";

// Between two broadcasts.
export const nothing = "Nothing is on just now.";
export const over = "The broadcast is over. Thank you for watching.";
export const brokeOff = "The broadcast broke off.";
export const fellThrough = "The broadcast did not come about.";
export const onItself = "The next broadcast begins here by itself.";
export const isStarting = "The next broadcast is starting …";
export const lastOne = (host, seconds) => `The last broadcast, hosted by ${given(host)}, ${ago(seconds)}`;
export const recordingComes = "Its recording is on its way.";
export const filmFailed = "The recording cannot be played just now.";
export const playFilm = "Play the recording";
export const film = (part, parts) => `The recording, part ${numbers.format(part)} of ${numbers.format(parts)}`;
export const part = (part, parts) => `Part ${numbers.format(part)} of ${numbers.format(parts)}`;

// Numbers on the picture.
export const watching = (count) => `${numbers.format(count)} watching`;
export const left = (seconds) => (seconds < 60 ? `${seconds} s left` : `${Math.round(seconds / 60)} min left`);
export const closes = (seconds) => (seconds > 0 ? `closes in ${seconds} s` : "closing");

// What comes next, in the words of the panel on Discord.
const ofAll = (count, all) => `${numbers.format(count)} of ${counted(all, "vote", "votes")}`;
const inTheLine = (count) => `${numbers.format(count)} in line`;
export const heads = {
  queue: { title: "Next, by turns", how: inTheLine },
  vote: { title: "Vote for what is next", how: () => "" },
  draw: { title: "In the draw", how: (count) => `${inTheLine(count)}: the more people, the better the chance` },
  host: { title: "Next, approved by the moderators", how: inTheLine },
};
export const invitations = {
  queue: "Nothing waits: your idea would be the next.",
  vote: "Suggest something for everybody to vote on.",
  draw: "Suggest something: lots are drawn.",
  host: "Suggest something: the moderators choose.",
};
export const whatNext = "What happens next?";
export const paused = "Suggestions are paused by a moderator.";
export const byWithVotes = (name, count) => `${given(name)} · ${counted(count, "vote", "votes")}`;
export const waitForAPlace = (count) => counted(count, "more waits for a place on the ballot", "more wait for a place on the ballot");
export const won = "Won the vote";
export const wonBy = (name, count, all) => `${given(name)} · ${ofAll(count, all)}`;
export const wonWith = (count, all) => `won the vote, ${ofAll(count, all)}`;
const MODES = { queue: "by turns", vote: "by vote", draw: "by lot", host: "by the moderators" };
export const motion = (name, mode) => `${given(name)} asks to decide ${MODES[mode]} from now on`;
export const standsAt = (count, against, seconds) => `${numbers.format(count)} for, ${numbers.format(against)} against · ${closes(seconds)}`;
export const takePart = (name) => (name === null ? "Take part on Discord" : `Take part in ${channel(name)}`);
export const backTo = (name) => (name === null ? "Back to Discord" : `Back to ${channel(name)}`);

// What is read out, once.
export const said = { live: "The broadcast is live.", after: over };
export const saidPrompt = (words, by) => `Now: ${given(words)}. ${by}.`;
export const saidBallot = "A ballot is open.";
export const saidWinner = (words, by) => `${given(words)} won the vote: ${by}.`;
