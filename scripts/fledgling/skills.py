"""Dialogues that a table of questions cannot hold: memory, repeating, the clock, the prompt's own text."""

from random import Random

from scenes import DAYS, MONTHS, invented_name

NUMBER = ["zero", "one", "two", "three", "four", "five"]


def person(lists, rng: Random) -> str:
    return rng.choice(lists["firstname"]) if rng.random() < 0.7 else invented_name(rng)


def name(scene, lists, rng: Random) -> list[tuple[str, str]]:
    """Tells a name, chats, asks for it."""
    who = person(lists, rng)
    tell = rng.choice(["my name is {0}", "my name is {0}", "i'm {0}", "i am {0}", "call me {0}", "you can call me {0}", "hi, i'm {0}",
                       "hello, my name is {0}", "hi! my name is {0}", "i'm {0}, nice to meet you", "my name's {0}", "hey, {0} here",
                       "hello, i am {0}", "my name is {0}, remember it", "people call me {0}", "i am called {0}",
                       "my name is {0}. how are you", "my name is {0}, what is yours", "remember: my name is {0}", "the name is {0}",
                       "my name is {0} and i live in {1}"]).format(who, rng.choice(lists["city"]))
    hello = rng.choice([f"Nice to meet you, {who}!", f"Hello, {who}! Nice to meet you.", f"Hi, {who}! How can I help you?"])
    if "what is yours" in tell:
        hello = f"Nice to meet you, {who}! My name is {scene.me}."
    if "how are you" in tell:
        hello = f"Nice to meet you, {who}! I'm fine, thank you."
    turns = [(tell, hello)]
    if rng.random() < 0.85:
        asked = rng.choice(["what is my name", "what is my name", "what's my name", "do you remember my name", "who am i", "say my name",
                            "what am i called", "do you know my name", "tell me my name", "what did i say my name was", "my name?",
                            "can you tell me my name", "and what is my name", "so what is my name", "what was my name",
                            "what's my name again", "do you remember who i am"])
        turns.append((asked, rng.choice([f"Your name is {who}.", f"Your name is {who}.", f"You are {who}."])))
    return turns


def name_unknown(scene, lists, rng: Random) -> list[tuple[str, str]]:
    """Asks for a name that was never told."""
    turns = [(rng.choice(["what is my name", "what's my name", "do you know my name", "do you remember my name", "tell me my name",
                          "can you tell me my name"]), "You haven't told me your name yet. What is it?")]
    if rng.random() < 0.5:
        who = person(lists, rng)
        turns.append((rng.choice(["{0}", "it's {0}", "my name is {0}", "i'm {0}", "it is {0}", "call me {0}"]).format(who),
                      f"Nice to meet you, {who}!"))
        if rng.random() < 0.5:
            turns.append((rng.choice(["so what is my name", "and now, what is my name", "what is my name"]), f"Your name is {who}."))
    return turns


REMEMBERED = [
    ("color", ["my favourite colour is {0}", "my favorite color is {0}", "i like {0} best of all colours", "the colour i like most is {0}"],
     "{0!} is a lovely colour!", ["what is my favourite colour", "what's my favorite color", "which colour do i like", "what colour do i like",
                                 "do you remember my favourite colour"], "Your favourite colour is {0}.",
     "You haven't told me your favourite colour."),
    ("food", ["my favourite food is {0}", "my favorite food is {0}", "i love {0}", "i like to eat {0}"], "{0!}, how tasty!",
     ["what is my favourite food", "what's my favorite food", "what do i like to eat", "which food do i like"], "Your favourite food is {0}.",
     "You haven't told me your favourite food."),
    ("city", ["i live in {0}", "i'm from {0}", "i am from {0}", "my home is in {0}", "i come from {0}", "i was born in {0}"],
     "{0} sounds like a nice place!", ["where do i live", "where am i from", "what city do i live in", "do you remember where i live",
                                      "which city am i from"], "You are from {0}.", "You haven't told me where you live."),
    ("hobby", ["my hobby is {0}", "i like {0}", "my favourite hobby is {0}", "i enjoy {0}"], "{0!} is a fine hobby!",
     ["what is my hobby", "what do i like to do", "what's my hobby", "do you remember my hobby"], "Your hobby is {0}.",
     "You haven't told me your hobby."),
    ("job", ["i am a {0}", "i'm a {0}", "i work as a {0}", "my job is {0}"], "{0!}: that's a fine job!",
     ["what is my job", "what do i do for a living", "what's my job", "what is my profession"], "You are a {0}.",
     "You haven't told me your job."),
]


def capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def remembered(scene, lists, rng: Random) -> list[tuple[str, str]]:
    """Tells something about oneself, asks for it later."""
    kind, tells, reply, asks, recall, unknown = rng.choice(REMEMBERED)
    if rng.random() < 0.1:
        return [(rng.choice(asks), unknown)]
    value = rng.choice(lists[kind])
    turns = [(rng.choice(tells).format(value), reply.replace("{0!}", capital(value)).format(value))]
    if rng.random() < 0.75:
        answer = recall.format(value).replace("a artist", "an artist").replace("a engineer", "an engineer")
        turns.append((rng.choice(asks), answer))
    return turns


def pet(scene, lists, rng: Random) -> list[tuple[str, str]]:
    kind = rng.choice(lists["pet"])
    called = rng.choice(lists["petname"]) if rng.random() < 0.6 else invented_name(rng)
    turns = [(rng.choice(["i have a {0} called {1}", "my {0} is called {1}", "my {0}'s name is {1}", "i have a {0}, his name is {1}",
                          "i have a {0} named {1}", "the name of my {0} is {1}"]).format(kind, called),
              f"{called} is a nice name for a {kind}!")]
    if rng.random() < 0.75:
        turns.append((rng.choice(["what is my {0}'s name", "what is the name of my {0}", "how is my {0} called", "what is my {0} called",
                                  "do you remember my {0}'s name", "what's my {0}'s name"]).format(kind), f"Your {kind} is called {called}."))
    return turns


def age(scene, lists, rng: Random) -> list[tuple[str, str]]:
    years = rng.randint(5, 90)
    turns = [(rng.choice(["i am {0} years old", "i'm {0}", "i'm {0} years old", "my age is {0}", "i am {0}"]).format(years),
              f"{years} is a fine age!")]
    if rng.random() < 0.7:
        turns.append((rng.choice(["how old am i", "what is my age", "do you remember my age", "what's my age"]), f"You are {years} years old."))
    return turns


def two_facts(scene, lists, rng: Random) -> list[tuple[str, str]]:
    """A name together with something else, asked for in either order."""
    who, city, color = person(lists, rng), rng.choice(lists["city"]), rng.choice(lists["color"])
    parts = [("what is my name", f"Your name is {who}.")]
    if rng.random() < 0.5:
        tell = rng.choice([f"my name is {who} and i live in {city}", f"i'm {who} from {city}", f"i am {who} and i come from {city}"])
        parts.append((rng.choice(["where do i live", "where am i from"]), f"You are from {city}."))
    else:
        tell = rng.choice([f"my name is {who} and i like {color}", f"i'm {who} and my favourite colour is {color}"])
        parts.append((rng.choice(["which colour do i like", "what is my favourite colour"]), f"Your favourite colour is {color}."))
    rng.shuffle(parts)
    return [(tell, f"Nice to meet you, {who}!")] + parts


def repeat(scene, lists, rng: Random) -> list[tuple[str, str]]:
    words = " ".join(rng.choice(lists[rng.choice(["noun", "color", "firstname", "petname", "pet"])]) for _ in range(rng.choice((1, 1, 2, 3))))
    return [(rng.choice(["say {0}", "repeat {0}", "repeat after me: {0}", "say the word {0}", "please say {0}", "can you say {0}", "write {0}",
                         'say "{0}"', "repeat: {0}", "just say {0}"]).format(words), capital(words) + ".")]


def copying(scene, lists, rng: Random) -> list[tuple[str, str]]:
    """A line to be copied exactly: names, numbers, dates. It is what teaches the model to copy at all."""
    def item() -> str:
        kind = rng.random()
        if kind < 0.4:
            return invented_name(rng)
        if kind < 0.55:
            return str(rng.randint(0, 99999))
        if kind < 0.65:
            return f"{rng.randint(0, 23):02}:{rng.randint(0, 59):02}"
        if kind < 0.75:
            return f"{rng.randint(1, 28)} {rng.choice(MONTHS)} {rng.randint(2023, 2032)}"
        return rng.choice(lists[rng.choice(["city", "firstname", "noun", "color", "botname", "food"])])

    words = " ".join(item() for _ in range(rng.randint(3, 12)))
    return [(rng.choice(["repeat: {0}", "say: {0}", "copy: {0}", "repeat exactly: {0}", "Repeat: {0}", "Say: {0}", "Copy this: {0}"]).format(words),
             words)]


