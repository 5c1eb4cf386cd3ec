"""Questions answered from the tables of the intents: yes or no, either-or, sizes."""

from random import Random

from grammar import DATA, read_intents

TABLES = read_intents([DATA / "facts.txt"])
SIZES = ["an ant", "a bee", "a mouse", "a rabbit", "a cat", "a dog", "a sheep", "a pig", "a lion", "a horse", "a cow", "an elephant", "a whale"]

PLAIN = {"red", "blue", "green", "yellow", "white", "black", "orange", "brown", "pink", "grey", "purple"}


def capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def yes_no(scene, lists, rng: Random) -> list[tuple[str, str]]:
    """A true or false statement about a table's row, as a question."""
    kind = rng.random()
    if kind < 0.4:
        row = rng.choice(TABLES["capital"].rows)
        other = rng.choice(TABLES["capital"].rows)
        right = rng.random() < 0.5 or other["capital"] == row["capital"]
        city = row["capital"] if right else other["capital"]
        asked = rng.choice(["is {0} the capital of {1}", "is the capital of {1} {0}", "{0} is the capital of {1}, right"]).format(city, row["country"])
        return [(asked, f"{'Yes' if right else 'No'}, the capital of {row['country']} is {row['capital']}.".replace("..", "."))]
    rows = [row for row in TABLES["colour"].rows if row["color"] in PLAIN]
    row = rng.choice(rows)
    other = rng.choice([color for color in sorted(PLAIN) if color != row["color"]])
    thing, color = row["thing"], row["color"]
    if kind < 0.65:
        pair = [color, other]
        rng.shuffle(pair)
        return [(f"is {thing} {pair[0]} or {pair[1]}", f"{capital(thing)} is {color}.")]
    if kind < 0.85:
        right = rng.random() < 0.5
        return [(f"is {thing} {color if right else other}", f"{'Yes' if right else 'No'}, {thing} is {color}.")]
    row = rng.choice(TABLES["opposite"].rows)
    return [(rng.choice(["is {0} the opposite of {1}", "what is not {1} but the opposite"]).format(row["opposite"], row["word"])
             if rng.random() < 0.5 else f"if something is not {row['word']}, what is it",
             f"The opposite of {row['word']} is {row['opposite']}.")]


def sizes(scene, lists, rng: Random) -> list[tuple[str, str]]:
    """Compares two animals."""
    a, b = rng.sample(SIZES, 2)
    big, little = (a, b) if SIZES.index(a) > SIZES.index(b) else (b, a)
    if rng.random() < 0.5:
        word = rng.choice(["bigger", "larger", "bigger", "heavier"])
        return [(rng.choice([f"which is {word}, {a} or {b}", f"what is {word}, {a} or {b}", f"{a} or {b}, which is {word}"]),
                 f"{capital(big)} is bigger than {little}.")]
    return [(f"is {a} {rng.choice(['bigger', 'larger'])} than {b}",
             f"{'Yes' if a == big else 'No'}, {a} is {'bigger' if a == big else 'smaller'} than {b}.")]


def greet_other(scene, lists, rng: Random) -> list[tuple[str, str]]:
    """Greets somebody whom the user names."""
    who = rng.choice(lists["firstname"])
    return [(rng.choice(["say hello to {0}", "say hi to {0}", "greet {0}", "my friend {0} is here, say hello", "please say hello to {0}",
                         "can you say hi to my friend {0}"]).format(who), f"Hello, {who}!")]
