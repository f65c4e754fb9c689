"""What people read of the commands while they type: what each is for, and its options."""

GROUP = "Live video that the chat steers"
SUGGEST_THIS = "Suggest this"
START_FROM_PICTURE = "Start from this picture"
MUTE_FROM_STEERING = "Mute from steering"
"""They stand in menus: of a message, and the last of a person."""

_MODES = "queue: by turns; vote: a ballot; draw: by lot; host: moderators approve"

START = "Start a live broadcast in this channel"
START_OPTIONS = {
    "prompt": "What the world shows first",
    "image": "A picture that the world begins with",
    "minutes": "How long it lasts; as this server has set it if you leave it out",
    "portrait": "An upright picture, instead of a wide one; as the image is if you leave it out",
    "mode": "How it is decided what happens next; as this server has set it if you leave it out",
}
SAY = "Suggest what happens next"
SAY_OPTIONS = {"prompt": "What should happen next?"}
STATUS = "See how this channel's broadcast stands"
LINK = "Get the link to watch what is on in this channel"
LINK_OPTIONS = {"new": "Revoke the link that there is, and get another one (moderators)"}
CALLVOTE = "Have everybody vote on how it is decided what is next (moderators; viewers if set so)"
CALLVOTE_OPTIONS = {"mode": _MODES}
RECORDING = "Get a past broadcast's recordings, with fresh links"
RECORDING_OPTIONS = {
    "broadcast": "Its number, a date, or words of it; the latest in this channel if you leave it out"
}
CLIP = "Keep the last seconds: they are posted here, with who asked, as soon as they are recorded"
CLIP_OPTIONS = {"seconds": "How many; 15 if you leave it out"}
CREDITS = "Choose whether films of broadcasts name you for what you suggested"
CREDITS_OPTIONS = {"named": "Whether you are named"}
END = "End this channel's broadcast (its host, or a moderator)"

MODE = "Choose how it is decided what happens next (moderators)"
MODE_OPTIONS = {"mode": _MODES}
PAUSE = "Take no suggestions for the moment (moderators)"
RESUME = "Take suggestions again (moderators)"
PANIC = "Stop suggestions, empty the line and show something safe (moderators)"
LIST = "See this server's past broadcasts (moderators of the server)"
LIST_OPTIONS = {
    "person": "Who hosted them, or had an idea applied in them",
    "period": "When: 14 July, July 2026, last week, 1 May to 3 June; by UTC",
    "state": "How they stand",
    "text": "Words that they began with, or that were applied; the last may be only its beginning",
}
AUDIT = "See what moderators did lately, and which votes were called (moderators of the server)"
HEALTH = "See how Odyssey has answered in the last hour, and what to do about it (moderators)"

MUTE = "Keep somebody from steering for a while (moderators of the server)"
MUTE_OPTIONS = {"person": "Who", "minutes": "For how long"}
UNMUTE = "Let somebody steer again (moderators of the server)"
UNMUTE_OPTIONS = {"person": "Who"}
MUTES = "See who is muted from steering, and until when (moderators of the server)"

FORGET_ME = "Have your name and your ID leave all that this bot keeps and shows"
MY_DATA = "Get all that this bot keeps of you, as a file"

SETTINGS = "Show or change this server's settings (moderators of the server)"
SETTINGS_OPTIONS = {
    "name": "Which setting",
    "value": "Its new value; lists with commas",
    "file": "Settings to import, as exported here",
}
ACCOUNT = "See, set or remove this server's own Odyssey account (who may manage the server)"
WORDS = "Show or import the list of blocked words (moderators of the server)"
WORDS_OPTIONS = {
    "file": "A list as people publish it: a word or phrase on each line, CSV or JSON",
    "how": "Add its words to the list, or have them in place of it; add if you leave it out",
}
