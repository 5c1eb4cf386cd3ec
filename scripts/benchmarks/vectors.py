#!/usr/bin/env python3
"""Times the embedded vector store's exact search beside others': the same vectors and queries, rounds interleaved, medians.

usage: scripts/benchmarks/vectors.py --martlet .build/release/martlet [--rounds 5] [--threads 2] [--records 100000] [--width 768]
           [--distribution normal|clustered] [--kernels NAME,…] [--json FILE]
needs: Python 3.9, numpy; faiss-cpu and sqlite-vec (pip) where they are to be compared with

All find the ten nearest of random vectors by cosine, exactly; what they find is compared with numpy's answer in double precision. Martlet
answers from a store on disk, record identifiers included; numpy and faiss hold floats in memory; sqlite-vec is a table on disk.
In each round each is asked all queries, one after another, in an order that rotates.
"""
import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("--martlet", required=True)
parser.add_argument("--rounds", type=int, default=5)
parser.add_argument("--threads", type=int, default=2)
parser.add_argument("--records", type=int, default=100_000)
parser.add_argument("--width", type=int, default=768)
parser.add_argument("--queries", type=int, default=30)
parser.add_argument("--distribution", choices=["normal", "clustered"], default="normal")
parser.add_argument("--kernels", default="best", help="sets to compare, such as best,avx2")
parser.add_argument("--folder", help="for the files; a temporary one otherwise")
parser.add_argument("--json", metavar="FILE")
COUNT = 10


def make_vectors(options, numpy):
    """Unit vectors: independent, or in a hundred clusters that lie close together, as texts of one subject do."""
    generator = numpy.random.default_rng(1)
    total = options.records + options.queries
    vectors = generator.standard_normal((total, options.width), dtype=numpy.float32)
    if options.distribution == "clustered":
        centres = generator.standard_normal((100, options.width), dtype=numpy.float32)
        common = generator.standard_normal(options.width, dtype=numpy.float32)
        vectors = common + 0.7 * centres[generator.integers(0, 100, total)] + 0.5 * vectors
    vectors /= numpy.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors[:options.records], vectors[options.records:]


def timed(queries, search):
    """Milliseconds of each query, and what was found."""
    times, found = [], []
    for query in queries:
        start = time.perf_counter()
        found.append(search(query))
        times.append((time.perf_counter() - start) * 1000)
    return times, found


def martlet(options, folder, kernels):
    def measure():
        command = [options.martlet, "bench", "--vectors", f"{folder}/vectors.f32", "--vector-queries", f"{folder}/queries.f32",
                   "--vector-width", str(options.width), "--vector-store", f"{folder}/store.sqlite",
                   "--repetitions", "1", "--threads", str(options.threads), "--json"]
        if kernels != "best":
            command += ["--kernels", kernels]
        report = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
        details.update({key: value for key, value in report.items() if key not in ("matches", "milliseconds")})
        return report["milliseconds"], [[int(identifier) for identifier in row] for row in report["matches"]]
    details = {}
    return measure, details


def numpy_scan(vectors, queries, numpy):
    def search(query):
        scores = vectors @ query
        best = numpy.argpartition(scores, -COUNT)[-COUNT:]
        return best[numpy.argsort(-scores[best])].tolist()
    return lambda: timed(queries, search)


def faiss_scan(vectors, queries, threads):
    import faiss
    faiss.omp_set_num_threads(threads)
    index = faiss.IndexFlatIP(vectors.shape[1])
    index.add(vectors)
    return lambda: timed(queries, lambda query: index.search(query[None], COUNT)[1][0].tolist())


def sqlite_vec_scan(vectors, queries, folder):
    import sqlite3
    import sqlite_vec
    database = sqlite3.connect(f"{folder}/sqlite-vec.sqlite")
    database.enable_load_extension(True)
    sqlite_vec.load(database)
    if not database.execute("SELECT 1 FROM sqlite_master").fetchone():
        width = vectors.shape[1]
        database.execute(f"CREATE VIRTUAL TABLE v USING vec0(e float[{width}] distance_metric=cosine)")
        rows = ((number, vector.tobytes()) for number, vector in enumerate(vectors))
        database.executemany("INSERT INTO v (rowid, e) VALUES (?, ?)", rows)
        database.commit()
    statement = f"SELECT rowid FROM v WHERE e MATCH ? AND k = {COUNT} ORDER BY distance"
    return lambda: timed(queries, lambda query: [row[0] for row in database.execute(statement, [query.tobytes()])])


def main():
    options = parser.parse_args()
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ[name] = str(options.threads)
    import numpy
    temporary = None if options.folder else tempfile.TemporaryDirectory()
    folder = options.folder or temporary.name
    vectors, queries = make_vectors(options, numpy)
    vectors.tofile(f"{folder}/vectors.f32")
    queries.tofile(f"{folder}/queries.f32")
    truth = []
    for query in queries:
        scores = numpy.einsum("ij,j->i", vectors, query, dtype=numpy.float64)
        truth.append(numpy.argsort(-scores)[:COUNT].tolist())

    engines, details = {}, {}
    for kernels in options.kernels.split(","):
        name = "martlet" if kernels == "best" else f"martlet, {kernels}"
        engines[name], details[name] = martlet(options, folder, kernels)
    engines["numpy (float32)"] = numpy_scan(vectors, queries, numpy)
    for name, make in [("faiss IndexFlatIP", lambda: faiss_scan(vectors, queries, options.threads)),
                       ("sqlite-vec (float32)", lambda: sqlite_vec_scan(vectors, queries, folder))]:
        try:
            engines[name] = make()
        except ImportError as error:
            print(f"without {name}: {error}", file=sys.stderr)

    samples = {name: [] for name in engines}
    rights = {}
    names = list(engines)
    for round_number in range(options.rounds):
        shift = round_number % len(names)
        for name in names[shift:] + names[:shift]:
            times, found = engines[name]()
            samples[name] += times
            rights[name] = sum(len(set(row) & set(right)) for row, right in zip(found, truth)) / (COUNT * len(truth))
            print(f"round {round_number + 1} {name}: {statistics.median(times):.2f} ms", file=sys.stderr, flush=True)

    print(f"\n{options.records} vectors of {options.width} values ({options.distribution}), the {COUNT} nearest by cosine, "
          f"{options.threads} threads, {options.rounds} interleaved rounds of {len(queries)} queries\n")
    print("| Store | median ms | 95 % below ms | found of the true ten | times Martlet's |")
    print("|---|---|---|---|---|")
    ours = statistics.median(samples[names[0]])
    for name in names:
        ordered = sorted(samples[name])
        middle = statistics.median(ordered)
        print(f"| {name} | {middle:.2f} | {ordered[int(len(ordered) * 0.95)]:.2f} | {rights[name]:.1%} | {middle / ours:.1f} |")
    for name, figures in details.items():
        print(f"\n{name}: {json.dumps(figures)}")
    if options.json:
        with open(options.json, "w", encoding="utf-8") as file:
            json.dump({"samples": samples, "details": details, "found": rights}, file)


if __name__ == "__main__":
    main()
