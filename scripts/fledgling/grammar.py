"""Reads the intents and expands their templates.

One intent in a data file:

    @ capital 9            name and weight (default 2); "@+ capital" adds to an intent that is already there
    : country | capital    columns of the rows; "use NAME" takes another intent's rows
    - France | Paris       a row
    ? capital of {country} a question
    & and {country}        a question that only follows another row of the same intent
    + and its capital      a question that only follows another intent about the same row
    = The capital of ...   an answer; "=p" under a persona that has a place

In templates [a|b] is a choice, {column} a slot, {column!} the slot with a capital, {column-} without its article.
"""

import re
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

DATA = Path(__file__).parent / "data"


@dataclass
class Intent:
    """A group of questions that share their answers."""

    name: str
    group: str
    weight: float
    rows: list[dict[str, str]] = field(default_factory=list)
    table: str = ""
    questions: list[str] = field(default_factory=list)
    next_questions: list[str] = field(default_factory=list)
    same_row_questions: list[str] = field(default_factory=list)
    answers: list[str] = field(default_factory=list)
    persona_answers: list[str] = field(default_factory=list)


def read_intents(paths: list[Path]) -> dict[str, Intent]:
    """All intents of the files by name; a malformed line is an error that names it."""
    intents: dict[str, Intent] = {}
    for path in paths:
        intent, columns = None, []
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
            line = line.strip()
            if not line or line.startswith("#"):
                continue
            mark, _, rest = line.partition(" ")
            if mark == "@":
                name, _, weight = rest.partition(" ")
                if name in intents:
                    raise ValueError(f"{path.name}:{number}: the intent {name} is defined twice")
                intent = Intent(name, path.stem, float(weight or 2), table=name)
                intents[name] = intent
            elif mark == "@+":
                intent = intents[rest]
            elif mark == ":":
                columns = [column.strip() for column in rest.split("|")]
            elif mark == "-":
                values = [value.strip() for value in rest.split("|")]
                if len(values) != len(columns):
                    raise ValueError(f"{path.name}:{number}: expected {len(columns)} columns, found {len(values)}")
                intent.rows.append(dict(zip(columns, values)))
            elif mark == "use":
                intent.rows, intent.table = intents[rest].rows, rest
            elif mark == "weight":
                intent.weight = float(rest)
            elif mark == "?":
                intent.questions.append(rest)
            elif mark == "&":
                intent.next_questions.append(rest)
            elif mark == "+":
                intent.same_row_questions.append(rest)
            elif mark == "=":
                intent.answers.append(rest)
            elif mark == "=p":
                intent.persona_answers.append(rest)
            else:
                raise ValueError(f"{path.name}:{number}: unknown mark {mark!r}")
    return intents


def read_lists(path: Path) -> dict[str, list[str]]:
    """The word lists by name."""
    lists = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            name, _, words = line.partition(":")
            lists[name] = [word.strip() for word in words.split(",")]
    return lists


INNERMOST = re.compile(r"\[([^\[\]]*)\]")
SLOT = re.compile(r"\{(\w+)([!-]?)\}")


def expand(template: str, values: dict[str, str], lists: dict[str, list[str]], rng: Random) -> str:
    """One text of the template: choices drawn, slots filled from `values`, else drawn from `lists`."""
    while INNERMOST.search(template):
        template = INNERMOST.sub(lambda match: rng.choice(match[1].split("|")), template, count=1)

    def fill(match: re.Match) -> str:
        name, how = match[1], match[2]
        value = values[name] if name in values else expand(rng.choice(lists[name]), values, lists, rng)
        if how == "!":
            return value[:1].upper() + value[1:]
        if how == "-":
            return re.sub(r"^(a|an|the) ", "", value)
        return value

    return re.sub(r"\s+", " ", SLOT.sub(fill, template)).strip()