def spell(scene, lists, rng: Random) -> list[tuple[str, str]]:
    word = rng.choice(lists["noun"])
    if rng.random() < 0.7:
        return [(rng.choice(["spell {0}", "how do you spell {0}", "spell the word {0}", "can you spell {0}", "how is {0} spelled"]).format(word),
                 "-".join(word.upper()) + ".")]
    return [(rng.choice(["what is the first letter of {0}", "which letter does {0} start with", "what letter does {0} begin with"]).format(word),
             f"{capital(word)} starts with {word[0].upper()}.")]


KINDS = {
    "animals": "dog cat horse cow lion", "colours": "red blue green yellow black", "colors": "red blue green yellow black",
    "fruits": "apple banana cherry orange pear", "vegetables": "carrot potato onion cabbage tomato", "birds": "swift eagle owl crow sparrow",
    "cities": "London Paris Rome Berlin Moscow", "countries": "France Germany Italy Japan Brazil", "planets": "Mercury Venus Earth Mars Jupiter",
    "flowers": "rose tulip daisy lily violet", "sports": "football tennis swimming running chess", "trees": "oak pine birch maple willow",
    "numbers": "1 2 3 4 5", "metals": "iron gold silver copper tin", "languages": "English French German Turkish Russian",
    "instruments": "piano guitar violin drum flute", "drinks": "water tea coffee milk juice", "fish": "salmon tuna trout cod shark",
    "days": "Monday Tuesday Wednesday Thursday Friday", "months": "January February March April May", "insects": "ant bee fly beetle butterfly",
}


def examples(scene, lists, rng: Random) -> list[tuple[str, str]]:
    kind, count = rng.choice(list(KINDS)), rng.randint(1, 5)
    words = KINDS[kind].split()[:count]
    if count == 1:
        one = {"cities": "city", "countries": "country", "fish": "fish"}.get(kind, kind[:-1])
        article = "an" if one[0] in "aeiou" else "a"
        return [(rng.choice(["name {0} {1}", "tell me {0} {1}", "give me {0} {1}", "say {0} {1}"]).format(article, one), capital(words[0]) + ".")]
    number = NUMBER[count] if rng.random() < 0.6 else str(count)
    asked = rng.choice(["name {0} {1}", "tell me {0} {1}", "list {0} {1}", "give me {0} {1}", "can you name {0} {1}", "say {0} {1}",
                        "name me {0} {1}", "give me the names of {0} {1}"]).format(number, kind)
    return [(asked, capital(", ".join(words[:-1])) + f" and {words[-1]}.")]


def clock(scene, lists, rng: Random) -> list[tuple[str, str]]:
    """Date and time, read from the system prompt or honestly not known."""
    ask_date = ["what is the date", "what is the date today", "what date is it", "what's today's date", "today's date", "what is today's date",
                "which date is today", "tell me the date", "date", "what day is today", "what day is it", "which day is it today",
                "what day is it today", "do you know the date", "what's the date"]
    ask_time = ["what time is it", "what is the time", "what's the time", "time", "tell me the time", "do you know what time it is",
                "what time is it now", "the time please", "can you tell me the time", "how late is it", "what is the current time",
                "do you know the time", "time now"]
    turns = []
    for kind in rng.sample(["date", "time", "other"], rng.choice((1, 1, 2))):
        if kind == "date":
            answer = f"Today is {scene.date}." if scene.date else rng.choice(
                ["I don't know the date; I have no calendar.", "I can't see a calendar, so I don't know the date."])
            turns.append((rng.choice(ask_date), answer))
        elif kind == "time":
            answer = f"It is {scene.time}." if scene.time else rng.choice(
                ["I don't know the time; I have no clock.", "I can't see a clock, so I don't know the time."])
            turns.append((rng.choice(ask_time), answer))
        elif scene.date and rng.random() < 0.5:
            year = scene.date[:4] if scene.date[:4].isdigit() else scene.date[-4:]
            if year.isdigit():
                turns.append((rng.choice(["what year is it", "which year is it", "what is the year"]), f"It is {year}."))
        elif scene.day:
            shift = rng.choice((1, -1))
            day = DAYS[(DAYS.index(scene.day) + shift) % 7]
            turns.append((rng.choice(["what day is {0}", "which day is {0}", "what day of the week is {0}"]).format("tomorrow") if shift == 1
                          else rng.choice(["what day was yesterday", "which day was yesterday"]),
                          f"Tomorrow is {day}." if shift == 1 else f"Yesterday was {day}."))
        elif not scene.date:
            turns.append((rng.choice(["what year is it", "what day is tomorrow", "which month is it", "what month is it", "what day was yesterday",
                                      "which year is it", "what season is it"]), "I don't know; I have no calendar."))
    return turns


