#!/usr/bin/env python3
"""Times the first token of requests that share a long prefix: cold, in the same process, and after a restart.

    prefix_cache.py --model FILE [--martlet .build/release/martlet] [--prefix-tokens 1000] [--chat-tokens 2000] [--rounds 3]

Each round uses a prefix of its own and an empty directory of snapshots:
  cold       the first request
  same       a second request with another ending, in the same process
  restarted  a third one, in a new process; its first token is timed from the request, not from the start of the process
  chat       a conversation of --chat-tokens that goes on after a restart, and how many of its tokens are computed again
Every request generates one token. Loopback only, standard library only.
"""
import argparse
import http.client
import json
import random
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time

WORDS = (
    "amber basket candle drift ember fable garden harbour island jigsaw kettle lantern meadow needle orchard pebble quarry "
    "ribbon saddle timber umbrella valley willow yonder zephyr bread cloud dozen engine flour glass honey iron jacket"
).split()


class Server:
    """`martlet serve` on a directory of snapshots."""

    def __init__(self, options, directory):
        command = [options.martlet, "serve", "--model", options.model, "--port", str(options.port), "--threads",
                   str(options.threads), "--snapshots", directory]
        self.port = options.port
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                sys.exit(f"something listens at port {self.port} already; give another one with --port")
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for _ in range(600):
            if self.process.poll() is not None:
                sys.exit(f"martlet serve ended with {self.process.returncode}")
            try:
                if self.request("GET", "/ready").status == 200:
                    return
            except OSError:
                time.sleep(0.1)
        sys.exit("martlet serve isn't ready after a minute")

    def request(self, method, path, body=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=600)
        connection.request(method, path, body and json.dumps(body), {"Content-Type": "application/json"})
        return connection.getresponse()

    def answer(self, messages, tokens=1):
        """Seconds to the first piece, the text, and the usage."""
        start = time.perf_counter()
        first, text, usage = None, "", {}
        response = self.request("POST", "/v1/chat/completions", {
            "messages": messages, "max_tokens": tokens, "temperature": 0, "stream": True,
            "stream_options": {"include_usage": True}})
        if response.status != 200:
            sys.exit(f"the server said {response.status}: {response.read(400)!r}")
        for line in response:
            if not line.startswith(b"data: {"):
                continue
            event = json.loads(line[6:])
            usage = event.get("usage") or usage
            piece = (event.get("choices") or [{}])[0].get("delta", {}).get("content")
            if piece or (event.get("choices") or [{}])[0].get("finish_reason"):
                first = first or time.perf_counter() - start
            text += piece or ""
        return first, text, usage

    def stop(self):
        self.process.terminate()
        self.process.wait(60)


def reused(usage):
    return (usage.get("prompt_tokens_details") or {}).get("cached_tokens", 0)


def words(count, source):
    # About 1.3 tokens a word.
    return " ".join(source.choice(WORDS) for _ in range(int(count / 1.3)))


def measure(options, seed):
    source = random.Random(seed)
    system = {"role": "system", "content": words(options.prefix_tokens, source)}

    def ask(server, question):
        return server.answer([system, {"role": "user", "content": question}])

    directory = tempfile.mkdtemp(prefix="martlet-prefix-")
    try:
        server = Server(options, directory)
        server.answer([{"role": "user", "content": "warm up"}])
        cold, _, usage = ask(server, "Which of these words do you like?")
        same, _, second = ask(server, "How many words are these?")
        server.stop()
        server = Server(options, directory)
        server.answer([{"role": "user", "content": "warm up"}])
        restarted, _, third = ask(server, "What is the third word?")
        server.stop()

        chat = [system, {"role": "user", "content": words(options.chat_tokens - options.prefix_tokens, source)}]
        server = Server(options, directory)
        _, text, before = server.answer(chat, tokens=64)
        server.stop()
        server = Server(options, directory)
        chat += [{"role": "assistant", "content": text}, {"role": "user", "content": "Go on."}]
        resumed, _, after = server.answer(chat)
        server.stop()
    finally:
        shutil.rmtree(directory, ignore_errors=True)
    return {
        "prompt": usage["prompt_tokens"], "cold": cold, "same": same, "restarted": restarted,
        "same_share": same / cold, "restarted_share": restarted / cold,
        "same_reused": reused(second), "restarted_reused": reused(third),
        "chat_prompt": after["prompt_tokens"], "chat_before": before["prompt_tokens"],
        "chat_computed": after["prompt_tokens"] - reused(after), "chat_first": resumed,
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", required=True)
    parser.add_argument("--martlet", default=".build/release/martlet")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--port", type=int, default=18437)
    parser.add_argument("--prefix-tokens", type=int, default=1000)
    parser.add_argument("--chat-tokens", type=int, default=2000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", metavar="FILE", help="keep all samples")
    options = parser.parse_args()
    samples = [measure(options, seed) for seed in range(options.rounds)]
    if options.json:
        with open(options.json, "w") as file:
            json.dump(samples, file, indent=2)
    median = {key: statistics.median(sample[key] for sample in samples) for key in samples[0]}
    print("| request | prompt | from the cache | first token | of cold |")
    print("|---|---|---|---|---|")
    print(f"| cold | {median['prompt']:.0f} | 0 | {median['cold']:.2f} s | |")
    for name in ("same", "restarted"):
        print(f"| {name} | {median['prompt']:.0f} | {median[name + '_reused']:.0f} | {median[name]:.3f} s | "
              f"{100 * median[name + '_share']:.1f} % |")
    print(f"| chat, restarted | {median['chat_prompt']:.0f} | {median['chat_prompt'] - median['chat_computed']:.0f} | "
          f"{median['chat_first']:.3f} s | |")


if __name__ == "__main__":
    main()
