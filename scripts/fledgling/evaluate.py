"""Asks the held-out questions and scores the answers.

    evaluate.py --checkpoint final.pt --tokenizer tokenizer.model            from a checkpoint
    evaluate.py --command 'martlet generate --model fledgling.gguf --temperature 0 --prompt {prompt}'   through a program

Prints every transcript, then a table by category. Also asks the sums that training never shows.
"""

import argparse
import json
import re
import shlex
import subprocess
import urllib.request
from pathlib import Path
from random import Random

import numpy
import yaml

import numbers_skill

HERE = Path(__file__).parent


class CheckpointModel:
    """Answers from a checkpoint in plain numpy with a cache of keys and values, greedily or at a temperature."""

    def __init__(self, checkpoint: Path, tokenizer: Path, temperature: float, seed: int):
        import torch

        from vocabulary import Vocabulary

        self.temperature, self.rng = temperature, numpy.random.default_rng(seed)
        self.vocabulary = Vocabulary(tokenizer)
        saved = torch.load(checkpoint, weights_only=False, map_location="cpu")
        self.shape = saved["shape"]
        self.weights = {name: tensor.float().numpy() for name, tensor in saved["weights"].items()}
        half = self.shape["width"] // self.shape["heads"] // 2
        self.frequency = self.shape["rope_base"] ** (-numpy.arange(half, dtype=numpy.float32) / half)

    def norm(self, x: numpy.ndarray, name: str) -> numpy.ndarray:
        return x / numpy.sqrt((x * x).mean() + self.shape["epsilon"]) * self.weights[name]

    def rotate(self, x: numpy.ndarray, position: int) -> numpy.ndarray:
        angle = position * self.frequency
        first, second = numpy.split(x, 2, axis=-1)
        cos, sin = numpy.cos(angle), numpy.sin(angle)
        return numpy.concatenate((first * cos - second * sin, second * cos + first * sin), axis=-1)

    def step(self, token: int, cache: list[tuple[list, list]]) -> numpy.ndarray:
        """Logits after one more token."""
        w, heads, kv_heads = self.weights, self.shape["heads"], self.shape["kv_heads"]
        x = w["embedding.weight"][token]
        for layer, (keys, values) in enumerate(cache):
            name = f"blocks.{layer}."
            y = self.norm(x, name + "attention_norm.weight")
            position = len(keys)
            q = self.rotate((w[name + "attention.q.weight"] @ y).reshape(kv_heads, heads // kv_heads, -1), position)
            keys.append(self.rotate((w[name + "attention.k.weight"] @ y).reshape(kv_heads, -1), position))
            values.append((w[name + "attention.v.weight"] @ y).reshape(kv_heads, -1))
            scores = numpy.einsum("kgd,tkd->kgt", q, numpy.stack(keys)) / numpy.sqrt(q.shape[-1])
            scores = numpy.exp(scores - scores.max(-1, keepdims=True))
            mixed = numpy.einsum("kgt,tkd->kgd", scores / scores.sum(-1, keepdims=True), numpy.stack(values))
            x = x + w[name + "attention.o.weight"] @ mixed.reshape(-1)
            y = self.norm(x, name + "ffn_norm.weight")
            gate = w[name + "gate.weight"] @ y
            x = x + w[name + "down.weight"] @ (gate / (1 + numpy.exp(-gate)) * (w[name + "up.weight"] @ y))
        return w["embedding.weight"] @ self.norm(x, "norm.weight")

    def choose(self, logits: numpy.ndarray) -> int:
        if self.temperature == 0:
            return int(logits.argmax())
        chances = numpy.exp((logits - logits.max()) / self.temperature)
        chances[chances < 0.05] = 0
        return int(self.rng.choice(len(chances), p=chances / chances.sum()))

    def answer(self, messages: list[dict[str, str]]) -> str:
        cache: list[tuple[list, list]] = [([], []) for _ in range(self.shape["layers"])]
        logits = None
        for token in self.vocabulary.prompt(messages):
            logits = self.step(token, cache)
        made: list[int] = []
        while len(made) < 120 and (token := self.choose(logits)) != self.vocabulary.end:
            made.append(token)
            logits = self.step(token, cache)
        return self.vocabulary.decode(made)


class ServerModel:
    """Answers through a program that speaks the OpenAI chat protocol, such as llama-server."""

    def __init__(self, base: str, temperature: float, seed: int):
        self.base, self.temperature, self.seed = base.rstrip("/"), temperature, seed

    def answer(self, messages: list[dict[str, str]]) -> str:
        body = {"messages": messages, "temperature": self.temperature, "seed": self.seed, "max_tokens": 120}
        request = urllib.request.Request(self.base + "/v1/chat/completions", json.dumps(body).encode(),
                                         {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=60) as reply:
            return json.load(reply)["choices"][0]["message"]["content"]


class CommandModel:
    """Answers single questions through a command; {prompt} and {system} are replaced in its words."""

    def __init__(self, command: list[str]):
        self.command = command

    def answer(self, messages: list[dict[str, str]]) -> str:
        system = next((m["content"] for m in messages if m["role"] == "system"), "")
        words = [w.replace("{prompt}", messages[-1]["content"]).replace("{system}", system) for w in self.command]
        return subprocess.run(words, capture_output=True, text=True, timeout=60, check=True).stdout.strip()


def sums(count: int) -> list[tuple[str, str]]:
    """Sums that training leaves out, single-digit to two-digit."""
    rng, cases = Random(5), []
    every = [(s, a, b) for s in "+-*" for a in range(13) for b in range(13) if numbers_skill.held_out(s, a, b) and (s != "-" or a >= b)]
    for sign, a, b in rng.sample(every, min(count, len(every))):
        cases.append((f"what is {a} {sign} {b}", rf"= {numbers_skill.value(sign, a, b)}\."))
    return cases


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--checkpoint", type=Path)
    parser.add_argument("--tokenizer", type=Path)
    parser.add_argument("--server", help="base URL of a server with the OpenAI chat protocol")
    parser.add_argument("--command", type=shlex.split, help="program and arguments in one string, {prompt} in it; single-turn cases only")
    parser.add_argument("--cases", type=Path, default=HERE / "evaluation.yaml")
    parser.add_argument("--temperature", type=float, default=0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--failures", action="store_true", help="print failed transcripts only")
    arguments = parser.parse_args()
    if arguments.server:
        model = ServerModel(arguments.server, arguments.temperature, arguments.seed)
    elif arguments.command:
        model = CommandModel(arguments.command)
    else:
        model = CheckpointModel(arguments.checkpoint, arguments.tokenizer, arguments.temperature, arguments.seed)

    categories = yaml.safe_load(arguments.cases.read_text(encoding="utf-8"))
    categories["unseen sums"] = [[f"{asked} => {wanted}"] for asked, wanted in sums(24)]
    table = {}
    for category, cases in categories.items():
        passed = judged = 0
        for case in cases:
            turns, messages, lines, failed = case, [], [], False
            if isinstance(case, dict):
                turns = case["turns"]
                messages.append({"role": "system", "content": case["system"]})
                lines.append(f"  [{case['system']}]")
            if arguments.command and len(turns) > 1:
                continue
            for turn in turns:
                asked, _, wanted = turn.partition(" => ")
                messages.append({"role": "user", "content": asked})
                answer = model.answer(messages)
                messages.append({"role": "assistant", "content": answer})
                mark = " "
                if wanted:
                    right = re.search(wanted, answer, re.IGNORECASE | re.DOTALL) is not None
                    judged, passed, failed = judged + 1, passed + right, failed or not right
                    mark = "+" if right else "-"
                lines += [f"  > {asked}", f"{mark} {answer}"]
            if failed or not arguments.failures:
                print(f"{category}\n" + "\n".join(lines), flush=True)
        table[category] = (passed, judged)
    print()
    for category, (passed, judged) in table.items():
        print(f"{category:22} {passed:3} / {judged:3}")
    print(f"{'all':22} {sum(p for p, _ in table.values()):3} / {sum(j for _, j in table.values()):3}")


if __name__ == "__main__":
    main()
