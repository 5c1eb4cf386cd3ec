#!/usr/bin/env python3
"""How long the webhook takes from a delivered update to its acknowledgement, with SQLite on a real disk.

Starts `martlet bot --webhook` in echo mode against a Bot API that answers at once, and delivers updates over open connections as
Telegram does: one at a time on each. With --rate the deliveries come at that many a second, spread over the connections; the
time of one counts from when it was due, so that waiting in line counts as well. Without, each connection delivers as fast as it
is acknowledged. Afterwards every update must have been answered exactly once. The bot takes no more than about a thousand messages
that wait, because it may send only some thirty a second; further ones are sent away and delivered again, which shows in the times.

    scripts/benchmarks/webhook.py --connections 50 --rate 200
"""

import argparse
import asyncio
import json
import os
import socket
import tempfile
import time

SECRET = "benchmark-secret"
TOKEN = "7000001:benchmark-token"


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--martlet", default=".build/release/martlet")
    parser.add_argument("--connections", type=int, default=50)
    parser.add_argument("--updates", type=int, default=900)
    parser.add_argument("--rate", type=float, default=0, help="deliveries a second; 0 is as fast as they are acknowledged")
    parser.add_argument("--ignored", action="store_true", help="deliver updates that need no answer")
    parser.add_argument("--folder", help="where the database is made; default: a temporary folder")
    return parser.parse_args()


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


async def read_message(reader):
    """One HTTP message: its first line and its body."""
    head = await reader.readuntil(b"\r\n\r\n")
    lines = head.decode("latin-1").split("\r\n")
    size = 0
    for line in lines[1:]:
        name, _, value = line.partition(":")
        if name.lower() == "content-length":
            size = int(value)
    return lines[0], await reader.readexactly(size)


class BotAPI:
    """Answers every call at once, and counts the messages."""

    def __init__(self):
        self.sent = {}

    def result(self, method, parameters):
        if method == "getMe":
            return {"id": 7000001, "is_bot": True, "first_name": "Bench", "username": "bench_bot"}
        if method == "getWebhookInfo":
            return {"url": "", "pending_update_count": 0}
        if method == "sendMessage":
            chat = parameters["chat_id"]
            self.sent[chat] = self.sent.get(chat, 0) + 1
            return {"message_id": len(self.sent), "date": 1, "chat": {"id": chat, "type": "private"}}
        return True

    async def serve(self, reader, writer):
        try:
            while True:
                first, body = await read_message(reader)
                method = first.split()[1].rsplit("/", 1)[-1]
                answer = {"ok": True, "result": self.result(method, json.loads(body or b"{}"))}
                text = json.dumps(answer).encode()
                writer.write(
                    b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(text) + text
                )
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()


def delivery(number, ignored):
    """The bytes of a request; every update is of a chat of its own, so that none waits for another."""
    user = {"id": number, "is_bot": False, "first_name": "Ada", "language_code": "en"}
    message = {
        "message_id": number, "date": int(time.time()), "from": user, "chat": {"id": number, "type": "private"},
        "text": "How long does it take?",
    }
    kind = "poll" if ignored else "message"
    body = json.dumps({"update_id": number, kind: message}).encode()
    head = (
        "POST /telegram HTTP/1.1\r\nHost: bot\r\nContent-Type: application/json\r\n"
        f"X-Telegram-Bot-Api-Secret-Token: {SECRET}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


async def deliver(port, numbers, dues, ignored, times):
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for number, due in zip(numbers, dues):
        request = delivery(number, ignored)
        if due is not None:
            await asyncio.sleep(max(0, due - time.perf_counter()))
        started = due if due is not None else time.perf_counter()
        while True:
            writer.write(request)
            first, _ = await read_message(reader)
            status = int(first.split()[1])
            if status == 200:
                break
            if status != 503:
                raise SystemExit(f"the webhook answered {first}")
            times["refused"] += 1
            await asyncio.sleep(1)
        times["taken"].append(time.perf_counter() - started)
    writer.close()


async def until_listening(port, process):
    for _ in range(600):
        if process.returncode is not None:
            raise SystemExit("martlet bot ended; try it by hand")
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.close()
            return
        except OSError:
            await asyncio.sleep(0.05)
    raise SystemExit("martlet bot does not listen")


async def main():
    options = arguments()
    api = BotAPI()
    server = await asyncio.start_server(api.serve, "127.0.0.1", 0)
    api_port = server.sockets[0].getsockname()[1]
    port = free_port()
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        environment = dict(
            os.environ, MARTLET_ACCESS="open", TELEGRAM_TOKEN=TOKEN, TELEGRAM_API_BASE_URL=f"http://127.0.0.1:{api_port}",
            TELEGRAM_WEBHOOK_SECRET=SECRET, HOME=folder, MARTLET_LOG="warning",
            MARTLET_MAXIMUM_CONCURRENT_ANSWERS="64",
        )
        process = await asyncio.create_subprocess_exec(
            os.path.abspath(options.martlet), "bot", "--echo", "--store", f"{folder}/store.sqlite", "--webhook",
            "https://bot.example/telegram", "--port", str(port), env=environment, cwd=folder,
        )
        try:
            await until_listening(port, process)
            times = {"taken": [], "refused": 0}
            # A few of them first, so that nothing is measured for the first time.
            await deliver(port, range(1, 101), [None] * 100, True, {"taken": [], "refused": 0})
            numbers = range(1000, 1000 + options.updates)
            begin = time.perf_counter() + 0.2
            tasks = []
            for lane in range(options.connections):
                own = numbers[lane :: options.connections]
                dues = [begin + (number - 1000) / options.rate if options.rate else None for number in own]
                tasks.append(deliver(port, own, dues, options.ignored, times))
            started = time.perf_counter()
            await asyncio.gather(*tasks)
            seconds = time.perf_counter() - started
            if not options.ignored:
                for _ in range(1200):
                    if len(api.sent) >= options.updates:
                        break
                    await asyncio.sleep(0.1)
                wrong = options.updates - sum(1 for count in api.sent.values() if count == 1)
                print(f"answers: {len(api.sent)} of {options.updates} chats, {wrong} not exactly once")
            taken = sorted(times["taken"])
            for share in (50, 90, 99, 100):
                position = min(len(taken) - 1, len(taken) * share // 100)
                print(f"p{share}: {taken[position] * 1000:.2f} ms")
            print(
                f"{len(taken)} updates over {options.connections} connections, {len(taken) / seconds:.0f} a second, "
                f"{times['refused']} sent away once"
            )
        finally:
            if process.returncode is None:
                process.terminate()
                await process.wait()
    server.close()


asyncio.run(main())
