"""Composes dialogues from intents and skills. The same seed gives the same dialogues."""

import re
from pathlib import Path
from random import Random

import yaml

import numbers_skill
import skills
import table_skills
from grammar import DATA, Intent, expand, read_intents, read_lists
from noise import typed
from paraphrase import paraphrased
from scenes import Scene, make_scene

GROUP_WEIGHT = {"identity": 1.0, "martlet": 1.0, "smalltalk": 0.8, "languages": 0.9, "facts": 1.6, "definitions": 1.0,
                "unknown": 0.9, "more": 1.2}
SKILL_WEIGHT = {
    numbers_skill.sums: 90, numbers_skill.doubles: 3, numbers_skill.too_big: 7, numbers_skill.stories: 8, numbers_skill.comparisons: 14,
    numbers_skill.counting: 14, skills.name: 46, skills.name_unknown: 5, skills.remembered: 14, skills.pet: 6, skills.age: 4,
    skills.two_facts: 6, skills.repeat: 8, skills.copying: 110, skills.spell: 6, skills.examples: 9, skills.clock: 14, skills.echo: 9, skills.joke_offer: 3,
    skills.fine_too: 3, table_skills.yes_no: 12, table_skills.sizes: 6, table_skills.greet_other: 3,
}
#: What a person tends to say next, by the intent just answered.
FOLLOWING = {
    "hello": ["how_are_you", "who", "name", "what_can_you_do"],
    "how_are_you": ["i_am_fine", "i_am_fine", "i_am_fine", "i_am_sad", "i_am_tired"],
    "joke": ["laugh", "joke", "confused", "thanks"], "riddle": ["confused", "laugh"], "i_am_sad": ["thanks", "joke"],
    "martlet": ["commands", "bigger", "telegram", "privacy"], "commands": ["command", "command"],
    "bigger": ["own_file", "thanks", "pull_broken"],
    "telegram": ["token", "bot_commands", "bot_persona", "thanks"], "who": ["made_by", "what_can_you_do", "age", "martlet", "where_live"],
    "capital": ["compliment", "thanks"], "tr_hello": ["tr_how", "tr_who", "tr_bye", "tr_thanks"],
    "ru_hello": ["ru_how", "ru_who", "ru_bye"],
    "tr_how": ["tr_fine", "tr_bye"], "ru_how": ["ru_fine", "ru_bye"], "fun_fact": ["compliment", "fun_fact", "wrong"],
}
ROLE_INTENTS = ["hello", "how_are_you", "thanks", "bye", "joke", "capital", "colour", "opposite", "fav_colour", "good_morning",
                "compliment", "animal_sound", "what_can_you_do", "superlative", "define"]
PERSONA_INTENTS = {"name": 30, "who": 24, "where_live": 16, "is_name": 8, "not_name": 8, "hello": 8, "what_can_you_do": 5}

INTENTS = read_intents([DATA / f"{stem}.txt" for stem in GROUP_WEIGHT])
LISTS = read_lists(DATA / "lists.txt")
LISTS["country"] = [row["country"] for row in INTENTS["capital"].rows]
TABLES: dict[str, list[Intent]] = {}
for _intent in INTENTS.values():
    if _intent.rows:
        TABLES.setdefault(_intent.table, []).append(_intent)


def bare(text: str) -> str:
    """The text without case and punctuation."""
    return " ".join(re.findall(r"\w+", text.lower()))


def held_out_questions() -> set[str]:
    """The single questions of the evaluation, which training must not show. Fixed greetings of other languages stay."""
    kept = ("arithmetic", "turkish and russian")
    questions = set()
    for path in sorted(Path(__file__).parent.glob("evaluation*.yaml")):
        for category, cases in yaml.safe_load(path.read_text(encoding="utf-8")).items():
            if category not in kept:
                questions |= {bare(case[0].partition(" => ")[0]) for case in cases if isinstance(case, list) and len(case) == 1}
    return questions


HELD_OUT = held_out_questions()


