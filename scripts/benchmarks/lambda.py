#!/usr/bin/env python3
"""Measures what a function costs beside its model: start, overhead of an invocation, memory.

    scripts/benchmarks/lambda.py [--starts 10] [--invocations 500] [--event FILE] [--json] [-- COMMAND ...]
    scripts/benchmarks/lambda.py --bot [-- COMMAND ...]

COMMAND is the function's program; without one it is `.build/release/martlet lambda --mode api --echo`, and with --bot the
bot in mode request, asked by another person each time, with Telegram and a hosted model that this script plays and that
answer at once. The program runs against a Runtime API that this script serves on the loopback, as Lambda does, so that
nothing of Martlet measures itself:

  start      from starting the process to its first request for an invocation
  overhead   from handing an invocation out to the last byte of its response
  turn       from handing an invocation out to the request for the next one, which is what is billed
  memory     the process's resident set after the last invocation, and its peak

With --check it fails where the targets are missed: start 100 ms, overhead 10 ms, memory 60 MB.
"""

import argparse
import itertools
import json
import os
import queue
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time

from elsewhere import Elsewhere

NUMBERS = itertools.count(time.time_ns() // 1_000_000)  # none comes twice, in another run neither
BASE = "/2018-06-01/runtime/"
EXTENSION = "/2020-01-01/extension/"
HEALTH = {
    "version": "2.0",
    "routeKey": "$default",
    "rawPath": "/health",
    "rawQueryString": "",
    "headers": {"host": "bench.lambda-url.local", "accept": "*/*"},
    "requestContext": {
        "domainName": "bench.lambda-url.local",
        "requestId": "bench",
        "http": {"method": "GET", "path": "/health", "protocol": "HTTP/1.1", "sourceIp": "192.0.2.1"},
    },
    "isBase64Encoded": False,
}
SECRET = "a-secret-that-only-the-benchmark-has"
MESSAGE = dict(
    HEALTH,
    rawPath="/",
    headers={
        "host": "bench.lambda-url.local",
        "content-type": "application/json",
        "x-telegram-bot-api-secret-token": SECRET,
    },
    requestContext=dict(
        HEALTH["requestContext"],
        http={"method": "POST", "path": "/", "protocol": "HTTP/1.1", "sourceIp": "192.0.2.1"},
    ),
    # Each from somebody else: one chat hears a bot once a second.
    body='{"update_id": {number}, "message": {"message_id": 1, "date": 1, "text": "What is six times seven?", '
    '"from": {"id": {number}, "is_bot": false, "first_name": "Ada"}, "chat": {"id": {number}, "type": "private", "first_name": "Ada"}}}',
)


class RuntimeAPI:
    """Hands invocations to one process and notes when things happen."""

    def __init__(self):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.address = "127.0.0.1:%d" % self.listener.getsockname()[1]
        self.invocations = queue.Queue()
        self.asked = queue.Queue()  # when /next came
        self.answered = queue.Queue()  # (when, path, body)
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            threading.Thread(target=self.serve, args=(connection,), daemon=True).start()

    def serve(self, connection):
        try:
            with connection, connection.makefile("rb") as reader:
                while self.exchange(connection, reader):
                    pass
        except OSError:
            pass

    def exchange(self, connection, reader):
        line = reader.readline()
        if not line:
            return False
        method, path, _ = line.decode().split(" ")
        fields = {}
        while (line := reader.readline().strip()):
            name, _, value = line.decode().partition(":")
            fields[name.lower()] = value.strip()
        body = self.body(reader, fields)
        now = time.perf_counter()
        if path == BASE + "invocation/next":
            self.asked.put(now)
            number, payload = self.invocations.get()
            if payload is None:
                return False
            deadline = int((time.time() + 60) * 1000)
            head = (
                "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
                f"Lambda-Runtime-Aws-Request-Id: bench-{number}\r\nLambda-Runtime-Deadline-Ms: {deadline}\r\n"
                "Lambda-Runtime-Invoked-Function-Arn: arn:aws:lambda:us-east-1:012345678912:function:bench\r\n"
                f"Lambda-Runtime-Trace-Id: Root=1-0-{number:024x}\r\nContent-Length: {len(payload)}\r\n\r\n"
            )
            connection.sendall(head.encode() + payload)
        elif path == EXTENSION + "register":
            head = "HTTP/1.1 200 OK\r\nLambda-Extension-Identifier: bench\r\nContent-Type: application/json\r\n"
            connection.sendall((head + "Content-Length: 2\r\n\r\n{}").encode())
        elif path == EXTENSION + "event/next":
            threading.Event().wait()  # nothing ever happens to an extension here
        else:
            self.answered.put((now, path, body))
            connection.sendall(b"HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n")
        return True

    @staticmethod
    def body(reader, fields):
        if fields.get("transfer-encoding", "").lower() != "chunked":
            return reader.read(int(fields.get("content-length", 0)))
        body = b""
        while (size := int(reader.readline().split(b";")[0], 16)) > 0:
            body += reader.read(size)
            reader.readline()
        while reader.readline().strip():
            pass
        return body


def memory(process, name):
    """A figure of /proc in MB."""
    with open(f"/proc/{process}/status") as file:
        for line in file:
            if line.startswith(name + ":"):
                return int(line.split()[1]) / 1024
    return 0.0


def first(asked, process):
    """When the process asked for its first invocation; it may end before it does."""
    for _ in range(600):
        try:
            return asked.get(timeout=0.1)
        except queue.Empty:
            if process.poll() is not None:
                sys.exit(f"the function ended with status {process.returncode} before it asked for an invocation")
    raise queue.Empty


def bot_environment(elsewhere, folder):
    """What makes the function a bot whose Telegram and model are `elsewhere`."""
    return {
        "TELEGRAM_TOKEN": "7000001:a-token-that-only-the-benchmark-has", "TELEGRAM_API_BASE_URL": elsewhere.address,
        "TELEGRAM_WEBHOOK_SECRET": SECRET, "MARTLET_ACCESS": "open", "MARTLET_STORE_PATH": folder + "/store.sqlite",
        "OPENAI_API_KEY": "bench", "OPENAI_BASE_URL": elsewhere.address + "/v1", "MODEL_NAME": "bench",
    }


def run(command, payload, count, settings, pause):
    """One life of the function's process: how long its start took, each invocation's times, its memory."""
    api = RuntimeAPI()
    environment = dict(
        os.environ,
        AWS_LAMBDA_RUNTIME_API=api.address,
        AWS_LAMBDA_FUNCTION_NAME="bench",
        AWS_LAMBDA_FUNCTION_VERSION="$LATEST",
        AWS_LAMBDA_FUNCTION_MEMORY_SIZE="256",
        AWS_LAMBDA_INITIALIZATION_TYPE="on-demand",
        MARTLET_API_KEY=os.environ.get("MARTLET_API_KEY", "a-key-that-only-the-benchmark-has"),
        **settings,
    )
    begin = time.perf_counter()
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
    try:
        start = first(api.asked, process) - begin
        overheads, turns = [], []
        for number in range(count):
            time.sleep(pause)
            handed = time.perf_counter()
            api.invocations.put((number, payload.replace(b"{number}", b"%d" % next(NUMBERS))))
            answered, path, body = api.answered.get(timeout=60)
            if not path.endswith("/response"):
                sys.exit(f"the function failed: {body.decode(errors='replace')}")
            overheads.append(answered - handed)
            turns.append(api.asked.get(timeout=60) - handed)
        resident, peak = memory(process.pid, "VmRSS"), memory(process.pid, "VmHWM")
    except queue.Empty:
        sys.exit("the function did not answer within a minute")
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(5)
        except subprocess.TimeoutExpired:
            process.kill()
        api.listener.close()
    return start, overheads, turns, resident, peak


def percentile(values, part):
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * part))]


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--starts", type=int, default=10, help="how often the process is started (default: 10)")
    parser.add_argument("--invocations", type=int, default=500, help="invocations of the last start (default: 500)")
    parser.add_argument("--event", help="a file with the event, in which {number} becomes another number each time; default: GET /health")
    parser.add_argument("--bot", action="store_true", help="messages from Telegram to the bot in mode request")
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument("--check", action="store_true", help="fail where a target is missed")
    parser.add_argument("command", nargs="*", help="the function's program, after --")
    options = parser.parse_args()
    payload = json.dumps(HEALTH).encode()
    if options.event:
        with open(options.event, "rb") as file:
            payload = file.read()
    mode = ["request"] if options.bot else ["api", "--echo"]
    command = options.command or [".build/release/martlet", "lambda", "--mode"] + mode
    settings, pause = {}, 0
    elsewhere = Elsewhere()
    with tempfile.TemporaryDirectory() as folder:
        if options.bot:
            payload = payload if options.event else json.dumps(MESSAGE).encode()
            # Fewer than the messages of a second that Telegram lets a bot send.
            settings, pause = bot_environment(elsewhere, folder), 0.05
        lives = [run(command, payload, 1, settings, pause) for _ in range(max(0, options.starts - 1))]
        before = elsewhere.calls
        lives.append(run(command, payload, options.invocations, settings, pause))
        calls = (elsewhere.calls - before) / options.invocations
    elsewhere.close()
    starts = [life[0] * 1000 for life in lives]
    firsts = [life[1][0] * 1000 for life in lives]
    # The first invocation of a life is told apart: it makes what later ones find.
    overheads = [value * 1000 for value in lives[-1][1][1:]] or firsts
    turns = [value * 1000 for value in lives[-1][2][1:]] or firsts
    figures = {
        "start_ms": statistics.median(starts),
        "start_max_ms": max(starts),
        "first_overhead_ms": statistics.median(firsts),
        "overhead_ms": statistics.median(overheads),
        "overhead_p99_ms": percentile(overheads, 0.99),
        "turn_ms": statistics.median(turns),
        "resident_mb": lives[-1][3],
        "peak_mb": lives[-1][4],
    }
    if options.bot:
        figures["calls_elsewhere"] = calls
    if options.json:
        print(json.dumps(figures))
    else:
        for name, value in figures.items():
            print(f"{name:18} {value:9.2f}")
    missed = [
        name
        for name, limit in [("start_ms", 100), ("overhead_ms", 10), ("resident_mb", 60)]
        if figures[name] > limit
    ]
    if options.check and missed:
        sys.exit("targets missed: " + ", ".join(missed))


if __name__ == "__main__":
    main()
