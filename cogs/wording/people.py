"""What people read when they ask to be forgotten, or what is kept of them."""

ASK_TO_BE_FORGOTTEN = (
    "## Have yourself forgotten?\n"
    "In all servers with this bot, your name and your Discord ID leave your suggestions, the broadcasts that "
    "you hosted, credits, pages, posts and lists, within a day. What the world took of your words stays, as "
    "nobody's; the rest is deleted. What of yours waits in line is withdrawn, and a broadcast of yours that "
    "runs has no host any more. A mute lasts until its end.\n"
    "This cannot be undone. What you do after it is yours again."
)
WILL_BE_FORGOTTEN = (
    "You will be forgotten within a day, mostly within minutes. You get word when it is done, here or by a "
    "direct message."
)
FORGOTTEN = (
    "You are forgotten: nothing that this bot keeps or shows has your name or your ID any more, but for "
    "backups, which the operator deletes in time, and a mute that you may have."
)
YOUR_DATA = "This is all that the bot keeps of you, in every server. Only you see it."
YOUR_DATA_IS_LARGE = (
    "The bot keeps more of you than fits into a file on Discord. Ask who runs the bot for it, or have "
    "yourself forgotten with `/odyssey forget-me`."
)
ABOUT_YOUR_DATA = (
    "All that this bot keeps of the person with this ID, by table. Dates are in UTC. Who else is in an entry "
    "is left out. What each table is for is told in PRIVACY.md, which comes with the bot."
)
"""At the top of the file."""
EXPLAINED, PERSON, KEPT = "about", "your Discord ID", "kept of you"
"""The file's own fields."""
FILE_NAME = "my-data"
