#!/usr/bin/env python3
"""Measures how well passages are found in this repository's docs, and how well questions about other things are refused.

    scripts/benchmarks/knowledge.py [--embedder MODEL.gguf] [--martlet .build/release/martlet] [--verbose]

A question counts as found where a passage of the named file (or of any, `*`) with the named words comes first, or is among the first three;
`a|b` is either. The questions of knowledge-questions.tsv are those by which ranking was chosen; those of knowledge-questions-unseen.tsv were
written before and looked at after. Only the docs below are indexed, so that the measurement isn't changed by the page about it.
"""
import argparse
import json
import pathlib
import subprocess
import sys
import tempfile

root = pathlib.Path(__file__).resolve().parent.parent.parent
options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
options.add_argument("--embedder")
options.add_argument("--martlet", default=root / ".build/release/martlet")
options.add_argument("--verbose", action="store_true")
options = options.parse_args()
PAGES = ["api", "architecture", "bot", "cost", "lambda", "life-of-a-message", "models", "performance", "simulator"]


def run(*arguments):
    made = subprocess.run([options.martlet, *arguments], cwd=root, capture_output=True, text=True)
    if made.returncode != 0:
        sys.exit(made.stderr)
    return made.stdout


def is_right(match, names, words):
    named = names == "*" or match["location"] in names.split("|")
    return named and any(word.lower() in match["text"].lower() for word in words.split("|"))


with tempfile.TemporaryDirectory() as folder:
    index = f"{folder}/knowledge.db"
    given = ["--embedder", options.embedder] if options.embedder else []
    print(run("index", *[f"docs/{page}.md" for page in PAGES], "--into", index, "--quiet", *given).splitlines()[-1])
    for name in ["knowledge-questions", "knowledge-questions-unseen"]:
        first = third = accepted = answerable = refused = strange = 0
        for line in (root / f"scripts/benchmarks/{name}.tsv").read_text().splitlines():
            question, *expected = line.split("\t")
            found = json.loads(run("search", question, "--into", index, "--json"))
            if expected:
                hits = [is_right(match, *expected) for match in found["matches"]]
                first += any(hits[:1])
                third += any(hits[:3])
                accepted += found["fits"]
                answerable += 1
                verdict = "first" if any(hits[:1]) else "among three" if any(hits[:3]) else "NOT FOUND"
            else:
                refused += not found["fits"]
                strange += 1
                verdict = "ANSWERED" if found["fits"] else "refused"
            if options.verbose or verdict.isupper():
                best = found["matches"][0] if found["matches"] else {}
                place = f"{best.get('location')} {' > '.join(best.get('headings', []))}"
                print(f"{found['evidence']:6.2f}  {verdict:11}  {question}  ({place})")
        print(f"{name}: right passage first {first} of {answerable}, among three {third}; accepted {accepted}")
        print(f"{name}: questions about other things refused: {refused} of {strange}")
