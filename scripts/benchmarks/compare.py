#!/usr/bin/env python3
"""Times Martlet beside other engines: the same file, threads and lengths, runs interleaved, medians and ratios.

usage: scripts/benchmarks/compare.py --martlet .build/release/martlet --peer llama.cpp=PATH/llama-bench \
           [--peer NAME=PATH …] [--rounds 5] [--threads 2] [--prompt 128] [--generate 64] FILE.gguf …
needs: Python 3.9, nothing else

In each round every engine runs once on the file, in an order that rotates, so that drifts of the machine (shared cores, shared
memory bandwidth) fall on all alike. `martlet bench` measures the memory bandwidth in the same run. Prints one Markdown table a file,
and with --json FILE keeps all samples.
"""
import argparse
import json
import statistics
import subprocess
import sys


def martlet(path, model, options):
    command = [path, "bench", "--model", model, "--prompt-tokens", str(options.prompt), "--generate-tokens",
               str(options.generate), "--threads", str(options.threads), "--repetitions", "1", "--json"]
    report = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    return {"prefill": report["prefill_tokens_per_second"], "decode": report["decode_tokens_per_second"],
            "bandwidth": report["memory_bandwidth_bytes_per_second"], "share": report["bandwidth_share"],
            "memory": report["peak_memory_bytes"]}


def peer(path, model, options):
    command = [path, "-m", model, "-p", str(options.prompt), "-n", str(options.generate), "-t", str(options.threads),
               "-r", "1", "-o", "json"] + options.peer_option
    rows = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    result = {}
    for row in rows:
        if row["n_prompt"] and not row["n_gen"]:
            result["prefill"] = row["avg_ts"]
        elif row["n_gen"] and not row["n_prompt"]:
            result["decode"] = row["avg_ts"]
    return result


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="+")
    parser.add_argument("--martlet", required=True)
    parser.add_argument("--peer", action="append", default=[], metavar="NAME=PATH")
    parser.add_argument("--peer-option", action="append", default=[], help="passed on to every peer")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--prompt", type=int, default=128)
    parser.add_argument("--generate", type=int, default=64)
    parser.add_argument("--json", metavar="FILE")
    options = parser.parse_args()

    engines = [("martlet", lambda model: martlet(options.martlet, model, options))]
    for item in options.peer:
        name, path = item.split("=", 1)
        engines.append((name, lambda model, path=path: peer(path, model, options)))
    everything = {}
    for model in options.files:
        samples = {name: [] for name, _ in engines}
        for round_number in range(options.rounds):
            shift = round_number % len(engines)
            for name, run in engines[shift:] + engines[:shift]:
                samples[name].append(run(model))
                print(f"{model} round {round_number + 1} {name}: {samples[name][-1]}", file=sys.stderr, flush=True)
        everything[model] = samples
        medians = {name: {key: statistics.median(run[key] for run in runs) for key in runs[0]}
                   for name, runs in samples.items()}
        ours = medians["martlet"]
        print(f"\n{model}: prefill {options.prompt} / decode {options.generate}, {options.threads} threads, "
              f"median of {options.rounds} interleaved rounds\n")
        print("| Engine | prefill tok/s | decode tok/s | Martlet's prefill | Martlet's decode |")
        print("|---|---|---|---|---|")
        for name, figures in medians.items():
            print(f"| {name} | {figures['prefill']:.1f} | {figures['decode']:.1f} | "
                  f"{ours['prefill'] / figures['prefill']:.2f}x | {ours['decode'] / figures['decode']:.2f}x |")
        print(f"\nMemory bandwidth {ours['bandwidth'] / 1e9:.1f} GB/s; Martlet's decode reads at {ours['share']:.0%} "
              f"of it; peak memory {ours['memory'] / 1e6:.0f} MB.")
    if options.json:
        with open(options.json, "w", encoding="utf-8") as file:
            json.dump(everything, file, indent=1)


main()
