#!/usr/bin/env python3
"""Compares `martlet serve` with llama-server under concurrent streaming requests: same file, same machine, interleaved.

    load.py --model FILE --llama-server PATH [--martlet .build/release/martlet] [--concurrency 1,4,8] [--rounds 3]

Every request has its own prompt, different from the first word on, so that no prefix cache helps. Both servers run all
the time; each round asks one after the other at each level, the first one changing from round to round, after a
request to warm each up. The tables give medians over rounds and the ratio of each round's pair. Loopback only, standard
library only.
"""
import argparse
import http.client
import json
import pathlib
import random
import statistics
import subprocess
import sys
import threading
import time

WORDS = (
    "amber basket candle drift ember fable garden harbour island jigsaw kettle lantern meadow needle orchard pebble quarry "
    "ribbon saddle timber umbrella valley willow yonder zephyr bread cloud dozen engine flour glass honey iron jacket "
    "kitchen letter market north ocean paper queen river silver train under village winter yellow"
).split()


class Server:
    """A server that this script starts and stops."""

    def __init__(self, name, command, port):
        self.name = name
        self.port = port
        self.log = open(f"/tmp/load-{name}.log", "wb")
        self.process = subprocess.Popen(command, stdout=self.log, stderr=self.log)
        for _ in range(600):
            if self.process.poll() is not None:
                sys.exit(f"{name} ended with {self.process.returncode}; see {self.log.name}")
            if self.is_ready():
                return
            time.sleep(0.1)
        sys.exit(f"{name} isn't ready after a minute; see {self.log.name}")

    def is_ready(self):
        try:
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=2)
            connection.request("GET", "/ready" if self.name == "martlet" else "/health")
            return connection.getresponse().status == 200
        except OSError:
            return False

    def memory(self):
        """Peak resident bytes."""
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return int(status.split("VmHWM:")[1].split()[0]) * 1024

    def stop(self):
        self.process.terminate()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()


def ask(port, prompt, token_count):
    """One streaming request; returns seconds to the first text, seconds in all, and generated tokens."""
    body = {
        "prompt": prompt, "max_tokens": token_count, "temperature": 0.8, "stream": True,
        "stream_options": {"include_usage": True},
    }
    if arguments.extra:
        body.update(json.loads(arguments.extra))
    start = time.perf_counter()
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=600)
    connection.request("POST", "/v1/completions", json.dumps(body), {"Content-Type": "application/json"})
    response = connection.getresponse()
    if response.status != 200:
        sys.exit(f"status {response.status}: {response.read(500)!r}")
    first, count = None, 0
    for line in response:
        if not line.startswith(b"data:") or line.strip() == b"data: [DONE]":
            continue
        event = json.loads(line[5:])
        if "error" in event:
            sys.exit(f"error in a stream: {event['error']}")
        if event.get("usage"):
            count = event["usage"]["completion_tokens"]
        if first is None and any(choice.get("text") for choice in event.get("choices", [])):
            first = time.perf_counter() - start
    connection.close()
    return first, time.perf_counter() - start, count


def level(server, concurrency, seed):
    """A number of clients that each send some requests one after the other."""
    results, threads = [], []

    def client(index):
        for turn in range(arguments.requests):
            chooser = random.Random(f"{seed}.{concurrency}.{index}.{turn}")
            prompt = " ".join(chooser.choice(WORDS) for _ in range(arguments.words))
            results.append(ask(server.port, prompt, arguments.tokens))

    start = time.perf_counter()
    for index in range(concurrency):
        threads.append(threading.Thread(target=client, args=(index,)))
        threads[-1].start()
    for thread in threads:
        thread.join()
    wall = time.perf_counter() - start
    if len(results) < concurrency * arguments.requests:
        sys.exit(f"{server.name}: a request failed")
    generated = sum(result[2] for result in results)
    firsts = [result[0] for result in results if result[0] is not None]
    return {"tokens_per_second": generated / wall, "first_token_seconds": statistics.median(firsts), "generated": generated}


parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("--model", required=True)
parser.add_argument("--llama-server", help="leave out to measure Martlet alone")
parser.add_argument("--martlet", default=".build/release/martlet")
parser.add_argument("--concurrency", default="1,4,8")
parser.add_argument("--rounds", type=int, default=3)
parser.add_argument("--requests", type=int, default=2, help="requests of each client")
parser.add_argument("--tokens", type=int, default=64)
parser.add_argument("--words", type=int, default=58, help="words of a prompt, about 96 tokens")
parser.add_argument("--threads", type=int, default=2)
parser.add_argument("--slots", type=int, default=8)
parser.add_argument("--extra", help="JSON merged into each request")
parser.add_argument("--json", action="store_true")
arguments = parser.parse_args()

levels = [int(text) for text in arguments.concurrency.split(",")]
servers = [
    Server(
        "martlet",
        [arguments.martlet, "serve", "--model", arguments.model, "--port", "18431", "--threads", str(arguments.threads)],
        18431,
    )
]
try:
    if arguments.llama_server:
        servers.append(
            Server(
                "llama-server",
                [arguments.llama_server, "-m", arguments.model, "-np", str(arguments.slots), "-c", str(1024 * arguments.slots),
                 "-t", str(arguments.threads), "-tb", str(arguments.threads), "--port", "18432", "--host", "127.0.0.1"],
                18432,
            )
        )
    for server in servers:
        ask(server.port, "warm up", 8)
    samples = {(server.name, count): [] for server in servers for count in levels}
    for turn in range(arguments.rounds):
        for count in levels:
            for server in servers if turn % 2 == 0 else servers[::-1]:
                samples[server.name, count].append(level(server, count, turn))
    report = {"model": arguments.model, "levels": []}
    for count in levels:
        entry = {"concurrency": count}
        for server in servers:
            found = samples[server.name, count]
            entry[server.name] = {
                key: statistics.median(sample[key] for sample in found) for key in ("tokens_per_second", "first_token_seconds")
            } | {"samples": found}
        if len(servers) == 2:
            entry["ratio"] = statistics.median(
                mine["tokens_per_second"] / theirs["tokens_per_second"]
                for mine, theirs in zip(samples["martlet", count], samples["llama-server", count])
            )
        report["levels"].append(entry)
    report["peak_memory_bytes"] = {server.name: server.memory() for server in servers}
finally:
    for server in servers:
        server.stop()

if arguments.json:
    print(json.dumps(report, indent=2))
else:
    print(f"{'streams':>7}  " + "".join(f"{server.name + ' tokens/s':>24}{'first token':>14}" for server in servers) + f"{'ratio':>8}")
    for entry in report["levels"]:
        row = f"{entry['concurrency']:>7}  "
        for server in servers:
            row += f"{entry[server.name]['tokens_per_second']:>24.1f}{entry[server.name]['first_token_seconds']:>12.2f} s"
        print(row + (f"{entry['ratio']:>8.2f}" if "ratio" in entry else ""))
    print("peak memory: " + ", ".join(f"{name} {size / 1e6:.0f} MB" for name, size in report["peak_memory_bytes"].items()))
