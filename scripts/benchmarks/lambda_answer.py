#!/usr/bin/env python3
"""Times a warm function's answers through the emulator, in turn with llama-server's: 100 tokens of prompt, 100 generated.

    lambda_answer.py --model FILE [--martlet .build/release/martlet] [--llama-server PATH] [--rounds 3] [--threads 2]

Both run with the model in memory and have answered once. Each round asks both the same, in an order that turns around, as a client of
OpenAI's API that reads a stream does: the function at its URL, behind the emulator's Runtime API. Prints for each the time to the first
visible text and to the end, and the medians' ratio. Loopback only, standard library only.
"""
import argparse
import http.client
import json
import os
import re
import socket
import statistics
import subprocess
import sys
import time

WORDS = "tell me about the time child program way day room thing company money home family people man work question".split()


def prompt(number):
    """About 100 tokens, other ones in each round, so that nothing is known of them."""
    return " ".join([f"{number}"] + [WORDS[(number + index) % len(WORDS)] for index in range(98)])


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Function:
    name = "martlet lambda"

    def __init__(self, options):
        self.process = subprocess.Popen(
            [options.martlet, "lambda", "--mode", "api", "--port", "0", "--model", options.model, "--threads",
             str(options.threads)], stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True,
            env={"PATH": os.environ["PATH"], "HOME": "/nonexistent", "MARTLET_LOG": "error"})
        for line in self.process.stderr:
            if found := re.search(r"http://127\.0\.0\.1:(\d+)/", line):
                self.port = int(found[1])
                return
        sys.exit("the function did not start")


class Peer:
    name = "llama-server"

    def __init__(self, options):
        self.port = free_port()
        self.process = subprocess.Popen(
            [options.llama_server, "-m", options.model, "-t", str(options.threads), "-c", "4096", "-np", "1", "--host",
             "127.0.0.1", "--port", str(self.port)], stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        while self.status() != 200:
            if self.process.poll() is not None:
                sys.exit("llama-server ended")
            time.sleep(0.2)

    def status(self):
        try:
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
            connection.request("GET", "/health")
            return connection.getresponse().status
        except OSError:
            return 0


def ask(port, number):
    """Seconds to the first text and to the end."""
    body = {"prompt": prompt(number), "max_tokens": 100, "temperature": 0.8, "seed": number, "stream": True}
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=600)
    start = time.perf_counter()
    connection.request("POST", "/v1/completions", json.dumps(body), {"Content-Type": "application/json"})
    response = connection.getresponse()
    if response.status != 200:
        sys.exit(f"status {response.status}: {response.read(400)!r}")
    first = None
    for line in response:
        if first is None and line.startswith(b"data: {") and json.loads(line[6:])["choices"][0].get("text"):
            first = time.perf_counter() - start
    return first, time.perf_counter() - start


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", required=True)
    parser.add_argument("--martlet", default=".build/release/martlet")
    parser.add_argument("--llama-server")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    servers = [Function(options)] + ([Peer(options)] if options.llama_server else [])
    try:
        samples = {server.name: [] for server in servers}
        for number in range(options.rounds + 1):
            for server in servers[:: 1 if number % 2 else -1]:
                times = ask(server.port, 1000 + number)
                if number:  # the first brings the weights into memory
                    samples[server.name].append(times)
                    print(f"round {number} {server.name}: {times[0]:.2f} s, {times[1]:.2f} s", file=sys.stderr)
        medians = {name: [statistics.median(it[part] for it in times) for part in (0, 1)] for name, times in samples.items()}
        for name, (first, end) in medians.items():
            print(f"{name:16} first text {first:6.2f} s, end {end:6.2f} s")
        if len(medians) == 2:
            ours, theirs = (medians[server.name] for server in servers)
            print(f"ratio            first text {ours[0] / theirs[0]:6.2f}    end {ours[1] / theirs[1]:6.2f}")
    finally:
        for server in servers:
            server.process.terminate()
            server.process.wait()


main()
