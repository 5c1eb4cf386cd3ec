#!/usr/bin/env python3
"""Times processes from their start to the first token, with the model's file out of memory, beside merely reading the file.

    cold_start.py --model FILE --work DIRECTORY [--martlet .build/release/martlet] [--llama-server PATH] [--rounds 7]
    cold_start.py --model FILE --work DIRECTORY --answer [--warm] …

Without --answer: instructions of about 300 tokens and a short question, one token generated. Each round runs everything once,
in an order that rotates, after dropping the files from the page cache and making sure that they are gone:
  reading        the file with 1, 2, 4 and 8 threads, 1 MiB at a time, and with dd; the fastest counts
  plain          martlet generate on the file as it is
  packed         martlet generate on the file that `martlet pack` makes of it, the instructions computed
  packed, baked  the same, the instructions packed with it
  llama.cpp      llama-server, started, and asked as soon as it is ready; with its defaults and with --no-repack

With --answer: a prompt of 100 tokens and 100 generated, from the start of the process to the first byte and to the end; --warm
leaves the file in the page cache. The copies, packed files and results go to --work, which needs room for two copies.
Linux, loopback only, standard library only.
"""
import argparse
import ctypes
import http.client
import json
import mmap
import os
import pathlib
import shutil
import socket
import statistics
import subprocess
import sys
import threading
import time

PERSONA = " ".join([
    "You are Robin, who keeps the small library at the harbour. You answer in two or three short sentences, kindly and plainly.",
    "You know every shelf: sea stories stand by the window, cook books by the stove, and maps lie in the long drawers.",
    "When somebody asks for a book, you name one, say in half a sentence what it is about, and where it stands.",
    "When you do not know a thing, you say so, and you say who might know it. You never make up titles or names.",
    "You open at nine and close at six, on Fridays at eight. On Sundays the library is closed, and the cat keeps watch.",
    "Books may be kept for three weeks, and for three more when nobody waits for them. Late books cost nothing but a smile.",
    "You speak the language in which you are spoken to. You do not talk about politics, and you give no advice on medicine or law;",
    "for these you name the town hall, the doctor at the market, or the notary in Mill Lane. You like rain, tea and tidy lists.",
    "If somebody is sad, you listen first, and then you offer a story. If somebody is in a hurry, you are brief.",
])
QUESTION = "Good morning! Where do I find something about lighthouses?"
WORDS = "tell me about the time child program way day room thing company money home family people man work question".split()


def run(command, **options):
    return subprocess.run(command, check=True, capture_output=True, text=True, **options).stdout


# Page cache

libc = ctypes.CDLL(None, use_errno=True)


def resident_share(path):
    size = os.path.getsize(path)
    with open(path, "rb") as file, mmap.mmap(file.fileno(), size, prot=mmap.PROT_READ | mmap.PROT_WRITE,
                                             flags=mmap.MAP_PRIVATE) as view:
        pages = (size + mmap.PAGESIZE - 1) // mmap.PAGESIZE
        states = (ctypes.c_ubyte * pages)()
        start = ctypes.c_char.from_buffer(view)
        address = ctypes.c_void_p(ctypes.addressof(start))
        status = libc.mincore(address, ctypes.c_size_t(size), states)
        del start
        if status != 0:
            sys.exit(f"{path}: mincore failed")
        return sum(state & 1 for state in bytes(states)) / pages


def drop(path):
    """Drops a file from the page cache; the run is of no use if that doesn't work."""
    for _ in range(50):
        descriptor = os.open(path, os.O_RDONLY)
        os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
        os.close(descriptor)
        if resident_share(path) == 0:
            return
        time.sleep(0.1)
    sys.exit(f"{path} can't be dropped from the page cache ({resident_share(path):.0%} stay): another process uses it")


def files_of(model):
    pack = pathlib.Path(model + ".pack")
    return [model] + ([str(path) for path in pack.iterdir()] if pack.is_dir() else [])


def prepare(model):
    if not options.warm:
        for path in files_of(model):
            drop(path)
    else:
        for path in files_of(model):
            with open(path, "rb", buffering=0) as file:
                while file.read(1 << 22):
                    pass


