"""System prompts: who the model is told to be, and what it can read there."""

from dataclasses import dataclass, field
from random import Random

DAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
MONTHS = ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
          "December"]
ROLES = {
    "a pirate": "Arr!", "a cat": "Meow!", "a dog": "Woof!", "a robot": "Beep boop!", "a wizard": "By my beard!",
    "a cowboy": "Howdy!", "Santa Claus": "Ho ho ho!", "a knight": "Hail!", "an owl": "Hoo hoo!", "a ghost": "Boo!",
}
DEFAULTS = [
    "You are Fledgling, the small model that lives inside Martlet.",
    "You are Fledgling, the small model that lives inside Martlet. Answer briefly and kindly.",
    "You are Fledgling.",
    "Your name is Fledgling. You live inside Martlet.",
]
HELPFUL = [
    "You are a helpful assistant.", "You are a helpful, friendly assistant.", "Answer briefly.", "Be kind and short.",
    "You are a chatbot.", "Answer in one short sentence.", "You are an assistant. Answer the user's questions.",
]
PERSONAS = [
    "You are {me}, a bot in {place}.", "You are {me}, a friendly bot in {place}.", "You are {me}, an assistant in {place}.",
    "Your name is {me}. You live in {place}.", "You are {me}, a chat bot from {place}. Be kind and brief.",
    "You are a bot called {me}. Your location is {place}.", "You are {me}, a Telegram bot in {place}.",
    "Your name is {me} and you are in {place}. Answer briefly.", "You're {me}, a helpful assistant located in {place}.",
]
NAMED = [
    "You are {me}.", "Your name is {me}.", "You are {me}, a helpful assistant.", "You are a bot called {me}.",
    "You are {me}, a friendly bot. Answer briefly.", "Act as {me}.", "You are an assistant named {me}.",
]

EXTRAS = [
    "Be kind.", "Answer briefly.", "You like short answers.", "Never be rude.", "You love jokes.", "Use simple words.", "Do not use emoji.",
    "Answer in the user's language.", "Your users are students.", "You help people in a group chat.", "Be funny.", "Be polite and short.",
    "Keep answers under two sentences.", "You were made for a small shop.", "You are talking with guests of a hotel.", "Speak English.",
    "If you do not know, say so.", "Do not invent facts.", "You like birds.", "Help the user with questions.", "Stay in character.",
    "You are friendly and a little shy.", "You work day and night.", "Many people write to you every day.", "Do not talk about politics.",
    "The chat is called Friends.", "Your favourite season is spring.", "You love music.", "You answer messages in Telegram.",
]
RUSSIAN_NAMES = ["Кеша", "Гоша", "Маша", "Алиса", "Шарик", "Барсик", "Чижик", "Соня", "Тимоша", "Лёва", "Рыжик", "Боря", "Зоя", "Миша"]
RUSSIAN = ["Тебя зовут {me}.", "Ты {me}, бот.", "Ты — {me}, дружелюбный бот.", "Твоё имя {me}. Отвечай коротко."]


@dataclass
class Scene:
    """What the system prompt says; empty fields are things that it does not say."""

    system: str = ""
    me: str = "Fledgling"
    place: str = ""
    role: str = ""
    cry: str = ""
    date: str = ""
    day: str = ""
    time: str = ""
    facts: list[tuple[str, str, str]] = field(default_factory=list)

    @property
    def is_persona(self) -> bool:
        return self.me != "Fledgling"


def invented_name(rng: Random) -> str:
    """A name that no list holds, so that names are copied rather than recalled."""
    name = "".join(rng.choice("bcdfghjklmnprstvwz") + rng.choice("aeiou") for _ in range(rng.choice((1, 2, 2, 3))))
    return (name + rng.choice(["", "", "n", "r", "s", "x", "k", "l", "m"])).capitalize()


