"""Makes a user's line look typed: casing, punctuation, short forms, typing mistakes."""

import re
from random import Random

QUESTION_WORDS = set(
    "what who where when why how which is are am do does did can could will would should have has may whose whats".split()
)
NEIGHBOURS = {
    "a": "sq", "b": "vn", "c": "xv", "d": "sf", "e": "wr", "f": "dg", "g": "fh", "h": "gj", "i": "uo", "j": "hk",
    "k": "jl", "l": "k", "m": "n", "n": "bm", "o": "ip", "p": "o", "q": "w", "r": "et", "s": "ad", "t": "ry",
    "u": "yi", "v": "cb", "w": "qe", "x": "zc", "y": "tu", "z": "x",
}
SHORT = {"you": "u", "are": "r", "your": "ur", "please": "pls", "thanks": "thx", "because": "cuz", "what": "wat", "you're": "ur"}
BEFORE = ["hey, ", "so, ", "so ", "ok, ", "ok ", "well, ", "um, ", "hi, ", "hello, ", "please, ", "and ", "now ", "hey {me}, ",
          "{me}, ", "hi {me}, ", "tell me, ", "quick question: ", "hi! ", "hello! ", "oh, ", "but ", "alright, ", "just curious, "]
AFTER = [" please", " pls", ", please", " then", " again", ", {me}", " {me}", " btw", " bro", " :)", ", thanks", " dear", " now",
         ", my friend", " man", " exactly", " really"]


def is_question(text: str) -> bool:
    words = re.findall(r"[\w']+", text.lower())
    return bool(words) and (words[0].split("'")[0] in QUESTION_WORDS or any(w in ("what", "how", "who") for w in words[:3]))


def mistype(word: str, rng: Random) -> str:
    """One typing mistake inside the word."""
    at = rng.randrange(1, len(word)) if len(word) > 1 else 0
    kind = rng.random()
    if kind < 0.3:
        return word[:at] + word[at + 1:]
    if kind < 0.6 and at + 1 < len(word):
        return word[:at] + word[at + 1] + word[at] + word[at + 2:]
    if kind < 0.8:
        return word[:at] + word[at] + word[at:]
    return word[:at] + rng.choice(NEIGHBOURS.get(word[at].lower(), word[at])) + word[at + 1:]


def sentence_case(text: str, rng: Random) -> str:
    text = re.sub(r"\bi\b(?!\.)", "I", text)
    for word, proper in (("fledgling", "Fledgling"), ("telegram ", "Telegram "), ("english", "English")):
        text = text.replace(word, proper)
    if rng.random() < 0.6:
        text = re.sub(r"(?<![`/])\bmartlet\b", "Martlet", text)
    return text[:1].upper() + text[1:]


def typed(text: str, rng: Random, me: str, keep: tuple[str, ...] = (), wrap: bool = True) -> str:
    """The line as a person might type it; words of `keep` are never misspelt."""
    question = is_question(text)
    if wrap and rng.random() < 0.08:
        if rng.random() < 0.65:
            text = rng.choice(BEFORE).replace("{me}", me) + text
        else:
            text = text + rng.choice(AFTER).replace("{me}", me)
    if rng.random() < 0.07:
        text = " ".join(SHORT.get(word, word) if rng.random() < 0.7 else word for word in text.split(" "))
    if rng.random() < 0.1:
        text = text.replace("what is ", "what's ", 1) if rng.random() < 0.5 else text.replace("what's ", "what is ", 1)
    kept = {part.lower() for value in keep for part in re.findall(r"\w+", value)}
    if rng.random() < 0.14:
        words = text.split(" ")
        able = [i for i, w in enumerate(words) if len(w) > 3 and w.isalpha() and w.lower() not in kept]
        for i in rng.sample(able, min(len(able), rng.choice((1, 1, 1, 2)))):
            words[i] = mistype(words[i], rng)
        text = " ".join(words)
    style = rng.random()
    if style < 0.4:
        lower = text.lower() if rng.random() < 0.6 else text
        if keep and rng.random() < 0.7:
            lower = " ".join(o if any(part.lower() in kept for part in re.findall(r"\w+", o)) else l
                             for o, l in zip(text.split(" "), lower.split(" ")))
        text = lower
        if rng.random() < 0.3:
            text = text.replace("'", "")
    elif style < 0.95:
        text = sentence_case(text, rng)
    elif style < 0.98:
        text = text.upper()
    else:
        text = text.title() if "'" not in text else text
    if text[-1:].isalnum():
        end = rng.random()
        if question:
            text += "?" if end < 0.55 else "" if end < 0.94 else " ?" if end < 0.96 else "??" if end < 0.98 else "."
        else:
            text += "" if end < 0.55 else "." if end < 0.8 else "!" if end < 0.95 else "..." if end < 0.97 else "?"
    return text
