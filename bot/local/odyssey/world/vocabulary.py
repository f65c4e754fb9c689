"""The vocabulary: for each thing that a scene can have, the words for it in their base form. Data only."""

ACTORS = {
    "cat": "cat kitten kitty tabby",
    "dog": "dog puppy hound corgi",
    "fox": "fox",
    "wolf": "wolf",
    "horse": "horse pony stallion mare",
    "unicorn": "unicorn",
    "cow": "cow bull",
    "sheep": "sheep lamb goat",
    "pig": "pig piglet",
    "bear": "bear",
    "panda": "panda",
    "rabbit": "rabbit bunny hare",
    "deer": "deer stag fawn",
    "lion": "lion lioness",
    "tiger": "tiger",
    "elephant": "elephant",
    "mouse": "mouse hamster",
    "person": "person man boy guy hiker runner dancer people",
    "woman": "woman girl lady princess queen witch",
    "child": "child kid toddler",
    "knight": "knight warrior soldier",
    "wizard": "wizard mage sorcerer",
    "king": "king emperor",
    "astronaut": "astronaut spaceman cosmonaut",
    "robot": "robot android cyborg",
    "pirate": "pirate",
    "bird": "bird sparrow parrot swallow bluebird",
    "crow": "crow raven blackbird",
    "seagull": "seagull gull dove pigeon",
    "crane": "crane heron stork flamingo swan",
    "penguin": "penguin",
    "duck": "duck duckling chicken",
    "frog": "frog toad",
    "dinosaur": "dinosaur dino t-rex godzilla monster",
    "ghost": "ghost spirit phantom",
    "snowman": "snowman yeti",
    "owl": "owl",
    "butterfly": "butterfly moth",
    "bee": "bee wasp",
    "bat": "bat",
    "dragon": "dragon wyvern",
    "fish": "fish goldfish clownfish salmon shark",
    "whale": "whale dolphin orca",
    "jellyfish": "jellyfish octopus squid",
    "turtle": "turtle tortoise",
    "car": "car taxi automobile truck van",
    "bus": "bus tram",
    "train": "train locomotive railway",
    "bicycle": "bicycle bike motorcycle motorbike",
    "boat": "boat ship sailboat yacht canoe",
    "plane": "plane airplane aeroplane jet",
    "helicopter": "helicopter chopper",
    "rocket": "rocket spaceship shuttle",
    "balloon": "balloon airship blimp",
    "ufo": "ufo saucer alien spacecraft",
    "lighthouse": "lighthouse beacon",
    "castle": "castle palace fortress tower",
    "windmill": "windmill mill",
}
NOBODY = "empty deserted abandoned uninhabited nobody nothing"
PLACES = {
    "meadow": "meadow field grass park garden hill hillside countryside farm prairie lawn plain",
    "mountains": "mountain alps peak cliff valley summit",
    "forest": "forest wood woods jungle tree grove woodland",
    "desert": "desert dune sahara sand canyon",
    "city": "city town street tokyo skyscraper downtown road metropolis building skyline",
    "village": "village house cottage home hamlet roof",
    "room": "room windowsill window indoors bedroom kitchen sofa couch chair",
    "sea": "sea ocean beach coast lake river shore bay island",
    "harbour": "harbour harbor port dock pier quay marina wharf",
    "space": "space moonscape galaxy cosmos orbiting",
    "underwater": "underwater reef coral seabed aquarium",
}
TIMES = {
    "dawn": "dawn sunrise morning daybreak",
    "day": "day noon daylight daytime midday afternoon sunshine bright",
    "sunset": "sunset evening sundown",
    "dusk": "dusk twilight nightfall",
    "night": "night midnight moonlight nighttime starry dark darkness",
}
WEATHER = {
    "clear": "clear sunny cloudless",
    "cloudy": "cloudy overcast",
    "rain": "rain rainy drizzle downpour raindrop shower",
    "storm": "storm thunderstorm lightning thunder stormy tempest hurricane",
    "snow": "snow snowy snowfall blizzard snowflake snowstorm",
    "fog": "fog foggy mist misty haze hazy smoke",
    "wind": "wind windy breeze gust",
}
SEASONS = {
    "spring": "spring blossom springtime",
    "summer": "summer summertime hot warm",
    "autumn": "autumn fall autumnal leaf foliage",
    "winter": "winter wintry frost cold christmas",
}
# Parts of the scenery that are added to a place, or that only a colour makes worth naming.
THINGS = {
    "sky": "sky heaven horizon",
    "moon": "moon",
    "stars": "star",
    "sun": "sun",
    "planet": "planet mars",
    "lanterns": "lantern lampion",
    "flowers": "flower rose tulip daisy lily poppy bloom sunflower lavender orchid",
    "wheat": "wheat corn barley crop",
    "ground": "ground soil",
    "water": "water wave",
    "clouds": "cloud",
    "everything": "everything everyone world light",
}
# What comes with a thing: an aspect of the scene, and its value.
IMPLIED = {
    "moon": ("time", "night"),
    "stars": ("time", "night"),
    "sun": ("weather", "clear"),
    "clouds": ("weather", "cloudy"),
    "planet": ("place", "space"),
    "water": ("place", "sea"),
}
MATERIALS = {
    "glass": "glass crystal transparent translucent",
    "ice": "ice icy frozen freeze froze",
    "paper": "paper origami cardboard",
    "stone": "stone marble granite",
    "wood": "wooden timber",
    "metal": "metal metallic steel iron chrome",
    "glow": "glow shine luminous glowing",
    "neon": "neon",
}
MOODS = {
    "calm": "calm peaceful quiet serene relaxed cozy cosy gentle normal",
    "happy": "happy cheerful joyful merry playful joy fun",
    "sad": "sad gloomy melancholy lonely sorrow bleak",
    "spooky": "spooky scary eerie haunted creepy horror halloween nightmare",
    "romantic": "romantic love romance tender lovely",
    "magical": "magical magic dreamy enchanted fairy fantasy mystical surreal dream mysterious",
    "epic": "epic dramatic heroic legendary fierce battle apocalypse",
}
EFFECTS = {
    "rainbow": "rainbow",
    "aurora": "aurora borealis",
    "fireworks": "firework explosion explode celebrate celebration",
    "flames": "fire flame burn volcano lava",
    "hearts": "heart kiss hug valentine",
    "notes": "music song melody guitar piano chime bell",
    "sparkles": "sparkle glitter twinkle spell wand stardust",
    "fireflies": "firefly",
    "confetti": "confetti party birthday",
    "meteors": "meteor comet asteroid",
    "bubbles": "bubble",
    "petals": "petal",
}
ACTIONS = {
    "walk": "walk stroll wander march",
    "run": "run sprint gallop race hurry speed rush fast",
    "chase": "chase hunt",
    "jump": "jump leap hop bounce",
    "fly": "fly soar glide float hover drift",
    "sleep": "sleep nap rest doze yawn",
    "sit": "sit stand wait stay pause",
    "look": "look watch stare gaze",
    "eat": "eat drink munch graze feed",
    "stretch": "stretch",
    "wave": "wave greet",
    "sing": "sing howl",
    "dance": "dance twirl boogie",
    "spin": "spin rotate roll whirl",
    "swim": "swim dive paddle",
    "launch": "launch liftoff takeoff",
    "rise": "rise ascend",
    "land": "land descend alight",
    "pass": "pass",
    "circle": "circling",
}
CAMERAS = {
    "zoom in": "closeup close-up",
    "zoom out": "wide panorama",
    "shake": "shake earthquake tremble",
    "orbit": "orbit circle",
}
SIZES = {
    "big": "big giant huge large enormous gigantic massive",
    "small": "small tiny little mini miniature",
}
COUNTS = {
    "2": "two pair couple both",
    "3": "three some several few",
    "4": "four",
    "5": "five many flock herd group swarm",
    "6": "six dozen crowd lots",
    "1": "one single",
}
COLOURS = {
    "red": "red crimson scarlet",
    "orange": "orange",
    "yellow": "yellow blonde",
    "green": "green emerald",
    "blue": "blue azure",
    "purple": "purple violet lilac",
    "pink": "pink magenta",
    "black": "black",
    "white": "white",
    "grey": "grey gray",
    "brown": "brown",
    "gold": "gold golden",
    "silver": "silver",
    "turquoise": "turquoise cyan teal",
}

