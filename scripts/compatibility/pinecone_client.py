#!/usr/bin/env python3
"""Runs Pinecone's own client against a server and checks what it gets.

    scripts/compatibility/pinecone_client.py http://127.0.0.1:8080 [--key KEY]

Needs the package pinecone, of version 7 or 10. The server is Martlet with --vectors; its indexes named check-… are deleted.
"""

import argparse
import importlib.metadata
import sys
import time
import traceback

from pinecone import Pinecone, ServerlessSpec
from pinecone.exceptions import PineconeException

VERSION = int(importlib.metadata.version("pinecone").split(".")[0])
PLACE = ServerlessSpec(cloud="aws", region="us-east-1")
VECTORS = [
    {"id": "a", "values": [1.0, 0.0, 0.0], "metadata": {"n": 1, "text": "one apple", "tags": ["p", "q"]}},
    {"id": "b", "values": [0.0, 1.0, 0.0], "metadata": {"n": 2, "on": True}},
    {"id": "c", "values": [0.5, 0.5, 0.0]},
]


def refused(body, status=None):
    try:
        body()
    except PineconeException as error:
        found = getattr(error, "status_code", None) or getattr(error, "status", None)
        assert status is None or found == status, (found, error)
        return str(error)
    raise AssertionError("taken instead of refused")


