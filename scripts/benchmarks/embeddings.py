#!/usr/bin/env python3
"""Times embedding models beside other engines: the same sentences and threads, runs interleaved, medians and ratios.

    embeddings.py --model FILE.gguf [--martlet .build/release/martlet] [--llama-server PATH] [--onnx FOLDER] [--serve]
    embeddings.py --model FILE.gguf --cold COPY [--martlet …] [--rounds 7]

Each round makes the vectors of all sentences with every engine, in an order that rotates, one sentence a request and 64 a request;
ratios are of each round's pair, so that drifts of the machine (shared cores, shared memory) fall on all alike. Every round numbers the
sentences anew, so that nobody's memory of answers helps.
  martlet        `martlet bench`: the engine as a process, tokenizing, pooling and all
  martlet serve  with --serve: over HTTP, as llama-server
  llama.cpp      llama-server over HTTP on the same file, one connection: with its defaults, and with room for 64 texts in a batch
  onnxruntime    with --onnx: each .onnx file of a folder that embeddings_onnx.py made, in this process, with its Rust tokenizer,
                 padded to the longest sentence of a request; needs onnxruntime, tokenizers and numpy
The vectors of all engines are compared with those of the first; a cosine below 0.99 ends the run.

--cold times a process from its start to the first vector with a copy of the file dropped from the page cache, beside merely reading
it: cold_start.py has the means. Linux, loopback only, standard library but for --onnx.
"""
import argparse
import base64
import http.client
import json
import os
import pathlib
import shutil
import socket
import statistics
import struct
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
SIZES = (1, 64)


class Server:
    """A server of /v1/embeddings as a process of its own."""

    def __init__(self, command):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.process = subprocess.Popen([part.replace("PORT", str(self.port)) for part in command], stdout=subprocess.DEVNULL,
                                        stderr=subprocess.DEVNULL)
        for _ in range(1200):
            if self.process.poll() is not None:
                sys.exit(f"{command[0]} ended with {self.process.returncode}")
            try:
                self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=600)
                if self.get("/health")[0] == 200:
                    status, models = self.get("/v1/models")
                    if status == 200:
                        self.model = json.loads(models)["data"][0]["id"]
                        return
            except OSError:
                pass
            time.sleep(0.05)
        sys.exit(f"{command[0]} does not become ready")

    def get(self, path):
        self.connection.request("GET", path)
        response = self.connection.getresponse()
        return response.status, response.read()

    def embed(self, texts):
        body = json.dumps({"input": texts, "model": self.model, "encoding_format": "base64"})
        try:
            self.connection.request("POST", "/v1/embeddings", body, {"Content-Type": "application/json"})
        except OSError:  # It closed the connection while others were measured.
            self.connection.close()
            self.connection.request("POST", "/v1/embeddings", body, {"Content-Type": "application/json"})
        response = self.connection.getresponse()
        answer = response.read()
        if response.status != 200:
            sys.exit(f"a server said {response.status}: {answer[:400]!r}")
        return answer

    def vectors(self, texts):
        rows = [item["embedding"] for item in json.loads(self.embed(texts))["data"]]
        return [floats(base64.b64decode(row)) if isinstance(row, str) else row for row in rows]

    def stop(self):
        self.process.terminate()
        self.process.wait()


class Onnx:
    """A model in this process."""

    def __init__(self, path, threads):
        import numpy
        import onnxruntime
        import tokenizers
        self.numpy = numpy
        settings = onnxruntime.SessionOptions()
        settings.intra_op_num_threads, settings.inter_op_num_threads = threads, 1
        self.session = onnxruntime.InferenceSession(str(path), settings, providers=["CPUExecutionProvider"])
        self.tokenizer = tokenizers.Tokenizer.from_file(str(path.parent / "tokenizer.json"))
        self.tokenizer.enable_padding()
        self.tokenizer.enable_truncation(512)

    def embed(self, texts):
        numpy = self.numpy
        encoded = self.tokenizer.encode_batch(texts)
        ids = numpy.array([item.ids for item in encoded])
        mask = numpy.array([item.attention_mask for item in encoded])
        rows = self.session.run(None, {"input_ids": ids, "attention_mask": mask, "token_type_ids": numpy.zeros_like(ids)})[0]
        means = (rows * mask[..., None]).sum(1) / mask.sum(1, keepdims=True)
        return means / numpy.linalg.norm(means, axis=1, keepdims=True)

    def vectors(self, texts):
        return [list(map(float, row)) for row in self.embed(texts)]

    def stop(self):
        pass


def floats(data):
    return list(struct.unpack(f"<{len(data) // 4}f", data))


def cosine(left, right):
    return sum(a * b for a, b in zip(left, right)) / (sum(a * a for a in left) * sum(b * b for b in right)) ** 0.5


def timed(engine, texts, size):
    start = time.perf_counter()
    for first in range(0, len(texts), size):
        engine.embed(texts[first:first + size])
    return len(texts) / (time.perf_counter() - start)


def bench(options, texts):
    """Sentences a second by size, from a process of its own."""
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as file:
        file.write("\n".join(texts))
        file.flush()
        command = [options.martlet, "bench", "--model", options.model, "--texts", file.name, "--threads", str(options.threads),
                   "--batch", ",".join(map(str, SIZES)), "--repetitions", "3", "--json"]
        report = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    return {batch["size"]: batch["texts_per_second"] for batch in report["batches"]}


