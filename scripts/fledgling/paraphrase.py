"""Turns a question into another with the same meaning, by rules on its first words; and swaps synonyms."""

import re
from random import Random

RULES = [
    (r"what is ((?:the|my|your) [\w' ]+)", ["tell me {0}", "can you tell me {0}", "do you know {0}", "i want to know {0}", "i'd like to know {0}",
                                "any idea what {0} is", "what would {0} be", "could you say what {0} is", "please tell me {0}",
                                "i need to know {0}", "could you tell me {0}", "can you say what {0} is", "let me know {0}"]),
    (r"how do i (.+)", ["how can i {0}", "how could i {0}", "how to {0}", "what is the way to {0}", "i want to {0}", "i'd like to {0}",
                        "show me how to {0}", "is there a way to {0}", "can you tell me how to {0}", "explain how to {0}",
                        "what do i do to {0}", "how should i {0}", "what must i do to {0}", "tell me how to {0}", "i need to {0}",
                        "how does one {0}", "what do i type to {0}", "which command do i need to {0}", "is it possible to {0}",
                        "can i {0}", "how do you {0}", "how might i {0}", "i don't know how to {0}", "i am trying to {0}", "how do we {0}"]),
    (r"how can i (.+)", ["how do i {0}", "how to {0}", "is there a way to {0}", "i want to {0}"]),
    (r"who is (.+)", ["tell me who {0} is", "do you know who {0} is", "who's {0}", "can you tell me who {0} is"]),
    (r"what does (.+) do", ["what is {0} for", "what's {0} for", "tell me what {0} does", "explain what {0} does", "what is the use of {0}",
                            "what is {0} good for", "what would {0} do", "can you explain {0}", "what is {0} supposed to do",
                            "i don't understand {0}", "why do i need {0}", "what's {0} about", "what use is {0}"]),
    (r"can you (.+)", ["are you able to {0}", "could you {0}", "do you know how to {0}", "can u {0}", "would you {0}"]),
    (r"do you have (.+)", ["have you got {0}", "have you {0}"]),
    (r"are you (.+)", ["so you are {0}", "you are {0}, right", "would you say you are {0}", "you're {0}, aren't you"]),
    (r"do you (.+)", ["so you {0}", "you {0}, right", "would you say that you {0}"]),
    (r"how many (.+) does (.+) have", ["how many {0} has {1} got", "how many {0} are there on {1}", "tell me how many {0} {1} has"]),
    (r"how many (.+)", ["do you know how many {0}", "what number of {0}", "say how many {0}"]),
    (r"where is (.+)", ["where's {0}", "do you know where {0} is", "tell me where {0} is", "can you tell me where {0} is"]),
    (r"where do i (.+)", ["where can i {0}", "where should i {0}", "where to {0}"]),
    (r"tell me (.+)", ["give me {0}", "can you tell me {0}", "please tell me {0}", "could you tell me {0}", "i want to hear {0}",
                       "let me hear {0}", "i'd like to hear {0}", "how about {0}"]),
    (r"i'm (.+)", ["i am {0}", "i feel {0}", "i am really {0}", "i'm so {0}", "i'm very {0}", "i am a bit {0}", "feeling {0}"]),
    (r"what are (the [\w' ]+)", ["tell me {0}", "list {0}", "name {0}", "which are {0}", "can you list {0}", "give me {0}", "say {0}"]),
    (r"why (is|are|was|do|does) (.+)", ["tell me why {0} {1}", "how come {1}", "do you know why {0} {1}"]),
    (r"what is (\w[\w' -]*)", ["what's {0}", "whats {0}", "explain {0}", "do you know what {0} is", "tell me what {0} is", "what exactly is {0}",
                               "what do you mean by {0}", "i wonder what {0} is", "what on earth is {0}", "can you explain what {0} is"]),
]
RULES = [(re.compile(pattern + r"\Z"), forms) for pattern, forms in RULES]
SYNONYMS = [
    ("bigger", "larger"), ("big", "large"), ("small", "little"), ("get", "obtain"), ("get", "find"), ("start", "begin"), ("stop", "halt"),
    ("delete", "erase"), ("clear", "erase"), ("make", "create"), ("favourite", "favorite"), ("colour", "color"), ("which", "what"),
    ("set up", "configure"), ("run", "launch"), ("show", "display"), ("model", "language model"), 
    ("biggest", "largest"), ("largest", "biggest"), ("speak", "talk"), ("nice", "lovely"), ("like", "love"), ("chat", "talk"),
    ("machine", "computer"), ("download", "fetch"), ("conversation", "chat"), ("history", "messages"), ("answer", "reply"), ("quit", "leave"),
      ("hello", "hi"), ("telegram bot", "bot in telegram"), ("my own", "my"),
     ("measure", "check"), ("need", "have to have"), ("use", "try"),  ("very", "really"),
]


def paraphrased(text: str, rng: Random) -> str:
    """Another wording of the line, or the same one where no rule fits."""
    if rng.random() < 0.25:
        for pattern, forms in rng.sample(RULES, len(RULES)):
            match = pattern.match(text)
            if match:
                text = rng.choice(forms).format(*match.groups())
                break
    if rng.random() < 0.12:
        able = [(a, b) for a, b in SYNONYMS if re.search(rf"\b{a}\b", text)]
        if able:
            a, b = rng.choice(able)
            text = re.sub(rf"\b{a}\b", b, text, count=1)
    return text