class Checks:
    """Every method is a check; each gets a new index."""

    def __init__(self, client, base):
        self.client = client
        self.base = base

    def connect(self, name):
        return self.client.Index(host=self.client.describe_index(name).host)

    def fill(self, name, **options):
        index = self.connect(name)
        assert index.upsert(vectors=VECTORS, **options).upserted_count == 3
        return index

    def indexes(self, name):
        described = self.client.describe_index(name)
        assert described.name == name and described.dimension == 3 and described.metric == "cosine"
        assert described.status["ready"] if VERSION < 8 else described.status.ready
        assert name in self.client.list_indexes().names()
        assert self.client.has_index(name) and not self.client.has_index("check-missing")
        refused(lambda: self.client.describe_index("check-missing"), 404)
        refused(lambda: self.client.create_index(name=name, dimension=3, metric="cosine", spec=PLACE), 409)
        refused(lambda: self.client.create_index(name="Check_Wrong", dimension=3, metric="cosine", spec=PLACE))

    def named_index(self, name):
        index = self.client.Index(name)
        assert index.describe_index_stats().dimension == 3

    def own_address(self, name):
        self.fill(name)
        if len(self.client.list_indexes().names()) == 1:
            assert self.client.Index(host=self.base).query(vector=[1.0, 0.0, 0.0], top_k=1).matches[0].id == "a"

    def query(self, name):
        index = self.fill(name)
        found = index.query(vector=[1.0, 0.0, 0.0], top_k=2, include_metadata=True, include_values=True)
        assert [match.id for match in found.matches] == ["a", "c"], found
        assert abs(found.matches[1].score - 0.70710678) < 1e-6
        assert found.matches[0].metadata["text"] == "one apple" and list(found.matches[0].values) == [1.0, 0.0, 0.0]
        plain = index.query(vector=[1.0, 0.0, 0.0], top_k=1)
        assert not plain.matches[0].metadata and not plain.matches[0].values
        assert index.query(id="b", top_k=1).matches[0].id == "b"

    def metrics(self, name):
        for metric, score in (("euclidean", 0.5), ("dotproduct", 0.5)):
            other = f"check-{metric}"
            self.client.create_index(name=other, dimension=3, metric=metric, spec=PLACE)
            index = self.fill(other)
            found = index.query(vector=[1.0, 0.0, 0.0], top_k=2)
            assert [match.id for match in found.matches] == ["a", "c"]
            assert abs(found.matches[1].score - score) < 1e-6, (metric, found)

    def filters(self, name):
        index = self.fill(name)
        for condition, expected in [
            ({"n": 2}, "b"),
            ({"n": {"$eq": 1}}, "a"),
            ({"n": {"$gte": 1, "$lt": 2}}, "a"),
            ({"tags": {"$in": ["q"]}}, "a"),
            ({"tags": "p"}, "a"),
            ({"on": True}, "b"),
            ({"n": {"$ne": 1}}, "bc"),
            ({"n": {"$nin": [1]}}, "bc"),
            ({"n": {"$exists": False}}, "c"),
            ({"text": "one apple"}, "a"),
            ({"$or": [{"n": 1}, {"on": True}]}, "ab"),
            ({"$and": [{"n": 1}, {"on": True}]}, ""),
        ]:
            found = index.query(vector=[1.0, 0.0, 0.0], top_k=9, filter=condition)
            assert sorted(match.id for match in found.matches) == list(expected), (condition, found)
        refused(lambda: index.query(vector=[1.0, 0.0, 0.0], top_k=1, filter={"n": {"$near": 1}}), 400)

    def namespaces(self, name):
        index = self.fill(name)
        index.upsert(vectors=[("a", [0.0, 0.0, 1.0])], namespace="en")
        statistics = index.describe_index_stats()
        assert statistics.total_vector_count == 4, statistics
        assert statistics.namespaces["en"].vector_count == 1
        assert len(index.query(vector=[0.0, 0.0, 1.0], top_k=9, namespace="en").matches) == 1
        assert len(index.query(vector=[0.0, 0.0, 1.0], top_k=9, namespace="nowhere").matches) == 0
        assert index.describe_namespace(namespace="en").record_count == 1
        listed = index.list_namespaces_paginated()
        assert sorted(found.name for found in listed.namespaces) == ["__default__", "en"]
        index.delete(delete_all=True, namespace="en")
        index.delete_namespace(namespace="en")
        refused(lambda: index.describe_namespace(namespace="en"), 404)
        assert index.describe_index_stats().total_vector_count == 3

    def fetch(self, name):
        index = self.fill(name)
        fetched = index.fetch(ids=["a", "c", "gone"])
        assert sorted(fetched.vectors) == ["a", "c"]
        assert fetched.vectors["a"].metadata["n"] == 1 and list(fetched.vectors["c"].values) == [0.5, 0.5, 0.0]
        if VERSION >= 8:
            assert list(index.fetch_by_metadata(filter={"n": 2}).vectors) == ["b"]

    def listing(self, name):
        index = self.connect(name)
        index.upsert(vectors=[(f"d{number}", [1.0, 1.0, 1.0]) for number in range(250)])
        index.upsert(vectors=[("e", [1.0, 1.0, 1.0])])
        ids = []
        for page in index.list(prefix="d"):
            ids += [item if isinstance(item, str) else item.id for item in getattr(page, "vectors", page)]
        assert sorted(ids) == sorted(f"d{number}" for number in range(250)), len(ids)

    def update(self, name):
        index = self.fill(name)
        index.update(id="a", values=[0.0, 0.0, 1.0], set_metadata={"n": 7})
        found = index.fetch(ids=["a"]).vectors["a"]
        assert list(found.values) == [0.0, 0.0, 1.0]
        assert found.metadata == {"n": 7, "text": "one apple", "tags": ["p", "q"]}, found.metadata

    def delete(self, name):
        index = self.fill(name)
        index.delete(ids=["a", "gone"])
        index.delete(filter={"n": 2})
        assert index.describe_index_stats().total_vector_count == 1
        index.delete(delete_all=True)
        assert index.describe_index_stats().total_vector_count == 0
        refused(lambda: index.delete(delete_all=True, namespace="nowhere"), 404)

    def batches(self, name):
        index = self.connect(name)
        vectors = [(f"r{number}", [float(number + 1), 1.0, 0.0]) for number in range(1200)]
        assert index.upsert(vectors=vectors, batch_size=200, show_progress=False).upserted_count == 1200
        refused(lambda: index.upsert(vectors=vectors), 400)
        assert len(index.query(vector=[1.0, 0.0, 0.0], top_k=1000).matches) == 1000

    def mistakes(self, name):
        index = self.fill(name)
        message = refused(lambda: index.upsert(vectors=[("x", [1.0, 2.0])]), 400)
        assert "dimension 2 does not match the dimension of the index 3" in message, message
        refused(lambda: index.query(vector=[1.0], top_k=1), 400)
        sparse = {"id": "x", "values": [1.0, 2.0, 3.0], "sparse_values": {"indices": [1], "values": [0.5]}}
        assert "parse" in refused(lambda: index.upsert(vectors=[sparse]), 400)
        assert index.describe_index_stats().total_vector_count == 3


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("base")
    arguments.add_argument("--key")
    options = arguments.parse_args()
    if options.key:
        refused(lambda: Pinecone(api_key="a-wrong-key", host=options.base).list_indexes(), 401)
    client = Pinecone(api_key=options.key or "no-key-needed", host=options.base)
    checks = Checks(client, options.base)
    failures = 0
    print(f"pinecone {importlib.metadata.version('pinecone')}")
    for name in [name for name in vars(Checks) if not name.startswith("_") and name not in ("connect", "fill")]:
        for left in client.list_indexes().names():
            if left.startswith("check-"):
                client.delete_index(left)
        began = time.monotonic()
        try:
            client.create_index(name="check-notes", dimension=3, metric="cosine", spec=PLACE)
            getattr(checks, name)("check-notes")
            print(f"ok      {name} ({time.monotonic() - began:.1f} s)")
        except Exception:
            failures += 1
            print(f"FAILED  {name}")
            traceback.print_exc()
    print(f"{failures} failed")
    sys.exit(1 if failures else 0)


main()
