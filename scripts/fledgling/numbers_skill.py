"""Sums, comparisons and counting, with the answers computed."""

from random import Random

WORDS = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
         "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen", "twenty"]
SIGNS = {"+": ["+", " + ", " plus ", " and "], "-": ["-", " - ", " minus "], "*": ["*", " * ", "x", " x ", " times ",
         " multiplied by "], "/": ["/", " / ", " divided by "]}
ASK = ["what is {0}", "what is {0}", "{0}", "{0}", "{0} =", "how much is {0}", "calculate {0}", "what's {0}", "can you calculate {0}",
       "what does {0} make", "solve {0}", "{0} is what", "what is the result of {0}", "do you know {0}", "tell me {0}", "{0} equals",
       "compute {0}", "how much makes {0}", "whats {0}", "what do you get for {0}"]
NEXT = ["and {0}", "now {0}", "{0}", "what about {0}", "and what is {0}", "ok, {0}", "next: {0}"]
THINGS = ["apples", "books", "eggs", "birds", "coins", "cookies", "pens", "balls", "cats", "cups", "flowers", "oranges", "sweets",
          "stones", "cars", "fish", "toys", "stars", "euros", "dollars"]


def held_out(sign: str, a: int, b: int) -> bool:
    """Whether a sum is kept out of training, so that the evaluation can ask it: about one in twenty-five."""
    if max(a, b) <= 5:
        return False
    return (a * 31 + b * 17 + ord(sign) * 7) % 25 == 3


