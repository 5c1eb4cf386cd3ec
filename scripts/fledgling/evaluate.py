"""Asks the held-out questions and scores the answers.

    evaluate.py --checkpoint final.pt --tokenizer tokenizer.model            through PyTorch
    evaluate.py --command 'martlet generate --model fledgling.gguf ...'     (see --help) through a program

Prints every transcript, then a table by category. Also asks the sums that training never shows.
"""

import argparse
import json
import re
import subprocess
import urllib.request
from pathlib import Path
from random import Random

import yaml

import numbers_skill

HERE = Path(__file__).parent


class TorchModel:
    """Answers through PyTorch, greedily or at a temperature."""

    def __init__(self, checkpoint: Path, tokenizer: Path, temperature: float, seed: int):
        import torch

        from model import Fledgling, Shape
        from vocabulary import Vocabulary

        self.torch, self.temperature = torch, temperature
        torch.set_num_threads(1)
        self.vocabulary = Vocabulary(tokenizer)
        saved = torch.load(checkpoint, weights_only=False, map_location="cpu")
        self.model = Fledgling(Shape(**saved["shape"]))
        self.model.load_state_dict(saved["weights"])
        self.generator = torch.Generator().manual_seed(seed)

    def answer(self, messages: list[dict[str, str]]) -> str:
        torch = self.torch
        tokens, made = self.vocabulary.prompt(messages), []
        with torch.no_grad():
            while len(made) < 120:
                logits = self.model(torch.tensor([tokens + made]))[0, -1]
                if self.temperature == 0:
                    token = int(logits.argmax())
                else:
                    chances = (logits / self.temperature).softmax(-1)
                    chances[chances < 0.05 * chances.max()] = 0
                    token = int(torch.multinomial(chances, 1, generator=self.generator))
                if token == self.vocabulary.end:
                    break
                made.append(token)
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
    parser.add_argument("--command", nargs="+", help="program and arguments; single-turn cases only")
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
        model = TorchModel(arguments.checkpoint, arguments.tokenizer, arguments.temperature, arguments.seed)

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