# Phrases whose words would mean something else one by one.
PHRASES: dict[tuple[str, str], str] = {
    ("camera", "zoom in"): "zoom in|zooms in|zooming in|close up|move closer|moves closer",
    ("camera", "zoom out"): "zoom out|zooms out|zooming out|pull back|pulls back",
    ("camera", "left"): "pan left|pans left|panning left",
    ("camera", "right"): "pan right|pans right|panning right",
    ("camera", "up"): "tilt up|tilts up|camera up",
    ("camera", "down"): "tilt down|tilts down|camera down",
    ("camera", "still"): "camera still|hold still|stop moving",
    ("action", "circle"): "in circles|in a circle",
    ("action", "pass"): (
        "glides past|flies past|goes past|runs past|drives past|drifts past|passes by|goes by|flies by"
    ),
    ("effect", "aurora"): "northern lights|polar lights",
    ("effect", "meteors"): "shooting star|shooting stars",
    ("effect", "leaves"): "falling leaves",
    ("actor", "balloon"): "hot air balloon|hot air balloons",
    ("action", "launch"): "lift off|lifts off|take off|takes off|blast off|blasts off",
    ("time", "sunset"): "golden hour",
}

IRREGULAR = (
    "men:man women:woman children:child mice:mouse wolves:wolf leaves:leaf geese:seagull puppies:puppy "
    "ran:run flew:fly swam:swim slept:sleep lying:sleep asleep:sleep sat:sit stood:stand ate:eat sang:sing "
    "rose:rise burnt:burn"
)

# What joins a quality to what it is said of, and what takes a thing away from being spoken of.
COPULAS = "is are was were be become becomes turn turns turned turning get gets grow grows go goes painted"
PREPOSITIONS = """
over above in on at under below beneath behind near by beside through across along around into onto to from
with between among amid past within inside outside off next
"""

# Words that say nothing about the picture by themselves.
SMALL = """
a an the and or but of in on at to from into onto with by for over under above below behind near next
through across along around off out up down is are was were be been being am it its his her their our my
your this that these those there here then now suddenly slowly quickly very really so as while when where
who which he she they we you i him them us me has have had do does did can could will would should may
might let make makes made get gets go goes going come comes coming came start starts begin begins keep
keeps add put show see scene picture video camera please again another more most much all every
appears appear arrives among amid between beside past beneath within turning turned painted made old young
new cross crosses crossing outside inside front back side turn turns become becomes change changes
like just no not without stop stops air it's something someone falls falling fell
"""