class Composer:
    """Builds one dialogue: a scene, then exchanges that may refer back."""

    def __init__(self, rng: Random):
        self.rng = rng
        self.scene = make_scene(LISTS, rng)
        self.turns: list[tuple[str, str]] = []
        self.told = False

    def values(self) -> dict[str, str]:
        other = self.rng.choice(LISTS["botname"])
        return {"me": self.scene.me, "place": self.scene.place, "othername": other if other != self.scene.me else "Somebody"}

    def add(self, user: str, answer: str, keep: tuple[str, ...] = (), wrap: bool = True) -> None:
        rng = self.rng
        if self.scene.cry:
            answer = f"{self.scene.cry} {answer}"
        words = tuple(keep) + ((self.scene.me,) if self.scene.me in user else ())
        self.turns.append((typed(user, rng, self.scene.me, words, wrap), answer))

    def add_intent(self, intent: Intent, row: dict[str, str] | None = None, questions: list[str] | None = None) -> dict[str, str] | None:
        """One exchange of the intent; gives the row that it was about."""
        rng, values = self.rng, self.values()
        if intent.rows:
            row = row or rng.choice(intent.rows)
            values |= row
        foreign = intent.group == "languages" and intent.name[:3] in ("tr_", "ru_")
        while True:
            question = expand(rng.choice(questions or intent.questions), values, LISTS, rng)
            question = question if foreign else paraphrased(question, rng)
            if bare(question) not in HELD_OUT:
                break
        answers = [a for a in intent.persona_answers if self.scene.place or "{place}" not in a] if self.scene.is_persona else []
        answers = answers or intent.answers
        answer = expand(rng.choice(answers), values, LISTS, rng).replace("..", ".")
        self.add(question, answer, wrap=not foreign)
        return row

    def add_unit(self, intent: Intent) -> None:
        """An intent with the questions that may follow it."""
        rng = self.rng
        row = self.add_intent(intent)
        if row:
            for _ in range(2):
                if intent.next_questions and rng.random() < 0.28:
                    row = self.add_intent(intent, questions=intent.next_questions)
            others = [other for other in TABLES[intent.table] if other.same_row_questions and other is not intent]
            if others and rng.random() < 0.35:
                other = rng.choice(others)
                self.add_intent(other, row, other.same_row_questions)
        last = self.turns[-1][0]
        if rng.random() < 0.012 and len(last) < 40 and not self.scene.cry:
            asked = rng.choice(["what did i just say", "what did i say", "what was my last question", "what did i ask you",
                                "repeat my question", "what did i just ask", "what was my last message"])
            self.add(asked, f'You wrote: "{last}"')
        if intent.name in FOLLOWING and rng.random() < 0.35:
            self.add_intent(INTENTS[rng.choice(FOLLOWING[intent.name])])
        elif rng.random() < 0.05:
            self.add_intent(INTENTS[rng.choice(["thanks", "thanks", "wrong", "confused", "yes", "compliment"])])

    def add_skill(self, skill) -> None:
        """A skill's turns, with something else between them now and then."""
        rng = self.rng
        turns = skill(self.scene, LISTS, rng)
        memory = skill in (skills.name, skills.remembered, skills.pet, skills.age, skills.two_facts)
        self.told = self.told or memory or skill is skills.name_unknown
        if skill is skills.copying:
            self.turns += turns
            return
        for index, (user, answer) in enumerate(turns):
            if memory and index and rng.random() < 0.4:
                for _ in range(rng.choice((1, 1, 2))):
                    self.add_any(memory=False)
            if skill in (skills.clock, skills.reading, skills.examples) or memory and index:
                user = paraphrased(user, rng)
            keep = tuple(user.split()) if memory or skill is skills.repeat else ()
            self.add(user, answer, keep, wrap=not memory or index > 0)

    def add_any(self, memory: bool = True) -> None:
        """Whatever comes up, by weight."""
        rng = self.rng
        if self.scene.cry:
            if rng.random() < 0.3:
                self.add_skill(skills.role)
            else:
                self.add_unit(INTENTS[rng.choice(ROLE_INTENTS)])
            return
        if self.scene.facts and rng.random() < 0.5:
            return self.add_skill(skills.reading)
        if (self.scene.date or self.scene.time) and rng.random() < 0.25:
            return self.add_skill(skills.clock)
        if self.scene.is_persona and rng.random() < 0.3:
            return self.add_unit(INTENTS[rng.choices(list(PERSONA_INTENTS), PERSONA_INTENTS.values())[0]])
        while True:
            kind = rng.choices(UNITS, WEIGHTS)[0]
            if isinstance(kind, Intent):
                if kind.name == "about_me" and self.told:
                    continue
                return self.add_unit(kind)
            if not memory and kind in (skills.name, skills.name_unknown, skills.remembered, skills.pet, skills.age, skills.two_facts):
                continue
            if self.told and kind in (skills.name, skills.name_unknown, skills.two_facts, skills.remembered):
                continue
            return self.add_skill(kind)


UNITS: list = [*INTENTS.values(), *SKILL_WEIGHT]
WEIGHTS = [intent.weight * GROUP_WEIGHT[intent.group] for intent in INTENTS.values()] + list(SKILL_WEIGHT.values())


def compose(rng: Random) -> list[dict[str, str]]:
    """One dialogue as a list of messages."""
    composer = Composer(rng)
    draw = rng.random()
    wanted = 1 if draw < 0.3 else rng.randint(2, 4) if draw < 0.8 else rng.randint(4, 7) if draw < 0.97 else rng.randint(10, 24)
    if wanted > 1 and rng.random() < 0.2 and not composer.scene.cry:
        composer.add_unit(INTENTS["hello"])
    while len(composer.turns) < wanted:
        composer.add_any()
    if wanted > 2 and rng.random() < 0.15:
        composer.add_intent(INTENTS[rng.choice(["thanks", "bye"])])
    messages = [{"role": "system", "content": composer.scene.system}] if composer.scene.system else []
    for user, answer in composer.turns:
        messages += [{"role": "user", "content": user}, {"role": "assistant", "content": answer}]
    return messages


def dialogues(seed: int, count: int):
    """`count` dialogues of the seed, one after the other."""
    rng = Random(seed)
    for _ in range(count):
        yield compose(rng)