def compare(options):
    sentences = [line for line in options.sentences.read_text().splitlines() if line]
    engines = {}
    if options.serve:
        engines["martlet serve"] = Server([options.martlet, "serve", "--model", options.model, "--threads", str(options.threads),
                                           "--host", "127.0.0.1", "--port", "PORT"])
    if options.llama_server:
        command = [options.llama_server, "-m", options.model, "--embedding", "--pooling", "mean", "-t", str(options.threads),
                   "--host", "127.0.0.1", "--port", "PORT"]
        engines["llama.cpp"] = Server(command)
        engines["llama.cpp, room for 64"] = Server(command + ["-b", "4096", "-ub", "4096", "-np", "64", "-c", "32768"])
    for path in sorted(options.onnx.glob("*.onnx")) if options.onnx else []:
        engines[f"onnxruntime {path.stem}"] = Onnx(path, options.threads)
    try:
        check(engines, sentences[:4])
        samples = {name: {size: [] for size in SIZES} for name in ["martlet", *engines]}
        names = list(samples)
        for number in range(-1, options.rounds):
            texts = [f"{number + 2}: {sentence}" for sentence in sentences]
            shift = number % len(names)
            for name in names[shift:] + names[:shift]:
                if name == "martlet":
                    found = bench(options, texts)
                else:
                    # Other numbers for each size: a server that remembers answers has none of them.
                    found = {size: timed(engines[name], [f"{index}{text}" for text in texts], size)
                             for index, size in enumerate(SIZES, 1)}
                # The round before the first warms up.
                if number >= 0:
                    for size in SIZES:
                        samples[name][size].append(found[size])
                    print(f"round {number + 1}, {name}: {found}", file=sys.stderr, flush=True)
    finally:
        for engine in engines.values():
            engine.stop()
    print(f"\n{options.model}, {len(sentences)} sentences, {options.threads} threads, {options.rounds} interleaved rounds; medians, "
          "ratios of each round's pair\n")
    ours = [name for name in samples if name.startswith("martlet")]
    heads = [f"{size} a request, sentences/s" for size in SIZES] + [f"{name}, {size}" for name in ours for size in SIZES]
    print("| Engine | " + " | ".join(heads) + " |")
    print("|---" * (len(heads) + 1) + "|")
    for name, found in samples.items():
        cells = [f"{statistics.median(found[size]):.0f}" for size in SIZES]
        cells += ["" if own == name else f"{statistics.median(a / b for a, b in zip(samples[own][size], found[size])):.2f}x"
                  for own in ours for size in SIZES]
        print(f"| {name} | " + " | ".join(cells) + " |")
    if options.json:
        options.json.write_text(json.dumps(samples, indent=1))


def check(engines, texts):
    """All engines make the same vectors, but for what quantised weights and activations cost."""
    first = None
    for name, engine in engines.items():
        vectors = engine.vectors(texts)
        first = first or vectors
        least = min(cosine(a, b) for a, b in zip(vectors, first))
        print(f"{name}: least cosine with the first engine's vectors {least:.5f}", file=sys.stderr)
        if least < 0.9:
            sys.exit(f"{name} makes other vectors")


def cold(options):
    import cold_start
    cold_start.options = argparse.Namespace(warm=False)
    work = options.cold
    work.mkdir(parents=True, exist_ok=True)
    target = str(work / ("plain-" + pathlib.Path(options.model).name))
    if not os.path.exists(target) or os.path.getsize(target) != os.path.getsize(options.model):
        shutil.copyfile(options.model, target)
    os.sync()

    def embed():
        cold_start.prepare(target)
        command = [options.martlet, "embed", "--model", target, "--threads", str(options.threads), options.text]
        start = time.perf_counter()
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        process.stdout.read(1)
        seconds = time.perf_counter() - start
        _, errors = process.communicate()
        if process.returncode != 0:
            sys.exit(f"{' '.join(command[:4])} failed: {errors.decode()}")
        return seconds

    runs = {f"reading, {n} threads": lambda n=n: cold_start.reading(target, n)[0] for n in (1, 2, 4, 8)}
    runs["reading, dd"] = lambda: cold_start.reading(target, 0)[0]
    runs["martlet embed"] = embed
    samples = {name: [] for name in runs}
    names = list(runs)
    for number in range(options.rounds):
        shift = number % len(names)
        for name in names[shift:] + names[:shift]:
            samples[name].append(runs[name]())
    medians = {name: statistics.median(found) for name, found in samples.items()}
    fastest = min((name for name in names if name.startswith("reading")), key=medians.get)
    print(f"\n{options.model}, {os.path.getsize(target) / 1e6:.0f} MB, {options.threads} threads, {options.rounds} rounds, cold\n")
    print(f"| | first vector | least to most | to {fastest} |")
    print("|---|---|---|---|")
    for name, found in samples.items():
        ratio = statistics.median(a / b for a, b in zip(found, samples[fastest]))
        print(f"| {name} | {medians[name]:.3f} s | {min(found):.3f} to {max(found):.3f} | {ratio:.2f}x |")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", required=True)
    parser.add_argument("--martlet", default=".build/release/martlet")
    parser.add_argument("--llama-server", metavar="PATH")
    parser.add_argument("--onnx", metavar="FOLDER", type=pathlib.Path)
    parser.add_argument("--serve", action="store_true", help="martlet over HTTP as well")
    parser.add_argument("--sentences", metavar="FILE", type=pathlib.Path, default=HERE / "sentences.txt")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--cold", metavar="FOLDER", type=pathlib.Path, help="cold starts, with a copy of the file in this folder")
    parser.add_argument("--text", default="Where do I find something about lighthouses?", help="with --cold: what is embedded")
    parser.add_argument("--json", metavar="FILE", type=pathlib.Path, help="keep all samples")
    options = parser.parse_args()
    cold(options) if options.cold else compare(options)


if __name__ == "__main__":
    main()