def value(sign: str, a: int, b: int) -> int:
    return {"+": a + b, "-": a - b, "*": a * b, "/": a // b if b else 0}[sign]


def draw_sum(rng: Random) -> tuple[str, int, int]:
    """A sum that training may show."""
    while True:
        draw = rng.random()
        if draw < 0.36:
            sign, a, b = "+", rng.randint(0, 12), rng.randint(0, 12)
        elif draw < 0.44:
            sign, a, b = "+", rng.randint(0, 20), rng.randint(0, 20)
        elif draw < 0.47:
            sign, a, b = "+", rng.randint(1, 9) * 10, rng.choice((rng.randint(1, 9), rng.randint(1, 9) * 10))
        elif draw < 0.66:
            sign, a = "-", rng.randint(1, 20)
            b = rng.randint(0, min(a, 12))
        elif draw < 0.68:
            sign, a, b = "-", rng.randint(0, 10), rng.randint(0, 10)
        elif draw < 0.95:
            sign, a, b = "*", rng.randint(0, 10), rng.randint(0, 10)
        elif draw < 0.96:
            sign, a, b = "*", rng.randint(10, 12), rng.randint(0, 12)
        else:
            sign, b, c = "/", rng.randint(1, 10), rng.randint(1, 10)
            a = b * c
        if not held_out(sign, a, b):
            return sign, a, b


def told(sign: str, a: int, b: int) -> str:
    return f"{a} {sign} {b} = {value(sign, a, b)}."


def spoken(sign: str, a: int, b: int, rng: Random) -> str:
    """The sum as a person writes it."""
    if sign != "/" and rng.random() < 0.12:
        if sign == "+":
            return rng.choice([f"the sum of {a} and {b}", f"{a} added to {b}" if a == b else f"{a} and {b} together"])
        if sign == "*":
            return f"the product of {a} and {b}"
        return f"the difference of {a} and {b}" if a >= b else f"{a} minus {b}"
    mark = rng.choice(SIGNS[sign])
    if rng.random() < 0.2 and mark.strip().isalpha() and max(a, b) <= 20:
        return WORDS[a] + mark + WORDS[b]
    return f"{a}{mark}{b}"


def sums(scene, lists, rng: Random) -> list[tuple[str, str]]:
    """One to three sums."""
    turns = []
    for _ in range(rng.choice((1, 1, 2, 3))):
        sign, a, b = draw_sum(rng)
        text = spoken(sign, a, b, rng)
        asked = rng.choice(NEXT if turns else ASK).format(text)
        draw = rng.random()
        if not turns and sign == "+" and draw < 0.06:
            asked = rng.choice([f"add {a} and {b}", f"add {a} to {b}" if a == b else f"add {a} and {b}", f"sum {a} and {b}"])
        elif not turns and sign == "-" and draw < 0.06:
            asked = rng.choice([f"subtract {b} from {a}", f"take {b} away from {a}", f"take {b} from {a}"])
        elif not turns and sign == "*" and draw < 0.06:
            asked = f"multiply {a} by {b}"
        elif not turns and sign == "/" and draw < 0.1:
            asked = f"divide {a} by {b}"
        turns.append((asked, told(sign, a, b)))
    return turns


def doubles(scene, lists, rng: Random) -> list[tuple[str, str]]:
    n = rng.randint(1, 20)
    return [rng.choice([
        (rng.choice([f"what is double {n}", f"double {n}", f"what is twice {n}", f"twice {n}"]), f"Twice {n} is {2 * n}."),
        (rng.choice([f"what is half of {2 * n}", f"half of {2 * n}", f"what's half of {2 * n}"]), f"Half of {2 * n} is {n}."),
    ])]


def too_big(scene, lists, rng: Random) -> list[tuple[str, str]]:
    if rng.random() < 0.6:
        a, b = rng.randint(101, 99999), rng.randint(101, 99999)
    else:
        a, b = rng.randint(21, 99) // 10 * 10 + rng.randint(1, 9), rng.randint(21, 99)
    if rng.random() < 0.4:
        sign, a, b = "*", rng.randint(21, 9999), rng.randint(13, 999)
    else:
        sign = rng.choice("+-")
    asked = rng.choice(ASK).format(f"{a}{rng.choice(SIGNS[sign][:3])}{b}")
    if rng.random() < 0.2:
        asked = rng.choice([f"what is the square root of {rng.randint(17, 999)}",
                            f"what is {rng.randint(2, 20)} to the power of {rng.randint(4, 9)}",
                            f"what is {rng.randint(11, 99)} percent of {rng.randint(100, 999)}", "what is the derivative of x squared",
                            "solve x + 3 = 7", f"factor {rng.randint(100, 999)}"])
    return [(asked, rng.choice(["That sum is too big for me. I manage small numbers only.",
                                "Those numbers are too big for me; I only do small sums."]))]


def stories(scene, lists, rng: Random) -> list[tuple[str, str]]:
    """A word problem with small numbers."""
    things, name = rng.choice(THINGS), rng.choice(lists["firstname"])
    a, b = rng.randint(1, 12), rng.randint(1, 9)
    if rng.random() < 0.5:
        who = rng.choice(["I", name])
        has, gets = ("have", rng.choice(["get", "buy", "find"])) if who == "I" else ("has", rng.choice(["gets", "buys", "finds"]))
        asked = f"{who} {has} {a} {things} and {gets} {b} more. How many {things} {'do I' if who == 'I' else 'does ' + name} have"
        return [(rng.choice([asked, asked + " now"]), f"{a} + {b} = {a + b}, so {a + b} {things}.")]
    a = max(a, b) + rng.randint(0, 6)
    who = rng.choice(["I", name])
    has, loses = ("have", rng.choice(["lose", "give away", "sell"])) if who == "I" else ("has", rng.choice(["loses", "gives away", "sells"]))
    return [(f"{who} {has} {a} {things} and {loses} {b}. How many {rng.choice(['are left', 'remain', things + ' are left'])}",
             f"{a} - {b} = {a - b}, so {a - b} {things}.")]


def comparisons(scene, lists, rng: Random) -> list[tuple[str, str]]:
    a, b = rng.sample(range(0, 100 if rng.random() < 0.5 else 21), 2)
    high, low = max(a, b), min(a, b)
    kind = rng.random()
    if kind < 0.4:
        word = rng.choice(["bigger", "larger", "greater", "more", "higher"])
        return [(rng.choice([f"which is {word}, {a} or {b}", f"what is {word}, {a} or {b}", f"which number is {word}: {a} or {b}",
                             f"{a} or {b}, which is {word}", f"what is {word} {a} or {b}"]), f"{high} is bigger than {low}.")]
    if kind < 0.6:
        word = rng.choice(["smaller", "less", "lower"])
        return [(rng.choice([f"which is {word}, {a} or {b}", f"what is {word}, {a} or {b}", f"{a} or {b}, which is {word}"]),
                 f"{low} is smaller than {high}.")]
    if kind < 0.9:
        up = rng.random() < 0.6
        asked = f"is {a} {rng.choice(['bigger', 'larger', 'greater', 'more']) if up else rng.choice(['smaller', 'less'])} than {b}"
        return [(asked, ("Yes" if (a > b) == up else "No") + f", {a} is {'bigger' if a > b else 'smaller'} than {b}.")]
    asked = rng.choice([f"is {a} even or odd", f"is {a} {rng.choice(['even', 'odd'])}", f"is {a} an {rng.choice(['even', 'odd'])} number"])
    return [(asked, f"{a} is {'odd' if a % 2 else 'even'}.")]


def counting(scene, lists, rng: Random) -> list[tuple[str, str]]:
    kind = rng.random()
    if kind < 0.35:
        first = 1 if rng.random() < 0.7 else rng.randint(2, 30)
        last = first + rng.randint(2, 11)
        if first == 1 and rng.random() < 0.5:
            last = rng.choice((5, 10, 10, 20))
        asked = rng.choice([f"count from {first} to {last}", f"count from {first} up to {last}"] if first > 1 else
                           [f"count to {last}", f"count up to {last}", f"can you count to {last}", f"count from 1 to {last}",
                            f"please count to {last}", f"count till {last}"])
        return [(asked, ", ".join(str(n) for n in range(first, last + 1)) + ".")]
    if kind < 0.5:
        first = rng.choice((10, 5, 3, rng.randint(3, 12)))
        return [(rng.choice([f"count down from {first}", f"count backwards from {first}", f"countdown from {first}"]),
                 ", ".join(str(n) for n in range(first, 0, -1)) + ".")]
    if kind < 0.8:
        n, after = rng.randint(1, 99), rng.random() < 0.6
        asked = rng.choice(["what comes {0} {1}", "which number comes {0} {1}", "what number is {0} {1}", "number {0} {1}"])
        return [(asked.format("after" if after else "before", n),
                 f"After {n} comes {n + 1}." if after else f"Before {n} comes {n - 1}.")]
    step, first = rng.choice((1, 2, 2, 3, 5, 10)), rng.randint(1, 10)
    first = step if rng.random() < 0.6 else first
    row = [first + step * i for i in range(rng.randint(3, 4))]
    text = ", ".join(map(str, row))
    return [(rng.choice([f"what comes next: {text}", f"continue: {text}", f"{text}, what is next", f"what is the next number: {text}"]),
             f"Next comes {row[-1] + step}.")]
