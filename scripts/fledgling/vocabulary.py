"""Trains the tokenizer (SentencePiece BPE with byte fallback) on the project's own dialogues and encodes with it.

A message is one control token for its role, its text, and <|end|>; <s> opens the dialogue. No space is put before a text.
"""

import argparse
from pathlib import Path

import sentencepiece

ROLES = {"system": "<|system|>", "user": "<|user|>", "assistant": "<|assistant|>"}
END = "<|end|>"
SIZE = 2048
SIGNS = " İ 0 1 2 3 4 5 6 7 8 9 ! ? . , ; : ' \" - _ / ( ) [ ] { } @ # $ % & * + = < > ` ~ | \\ ^ –"


def train(out: Path, count: int) -> None:
    from dialogues import DATA, dialogues

    def lines():
        for messages in dialogues(seed=7, count=count):
            for message in messages:
                yield message["content"]
        for path in sorted(DATA.glob("*.txt")):
            yield from path.read_text(encoding="utf-8").splitlines()
        letters = "abcdefghijklmnopqrstuvwxyz" + "абвгдеёжзийклмнопрстуфхцчшщъыьэюя" + "çğıöşüâîû"
        for _ in range(40):
            yield " ".join(letters) + " " + " ".join(letters.upper()) + SIGNS

    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=lines(), model_prefix=str(out), model_type="bpe", vocab_size=SIZE, byte_fallback=True,
        character_coverage=1.0, normalization_rule_name="identity", remove_extra_whitespaces=False, add_dummy_prefix=False,
        split_digits=True, unk_id=0, bos_id=1, eos_id=2, pad_id=-1, eos_piece=END, control_symbols=list(ROLES.values()),
        num_threads=2, minloglevel=2,
    )


class Vocabulary:
    """The trained tokenizer with the chat format on top."""

    def __init__(self, path: Path):
        self.pieces = sentencepiece.SentencePieceProcessor(model_file=str(path))
        self.bos, self.end = 1, 2
        self.roles = {role: self.pieces.piece_to_id(piece) for role, piece in ROLES.items()}
        self.size = self.pieces.get_piece_size()

    def encode(self, messages: list[dict[str, str]]) -> tuple[list[int], list[bool]]:
        """Tokens of the dialogue and whether each is the model's own to say."""
        tokens, own = [self.bos], [False]
        for message in messages:
            text = self.pieces.encode(message["content"].strip())
            mine = message["role"] == "assistant"
            tokens += [self.roles[message["role"]], *text, self.end]
            own += [False] + [mine] * (len(text) + 1)
        return tokens, own

    def prompt(self, messages: list[dict[str, str]]) -> list[int]:
        return self.encode(messages)[0] + [self.roles["assistant"]]

    def decode(self, tokens: list[int]) -> str:
        return self.pieces.decode(tokens)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path, help="path without ending; .model and .vocab are written")
    parser.add_argument("--count", type=int, default=30000)
    arguments = parser.parse_args()
    train(arguments.out, arguments.count)