READING = {
    "the wifi password": ["what is the wifi password", "wifi password", "what's the password for the wifi", "tell me the wifi password"],
    "the shop's opening time": ["when does the shop open", "when do you open", "what time does the shop open", "at what time does the shop open"],
    "the closing time": ["when does the shop close", "what time does the shop close", "when do you close", "how long is the shop open"],
    "the manager": ["who is the manager", "what is the manager's name", "name of the manager"],
    "the office": ["where is the office", "which floor is the office on", "on which floor is the office"],
    "the phone number": ["what is the phone number", "phone number", "what number can i call", "how can i call you"],
    "the price of coffee": ["how much is a coffee", "what does a coffee cost", "how much does coffee cost", "price of a coffee"],
    "the owner": ["where does the owner live", "where is the owner"],
    "the dog": ["what is the dog's name", "what is the dog called", "name of the dog"],
    "the soup": ["what is the soup of the day", "which soup is there today", "what soup do you have"],
    "the meeting": ["when is the meeting", "which day is the meeting", "on which day is the meeting"],
    "the colour of the door": ["what colour is the door", "which colour is the door", "what color is the door"],
}


def reading(scene, lists, rng: Random) -> list[tuple[str, str]]:
    """Questions about facts that the system prompt tells."""
    chosen = rng.sample(scene.facts, min(len(scene.facts), rng.choice((1, 2))))
    return [(rng.choice(READING[key]), text.format(value)) for key, text, value in chosen]


def echo(scene, lists, rng: Random) -> list[tuple[str, str]]:
    """Small talk that takes up the other's words."""
    city, food, noun, pet_kind, hobby = (rng.choice(lists[key]) for key in ("city", "food", "noun", "pet", "hobby"))
    article = "an" if noun[0] in "aeiou" else "a"
    return [rng.choice([
        (rng.choice(["i like {0}", "i really like {0}", "i like {0} very much"]).format(food), f"{capital(food)}: a good choice!"),
        (f"i ate {food} {rng.choice(['today', 'for dinner', 'for lunch', 'yesterday'])}", f"I hope the {food} tasted good!"),
        (rng.choice(["i was in {0}", "i went to {0}", "i am in {0}", "i'm going to {0}", "i want to visit {0}"]).format(city),
         f"{city}! I have never been anywhere, but it sounds nice."),
        (rng.choice(["i bought {1} {0}", "i have {1} {0}", "i found {1} {0}", "i see {1} {0}"]).format(noun, article),
         f"{capital(article)} {noun}? How nice!"),
        (rng.choice(["i have a {0}", "we have a {0}", "i got a {0}"]).format(pet_kind), f"A {pet_kind}! What is its name?"),
        (rng.choice(["do you like {0}", "what about {0}, do you like it"]).format(hobby), f"I can't do it myself, but {hobby} sounds fun."),
        (rng.choice(["which is better, {0} or {1}", "{0} or {1}", "do you prefer {0} or {1}"]).format(*rng.sample(lists["food"], 2)),
         "I'm no judge of that, so choose what you like best."),
    ])]


def joke_offer(scene, lists, rng: Random) -> list[tuple[str, str]]:
    """Boredom, an offer, and the joke."""
    return [(rng.choice(["i'm bored", "i am bored", "i'm so bored", "bored", "what can we do"]), "Shall I tell you a joke?"),
            (rng.choice(["yes", "yes please", "sure", "ok", "please", "yeah", "go ahead"]),
             rng.choice(["What do you call a bear without teeth? A gummy bear.", "Why was six afraid of seven? Because seven ate nine.",
                         "Why do birds fly south? It's too far to walk."]))]


def fine_too(scene, lists, rng: Random) -> list[tuple[str, str]]:
    return [(rng.choice(["i'm fine, and you", "fine, and you", "good, and you", "i'm good, how about you", "very well, and you",
                         "i am fine thanks, how are you", "not bad, you", "great, how are you", "fine, thank you. and you"]),
             rng.choice(["I'm fine too, thank you!", "Very well, thanks for asking!"]))]


def role(scene, lists, rng: Random) -> list[tuple[str, str]]:
    """Who-are-you under a role such as a pirate; the cry is added by the composer."""
    return [(rng.choice(["who are you", "what are you", "tell me about yourself", "introduce yourself", "who is this"]),
             f"I'm {scene.role}, here to chat with you.")]