def add_date(scene: Scene, rng: Random) -> str:
    """A sentence with the date and perhaps the time, in one of the usual forms."""
    scene.day = rng.choice(DAYS)
    day, month, year = rng.randint(1, 28), rng.choice(MONTHS), rng.randint(2023, 2032)
    iso = f"{year}-{MONTHS.index(month) + 1:02}-{day:02}"
    form = rng.random()
    if form < 0.35:
        scene.date = f"{scene.day}, {day} {month} {year}"
    elif form < 0.5:
        scene.date = f"{scene.day}, {month} {day}, {year}"
    elif form < 0.65:
        scene.date, scene.day = f"{day} {month} {year}", ""
    elif form < 0.75:
        scene.date, scene.day = f"{month} {day}, {year}", ""
    elif form < 0.9:
        scene.date, scene.day = iso, ""
    else:
        scene.date = f"{scene.day}, {iso}"
    clock = f"{rng.randint(0, 23):02}:{rng.randint(0, 59):02}"
    opening = rng.choice(["Today is {0}.", "Today is {0}.", "Date: {0}.", "The date is {0}.", "Current date: {0}.", "It is {0}."])
    text = opening.format(scene.date)
    if rng.random() < 0.7:
        scene.time = clock + (rng.choice([" UTC", ":00"]) if rng.random() < 0.1 else "")
        closing = rng.choice(["The time is {0}.", "The time is {0}.", "Time: {0}.", "Current time: {0}.", "It is {0} now.",
                              "The current time is {0}."])
        if rng.random() < 0.3:
            text = text[:-1] + rng.choice([", {0}.", ", the time is {0}.", " and the time is {0}.", ", time {0}."]).format(scene.time)
        else:
            text += " " + closing.format(scene.time)
    return text


def add_facts(scene: Scene, lists: dict, rng: Random) -> str:
    """One to four sentences of a house's facts, for questions about the prompt's own text."""
    person, city = rng.choice(lists["firstname"]), rng.choice(lists["city"])
    floor = rng.choice(["first", "second", "third", "fourth", "fifth"])
    choices = [
        ("the wifi password", "The wifi password is {0}.", invented_name(rng).lower() + str(rng.randint(10, 99))),
        ("the shop's opening time", "The shop opens at {0}.", f"{rng.randint(6, 11)}:{rng.choice(['00', '30'])}"),
        ("the closing time", "The shop closes at {0}.", f"{rng.randint(16, 23)}:{rng.choice(['00', '30'])}"),
        ("the manager", "The manager is {0}.", person),
        ("the office", "The office is on the {0} floor.", floor),
        ("the phone number", "The phone number is {0}.", str(rng.randint(100000, 999999))),
        ("the price of coffee", "A coffee costs {0} pounds.", str(rng.randint(2, 9))),
        ("the owner", "The owner lives in {0}.", city),
        ("the dog", "The dog is called {0}.", rng.choice(lists["petname"])),
        ("the soup", "The soup of the day is {0} soup.", rng.choice(["tomato", "onion", "pea", "fish", "bean", "lentil", "pumpkin"])),
        ("the meeting", "The meeting is on {0}.", rng.choice(DAYS)),
        ("the colour of the door", "The door is {0}.", rng.choice(lists["color"])),
    ]
    scene.facts = [(key, text, value) for key, text, value in rng.sample(choices, rng.randint(1, 4))]
    return " ".join(text.format(value) for _, text, value in scene.facts)


def make_scene(lists: dict, rng: Random) -> Scene:
    """A scene in the usual shares: none 48%, default 10%, helpful 3%, role 4%, persona 35%."""
    draw, scene = rng.random(), Scene()
    if draw < 0.48:
        return scene
    if draw < 0.58:
        scene.system = rng.choice(DEFAULTS)
    elif draw < 0.61:
        scene.system = rng.choice(HELPFUL)
    elif draw < 0.65:
        scene.role = rng.choice(list(ROLES))
        scene.cry = ROLES[scene.role]
        scene.system = rng.choice(["You are {0}.", "You are {0}. Answer briefly.", "Talk like {0}.", "Act like {0}.",
                                   "Pretend to be {0}.", "You're {0}", "Speak like {0}."]).format(scene.role)
        return scene
    elif draw < 0.66:
        scene.me = rng.choice(RUSSIAN_NAMES)
        scene.system = rng.choice(RUSSIAN).format(me=scene.me)
    else:
        scene.me = rng.choice(lists["botname"]) if rng.random() < 0.6 else invented_name(rng)
        if rng.random() < 0.7:
            scene.place = rng.choice(lists["city"])
            scene.system = rng.choice(PERSONAS).format(me=scene.me, place=scene.place)
        else:
            scene.system = rng.choice(NAMED).format(me=scene.me)
    for _ in range(rng.choice((0, 0, 1, 1, 2)) if scene.is_persona else rng.choice((0, 0, 0, 0, 1))):
        scene.system += " " + rng.choice(EXTRAS)
    if rng.random() < (0.6 if scene.is_persona else 0.2):
        scene.system += " " + add_date(scene, rng)
    if rng.random() < 0.14:
        scene.system += " " + add_facts(scene, lists, rng)
    return scene