# What is timed: each returns seconds to the first token (or byte), seconds to the end, and facts

def reading(model, threads):
    prepare(model)
    size = os.path.getsize(model)
    start = time.perf_counter()
    if threads == 0:
        subprocess.run(["dd", f"if={model}", "of=/dev/null", "bs=4M"], check=True, stderr=subprocess.DEVNULL)
    else:
        descriptor = os.open(model, os.O_RDONLY)
        offsets = iter(range(0, size, 1 << 20))
        lock = threading.Lock()

        def work():
            buffer = bytearray(1 << 20)
            while True:
                with lock:
                    offset = next(offsets, None)
                if offset is None:
                    return
                os.preadv(descriptor, [buffer], offset)

        workers = [threading.Thread(target=work) for _ in range(threads)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
        os.close(descriptor)
    seconds = time.perf_counter() - start
    return seconds, seconds, {}


def martlet(model, *more):
    """One answer as JSON, which comes with its first and only token."""
    prepare(model)
    command = [options.martlet, "generate", "--model", model, "--threads", str(options.threads), "--temperature", "0",
               "--max-tokens", "1", "--json", "--system", PERSONA, *more, QUESTION]
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    line = process.stdout.readline()
    first = time.perf_counter() - start
    errors = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    if status != 0 or not line:
        sys.exit(f"{' '.join(command[:4])} failed: {errors.decode()}")
    report = json.loads(line)
    return first, first, {"prompt": report["prompt_tokens"], "reused": report["reused_tokens"],
                          "memory": usage.ru_maxrss * 1024}


def martlet_answer(model):
    prepare(model)
    command = [options.martlet, "generate", "--model", model, "--threads", str(options.threads), "--raw", "--temperature", "0.8",
               "--seed", "1", "--max-tokens", "100", long_prompt()]
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    process.stdout.read(1)
    first = time.perf_counter() - start
    process.stdout.read()
    end = time.perf_counter() - start
    _, status, usage = os.wait4(process.pid, 0)
    if status != 0:
        sys.exit(f"martlet generate failed: {process.stderr.read().decode()}")
    return first, end, {"memory": usage.ru_maxrss * 1024}


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def llama(model, *more):
    prepare(model)
    port = free_port()
    command = [options.llama_server, "-m", model, "-t", str(options.threads), "-c", "4096", "-np", "1", "--no-warmup",
               "--host", "127.0.0.1", "--port", str(port), *more]
    if options.answer:
        path, body = "/v1/completions", {"prompt": long_prompt(), "max_tokens": 100, "temperature": 0.8, "seed": 1}
    else:
        messages = [{"role": "system", "content": PERSONA}, {"role": "user", "content": QUESTION}]
        path, body = "/v1/chat/completions", {"messages": messages, "max_tokens": 1, "temperature": 0}
    body["stream"] = True
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        while True:
            if process.poll() is not None:
                sys.exit(f"llama-server ended with {process.returncode}")
            try:
                connection = http.client.HTTPConnection("127.0.0.1", port, timeout=600)
                connection.request("GET", "/health")
                if connection.getresponse().status == 200:
                    break
            except OSError:
                pass
            time.sleep(0.003)
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=600)
        connection.request("POST", path, json.dumps(body), {"Content-Type": "application/json"})
        response = connection.getresponse()
        if response.status != 200:
            sys.exit(f"llama-server said {response.status}: {response.read(400)!r}")
        first, end = None, None
        for line in response:
            if line.startswith(b"data: {"):
                choice = (json.loads(line[6:]).get("choices") or [{}])[0]
                if choice.get("delta", {}).get("content") or choice.get("text") or choice.get("finish_reason"):
                    first = first or time.perf_counter() - start
                    end = time.perf_counter() - start
        memory = int(pathlib.Path(f"/proc/{process.pid}/status").read_text().split("VmHWM:")[1].split()[0]) * 1024
    finally:
        process.terminate()
        process.wait()
    return first, end, {"memory": memory}


def long_prompt():
    return " ".join(WORDS[index * 7 % len(WORDS)] for index in range(99))


# The files

