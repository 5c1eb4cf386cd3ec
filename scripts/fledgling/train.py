"""Trains Fledgling on the processor for a given number of minutes.

    train.py --tokenizer tokenizer.model --out DIR --minutes 60 [--resume CHECKPOINT] [--decay 0.85] [--seed 1]

Dialogues are composed as they are needed and never repeat. The rate rises, holds, and falls to nothing over the last part,
all by the clock, so that a shared machine finishes on time. A checkpoint is written every few minutes.
"""

import argparse
import json
import time
from pathlib import Path
from random import Random

import torch

from dialogues import dialogues
from model import Fledgling, Shape
from optimiser import Optimiser
from vocabulary import Vocabulary

MICRO_TOKENS = 2048
MAXIMUM_LENGTH = 768


def micro_batches(vocabulary: Vocabulary, seed: int):
    """Endless batches (tokens, targets) of about MICRO_TOKENS tokens, of dialogues of like length, padded on the right."""
    rng = Random(seed)
    while True:
        examples = [vocabulary.encode(m) for m in dialogues(rng.getrandbits(48), 4096)]
        examples = [(t[:MAXIMUM_LENGTH], o[:MAXIMUM_LENGTH]) for t, o in examples]
        examples.sort(key=lambda e: len(e[0]) + rng.random() * 8)
        batches, batch, longest = [], [], 0
        for example in examples:
            length = -(-len(example[0]) // 16) * 16
            if batch and max(longest, length) * (len(batch) + 1) > MICRO_TOKENS:
                batches.append((batch, longest))
                batch, longest = [], 0
            batch.append(example)
            longest = max(longest, length)
        rng.shuffle(batches)
        for batch, longest in batches:
            tokens = torch.full((len(batch), longest), vocabulary.end, dtype=torch.long)
            targets = torch.full((len(batch), longest), -100, dtype=torch.long)
            for row, (ids, own) in enumerate(batch):
                ids, own = torch.tensor(ids), torch.tensor(own)
                tokens[row, : len(ids)] = ids
                targets[row, : len(ids) - 1] = torch.where(own[1:], ids[1:], -100)
            yield tokens, targets


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tokenizer", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--resume", type=Path)
    parser.add_argument("--decay", type=float, default=0.85, help="share of the time over which the rate falls")
    parser.add_argument("--matrix-rate", type=float, default=0.008)
    parser.add_argument("--rate", type=float, default=0.002)
    parser.add_argument("--weight-decay", type=float, default=0.02)
    parser.add_argument("--accumulate", type=int, default=1)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--layers", type=int, default=4)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    torch.manual_seed(arguments.seed)
    arguments.out.mkdir(parents=True, exist_ok=True)

    vocabulary = Vocabulary(arguments.tokenizer)
    shape = Shape(vocabulary=vocabulary.size, layers=arguments.layers)
    model = Fledgling(shape)
    optimiser = Optimiser(model, arguments.matrix_rate, arguments.rate, arguments.weight_decay)
    history = {"seconds": 0.0, "tokens": 0, "own_tokens": 0, "runs": 0}
    if arguments.resume:
        saved = torch.load(arguments.resume, weights_only=False)
        optimiser.load(saved["optimiser"])
        history = saved["history"]
    history["runs"] += 1
    model.bfloat16()
    model.cos, model.sin = model.cos.float(), model.sin.float()
    loss_of = torch.compile(model.loss, dynamic=True)

    def save(name: str) -> None:
        state = {"shape": shape.as_dict(), "optimiser": optimiser.state(), "history": history,
                 "weights": dict(zip([n for n, _ in model.named_parameters()], optimiser.masters))}
        torch.save(state, arguments.out / "part")
        (arguments.out / "part").rename(arguments.out / name)

    batches = micro_batches(vocabulary, arguments.seed * 1000 + history["runs"])
    start = last_save = last_print = time.monotonic()
    total, counted, seen = 0.0, 0, 0
    while True:
        share = (time.monotonic() - start) / (arguments.minutes * 60)
        if share >= 1:
            break
        warm = min(1.0, optimiser.steps / 25)
        factor = warm * min(1.0, (1 - share) / arguments.decay if arguments.decay else 1.0)
        own = 0
        for tokens, targets in (next(batches) for _ in range(arguments.accumulate)):
            loss = loss_of(tokens, targets)
            count = int((targets >= 0).sum())
            (loss / count / arguments.accumulate).backward()
            total, counted, own, seen = total + loss.item(), counted + count, own + count, seen + tokens.numel()
            history["tokens"] += tokens.numel()
        norm = optimiser.step(factor)
        history["own_tokens"] += own
        now = time.monotonic()
        if now - last_print > 30:
            print(json.dumps({"step": optimiser.steps, "share": round(share, 3), "loss": round(total / counted, 4), "norm": round(norm, 3),
                              "tokens": history["tokens"], "tokens_per_second": round(seen / (now - last_print))}), flush=True)
            total, counted, seen, last_print = 0.0, 0, 0, now
        if now - last_save > 180:
            history["seconds"] += now - last_save
            save("checkpoint.pt")
            last_save = now
    history["seconds"] += time.monotonic() - last_save
    save("final.pt")
    print(json.dumps(history))


if __name__ == "__main__":
    main()
