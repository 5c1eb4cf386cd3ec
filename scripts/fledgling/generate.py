"""Writes dialogues as JSON lines: generate.py --seed 1 --count 50000 > dialogues.jsonl"""

import argparse
import json

from dialogues import dialogues

if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=50000)
    arguments = parser.parse_args()
    for messages in dialogues(arguments.seed, arguments.count):
        print(json.dumps({"messages": messages}, ensure_ascii=False))