def copy(model, work):
    target = work / ("plain-" + pathlib.Path(model).name)
    if not target.exists() or target.stat().st_size != os.path.getsize(model):
        shutil.copyfile(model, target)
    os.sync()
    return str(target)


def pack(model, work):
    target = work / ("packed-" + pathlib.Path(model).name)
    if not target.exists() or options.pack_again:
        persona = work / "persona.txt"
        persona.write_text(PERSONA)
        print(run([options.martlet, "pack", model, str(target), "--persona", str(persona), "--force", "--quiet", "--json"]),
              file=sys.stderr)
    os.sync()
    return str(target)


def table(samples):
    medians = {name: statistics.median(sample[0] for sample in runs) for name, runs in samples.items()}
    fastest = min((name for name in samples if name.startswith("reading")), key=medians.get, default=None)
    peers = [name for name in samples if name.startswith("llama.cpp")]
    best = min(peers, key=medians.get, default=None)

    def ratio(name, other):
        if other is None or name == other:
            return ""
        return f"{statistics.median(a[0] / b[0] for a, b in zip(samples[name], samples[other])):.2f}x"

    print(f"\n{options.model}, {options.threads} threads, {len(next(iter(samples.values())))} rounds, "
          f"{'warm' if options.warm else 'cold'}; medians, ratios of each round's pair\n")
    print(f"| | first | end | least to most | to {fastest or 'reading'} | to {best or 'a peer'} | prompt, reused | peak memory |")
    print("|---|---|---|---|---|---|---|---|")
    for name, runs in samples.items():
        firsts = sorted(sample[0] for sample in runs)
        facts = runs[-1][2]
        tokens = f"{facts['prompt']}, {facts['reused']}" if "prompt" in facts else ""
        memory = f"{statistics.median(sample[2]['memory'] for sample in runs) / 1e6:.0f} MB" if "memory" in facts else ""
        end = statistics.median(sample[1] for sample in runs)
        print(f"| {name} | {medians[name]:.3f} s | {end:.3f} s | {firsts[0]:.3f} to {firsts[-1]:.3f} | {ratio(name, fastest)} | "
              f"{ratio(name, best)} | {tokens} | {memory} |")


def main():
    global options
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", required=True)
    parser.add_argument("--work", required=True, type=pathlib.Path)
    parser.add_argument("--martlet", default=".build/release/martlet")
    parser.add_argument("--llama-server", metavar="PATH")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--answer", action="store_true", help="100 tokens after a prompt of 100, rather than the first token")
    parser.add_argument("--warm", action="store_true", help="leave the files in the page cache")
    parser.add_argument("--pack-again", action="store_true", help="pack the file anew, for instance with a new program")
    parser.add_argument("--json", metavar="FILE", help="keep all samples")
    options = parser.parse_args()
    options.work.mkdir(parents=True, exist_ok=True)
    plain = copy(options.model, options.work)
    runs = {}
    if options.answer:
        runs["plain"] = lambda: martlet_answer(plain)
    else:
        packed = pack(options.model, options.work)
        for threads in (1, 2, 4, 8):
            runs[f"reading, {threads} thread{'s' if threads > 1 else ''}"] = lambda threads=threads: reading(packed, threads)
        runs["reading, dd"] = lambda: reading(packed, 0)
        runs["plain"] = lambda: martlet(plain)
        runs["packed"] = lambda: martlet(packed, "--no-snapshots")
        runs["packed, baked"] = lambda: martlet(packed)
    if options.llama_server:
        runs["llama.cpp"] = lambda: llama(plain)
        runs["llama.cpp, no repack"] = lambda: llama(plain, "--no-repack")
    samples = {name: [] for name in runs}
    names = list(runs)
    for number in range(options.rounds):
        shift = number * 3 % len(names)
        for name in names[shift:] + names[:shift]:
            samples[name].append(runs[name]())
            print(f"round {number + 1}, {name}: {samples[name][-1]}", file=sys.stderr, flush=True)
    if options.json:
        with open(options.json, "w", encoding="utf-8") as file:
            json.dump(samples, file, indent=1)
    table(samples)


if __name__ == "__main__":
    main()
