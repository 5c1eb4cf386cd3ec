#!/usr/bin/env python3
"""Puts a whole bot under load in the simulator and looks for answers that are lost, doubled or out of order.

    telegram_load.py [--martlet .build/release/martlet] [--chats 200] [--updates 100000] [--rounds 3]

Two parts. "Chats": so many people write at once, `rounds` times, to a bot whose model says each answer in pieces; every answer is
awaited, and each chat must hold exactly its answers in order; the simulator's real limits of rate hold, and its 429s are counted.
"Soak": so many updates pass through the bot, most of them such as are answered without a model and a part that is repeated,
while its memory is read. Loopback only, standard library only, Linux for the memory.
"""
import argparse
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request


class World:
    """The simulator's interface."""

    def __init__(self, base):
        self.base = base

    def act(self, acts):
        body = json.dumps(acts).encode()
        request = urllib.request.Request(self.base + "/simulator/act", body, {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=120) as answer:
            return json.load(answer)

    def state(self):
        with urllib.request.urlopen(self.base + "/simulator/state", timeout=120) as answer:
            return json.load(answer)


def start(martlet, folder, chats):
    script = pathlib.Path(folder) / "model.yaml"
    script.write_text("- {echo: true, delay: 0.2}\n")
    simulator = subprocess.Popen(
        [martlet, "simulate", "--port", "0", "--stay", "--model-script", str(script)],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True,
    )
    base = None
    for line in simulator.stdout:
        if "Its page: " in line:
            base = line.split("Its page: ")[1].strip().rstrip("/")
            break
    environment = {
        "PATH": os.environ["PATH"], "HOME": folder, "TELEGRAM_TOKEN": "7000001:simulated-token",
        "TELEGRAM_API_BASE_URL": base, "OPENAI_API_KEY": "scripted", "OPENAI_BASE_URL": base + "/v1",
        "MODEL_NAME": "scripted", "MARTLET_ACCESS": "open", "MARTLET_GROUPS": "open", "MARTLET_LOG": "error",
        "MARTLET_MAXIMUM_CONCURRENT_ANSWERS": str(chats),
    }
    bot = subprocess.Popen([martlet, "bot"], env=environment, cwd=folder, stdin=subprocess.DEVNULL)
    return simulator, bot, World(base)


def memory(process):
    """Resident memory, in MB."""
    for line in pathlib.Path(f"/proc/{process.pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    return 0


def said(state):
    """What the bot says in each chat, in order."""
    answers = {}
    for message in state["messages"]:
        if message.get("from", {}).get("is_bot") and "deleted" not in message:
            answers.setdefault(message["chat_id"], []).append(message.get("text", ""))
    return answers


def load_chats(world, count, rounds):
    people = range(1000, 1000 + count)
    world.act([{"act": "addUser", "id": person, "name": f"Person {person}"} for person in people])
    times, expected = [], {person: [] for person in people}
    for number in range(rounds):
        begin = time.monotonic()
        world.act([{"act": "say", "from": person, "text": f"question {number} of {person}"} for person in people])
        for person in people:
            expected[person].append(f"question {number} of {person}")
        deadline = begin + 180
        while time.monotonic() < deadline:
            answers = said(world.state())
            if all(answers.get(person, []) == expected[person] for person in people):
                break
            time.sleep(0.25)
        times.append(time.monotonic() - begin)
    state = world.state()
    answers = said(state)
    lost = sum(text not in answers.get(person, []) for person in people for text in expected[person])
    doubled = sum(max(0, answers.get(person, []).count(text) - 1) for person in people for text in expected[person])
    order = sum(
        [text for text in answers.get(person, []) if text in expected[person]] != expected[person] for person in people
    )
    limited = sum(call["status"] == 429 for call in state["calls"])
    print(f"chats: {count} at once, {rounds} rounds, {statistics.median(times):.1f} s a round (median)")
    print(f"  lost {lost}, doubled {doubled}, chats out of order {order}, 429s among the last {len(state['calls'])} calls {limited}")
    return lost == 0 and doubled == 0 and order == 0 and limited == 0


def soak(world, bot, count):
    """Updates that need no answer, of many kinds, a tenth of them invented."""
    samples = [memory(bot)]
    begin = time.monotonic()
    chat = {"id": -77, "type": "supergroup", "title": "Soak"}
    person = {"id": 1, "is_bot": False, "first_name": "You"}
    for block in range(0, count, 1000):
        updates = []
        for number in range(block, min(block + 1000, count)):
            kind = number % 10
            message = {"message_id": 100000 + number, "date": int(time.time()), "chat": chat, "from": person}
            if kind == 0:
                updates.append({"invented_kind": {"number": number}})
            elif kind == 1:
                updates.append({"edited_message": {**message, "edit_date": int(time.time()), "text": f"edited {number}"}})
            elif kind == 2:
                updates.append({"message": {**message, "new_chat_title": f"Title {number}"}})
            else:
                updates.append({"message": {**message, "text": f"not for the bot {number}"}})
        world.act([{"act": "inject", "update": update} for update in updates])
        while world.state()["pending_update_count"] > 2000:
            time.sleep(0.05)
        if block % 10000 == 0:
            samples.append(memory(bot))
    while world.state()["pending_update_count"] > 0:
        time.sleep(0.05)
    seconds = time.monotonic() - begin
    samples.append(memory(bot))
    print(f"soak: {count} updates in {seconds:.0f} s, {count / seconds:.0f} a second")
    print("  memory of the bot, MB: " + ", ".join(f"{sample:.0f}" for sample in samples))
    middle = samples[len(samples) // 2]
    return samples[-1] < middle * 1.2 + 5


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--martlet", default=".build/release/martlet")
    parser.add_argument("--chats", type=int, default=200)
    parser.add_argument("--updates", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        simulator, bot, world = start(str(pathlib.Path(arguments.martlet).resolve()), folder, arguments.chats)
        try:
            isGood = load_chats(world, arguments.chats, arguments.rounds)
            isGood = soak(world, bot, arguments.updates) and isGood
        finally:
            bot.terminate()
            simulator.terminate()
            bot.wait()
            simulator.wait()
    sys.exit(0 if isGood else 1)


if __name__ == "__main__":
    main()
