#!/usr/bin/env python3
"""Runs Chroma's own client against a server and checks what it gets.

    scripts/compatibility/chroma_client.py http://127.0.0.1:8080 [--key KEY]

Needs the package chromadb. The server is Martlet with --vectors, or Chroma's own (chroma run), whose answers these checks were
taken from; its collections named check-… are deleted. With --key the key is sent both ways that Chroma's clients know.
"""

import argparse
import sys
import traceback
from urllib.parse import urlparse

import chromadb
from chromadb.config import Settings
from chromadb.errors import ChromaError, InvalidArgumentError, NotFoundError

VECTORS = [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.5, 0.5, 0.0], [0.0, 0.0, 1.0]]


def refused(kind, body):
    try:
        body()
    except kind as error:
        assert str(error), "an error without words"
        return error
    raise AssertionError("taken instead of refused")


class Checks:
    """Every method is a check; each gets an empty collection."""

    def __init__(self, client):
        self.client = client

    def fill(self, collection):
        collection.add(
            ids=["a", "b", "c", "d"],
            embeddings=VECTORS,
            documents=["one apple", "two", "three", "four"],
            metadatas=[{"n": 1, "s": "x", "f": 1.5, "b": True}, {"n": 2, "tags": ["p", "q"]}, {"n": 3}, {"s": "y"}],
        )

    def server(self, collection):
        assert self.client.heartbeat() > 0
        assert self.client.get_version()
        assert self.client.get_max_batch_size() > 0
        assert self.client.get_settings() is not None

    def collections(self, collection):
        name = collection.name
        assert self.client.get_collection(name).id == collection.id
        assert self.client.get_or_create_collection(name).id == collection.id
        assert name in [listed.name for listed in self.client.list_collections()]
        assert self.client.count_collections() >= 1
        assert len(self.client.list_collections(limit=1)) == 1
        refused(ChromaError, lambda: self.client.create_collection(name))
        refused(NotFoundError, lambda: self.client.get_collection("check-missing"))
        refused(NotFoundError, lambda: self.client.delete_collection("check-missing"))
        refused(Exception, lambda: self.client.create_collection("no"))

    def spaces(self, collection):
        for space, nearest in (("l2", 0.5), ("cosine", 0.29289323), ("ip", 0.5)):
            self.client.delete_collection(collection.name)
            made = self.client.create_collection(
                collection.name, configuration={"hnsw": {"space": space}}, metadata={"made": "here"}
            )
            again = self.client.get_collection(collection.name)
            assert again.configuration_json["hnsw"]["space"] == space, again.configuration_json
            assert again.metadata == {"made": "here"}
            self.fill(made)
            found = made.query(query_embeddings=[VECTORS[0]], n_results=2)
            assert found["ids"] == [["a", "c"]], found["ids"]
            assert abs(found["distances"][0][1] - nearest) < 1e-5, (space, found["distances"])

    def modify(self, collection):
        self.fill(collection)
        collection.modify(name="check-renamed", metadata={"k": 1})
        assert collection.count() == 4
        again = self.client.get_collection("check-renamed")
        assert again.id == collection.id and again.metadata == {"k": 1} and again.count() == 4
        self.client.delete_collection("check-renamed")
        refused(NotFoundError, collection.count)

    def embedding_function(self, collection):
        self.client.delete_collection(collection.name)
        made = self.client.create_collection(collection.name, embedding_function=None)
        assert self.client.get_collection(collection.name, embedding_function=None).id == made.id

    def add_and_get(self, collection):
        self.fill(collection)
        collection.add(ids=["a"], embeddings=[[9.0, 9.0, 9.0]], documents=["ignored"])
        got = collection.get(include=["documents", "metadatas", "embeddings", "uris"])
        assert got["ids"] == ["a", "b", "c", "d"], got["ids"]
        assert got["documents"][0] == "one apple"
        assert [list(vector) for vector in got["embeddings"]] == VECTORS
        assert got["metadatas"][1] == {"n": 2, "tags": ["p", "q"]}
        assert sorted(collection.get(ids=["d", "b", "gone"])["ids"]) == ["b", "d"]
        assert collection.get(limit=2, offset=1, include=[])["ids"] == ["b", "c"]
        assert collection.peek(2)["ids"] == ["a", "b"]
        assert collection.get(include=[])["documents"] is None

    def upsert_merges(self, collection):
        self.fill(collection)
        collection.upsert(ids=["a", "e"], embeddings=[[2.0, 0.0, 0.0], [3.0, 3.0, 3.0]], metadatas=[{"new": 1}, {"n": 5}])
        got = collection.get(ids=["a"], include=["documents", "metadatas", "embeddings"])
        assert got["documents"] == ["one apple"]
        assert got["metadatas"] == [{"n": 1, "s": "x", "f": 1.5, "b": True, "new": 1}], got["metadatas"]
        assert list(got["embeddings"][0]) == [2.0, 0.0, 0.0]
        assert collection.count() == 5

    def update(self, collection):
        self.fill(collection)
        collection.update(ids=["a", "gone"], embeddings=[VECTORS[0], VECTORS[1]], metadatas=[{"n": None, "z": 3}, {"q": 1}], documents=["changed", "x"])
        got = collection.get(ids=["a", "gone"], include=["documents", "metadatas", "embeddings"])
        assert got["ids"] == ["a"] and got["documents"] == ["changed"]
        assert got["metadatas"] == [{"s": "x", "f": 1.5, "b": True, "z": 3}], got["metadatas"]
        assert list(got["embeddings"][0]) == VECTORS[0]
        collection.update(ids=["a"], embeddings=[[0.0, 2.0, 0.0]])
        assert list(collection.get(ids=["a"], include=["embeddings"])["embeddings"][0]) == [0.0, 2.0, 0.0]

    def uris(self, collection):
        collection.add(ids=["a"], embeddings=[VECTORS[0]], uris=["file:///a"], metadatas=[{"k": 1}])
        got = collection.get(include=["uris", "metadatas"])
        assert got["uris"] == ["file:///a"] and got["metadatas"] == [{"k": 1}]

    def filters(self, collection):
        self.fill(collection)
        for where, expected in [
            ({"n": 2}, "b"),
            ({"n": 2.0}, "b"),
            ({"f": 1.5}, "a"),
            ({"b": True}, "a"),
            ({"s": {"$ne": "x"}}, "bcd"),
            ({"n": {"$gt": 1}}, "bc"),
            ({"n": {"$lte": 2}}, "ab"),
            ({"n": {"$in": [1, 3]}}, "ac"),
            ({"n": {"$nin": [1, 3]}}, "bd"),
            ({"tags": {"$contains": "p"}}, "b"),
            ({"tags": {"$not_contains": "p"}}, "acd"),
            ({"$and": [{"n": {"$gte": 1}}, {"s": "x"}]}, "a"),
            ({"$or": [{"n": 3}, {"s": "y"}]}, "cd"),
        ]:
            assert collection.get(where=where)["ids"] == list(expected), (where, collection.get(where=where)["ids"])
        for where, expected in [
            ({"$contains": "o"}, "abd"),
            ({"$contains": "O"}, ""),
            ({"$not_contains": "o"}, "c"),
            ({"$regex": "^t"}, "bc"),
            ({"$not_regex": "^t"}, "ad"),
            ({"$and": [{"$contains": "t"}, {"$contains": "w"}]}, "b"),
            ({"$or": [{"$contains": "four"}, {"$contains": "two"}]}, "bd"),
        ]:
            assert collection.get(where_document=where)["ids"] == list(expected), where
        both = collection.get(where={"n": {"$gt": 1}}, where_document={"$contains": "o"})
        assert both["ids"] == ["b"]

    def query(self, collection):
        self.fill(collection)
        found = collection.query(query_embeddings=VECTORS[:2], n_results=2, include=["distances", "documents", "embeddings"])
        assert [ids[0] for ids in found["ids"]] == ["a", "b"] and len(found["ids"][0]) == 2
        assert found["documents"][0][0] == "one apple" and found["metadatas"] is None
        assert list(found["embeddings"][1][0]) == VECTORS[1]
        filtered = collection.query(query_embeddings=[VECTORS[0]], where={"n": {"$gt": 1}}, n_results=10)
        assert sorted(filtered["ids"][0]) == ["b", "c"]
        worded = collection.query(query_embeddings=[VECTORS[0]], where_document={"$contains": "four"})
        assert worded["ids"] == [["d"]]
        assert collection.query(query_embeddings=[VECTORS[0]], ids=["b", "d"], n_results=1)["ids"][0][0] in "bd"

    def delete(self, collection):
        self.fill(collection)
        collection.delete(ids=["a"])
        collection.delete(where={"n": 2})
        collection.delete(where_document={"$contains": "four"})
        assert collection.get()["ids"] == ["c"]
        refused(Exception, collection.delete)
        assert collection.count() == 1

    def dimensions(self, collection):
        self.fill(collection)
        error = refused(InvalidArgumentError, lambda: collection.add(ids=["z"], embeddings=[[1.0, 2.0]]))
        assert "dimension of 3, got 2" in str(error), error
        refused(InvalidArgumentError, lambda: collection.query(query_embeddings=[[1.0]]))
        refused(InvalidArgumentError, lambda: collection.upsert(ids=["z"], embeddings=[[1.0, 2.0]]))
        assert collection.count() == 4

    def mistakes(self, collection):
        self.fill(collection)
        refused(InvalidArgumentError, lambda: collection.get(where_document={"$regex": "("}))
        refused(Exception, lambda: collection.get(where={"n": {"$near": 1}}))
        refused(Exception, lambda: collection.add(ids=["x", "x"], embeddings=VECTORS[:2]))
        assert collection.count() == 4

    def batches(self, collection):
        size = self.client.get_max_batch_size()
        ids = [f"r{number}" for number in range(size)]
        collection.add(ids=ids, embeddings=[[float(number), 1.0] for number in range(size)])
        assert collection.count() == size
        refused(Exception, lambda: collection.add(ids=ids + ["more"], embeddings=[[0.0, 1.0]] * (size + 1)))
        assert len(collection.get(include=[])["ids"]) == size
        collection.delete(ids=ids)
        assert collection.count() == 0


def client(url, headers):
    port = url.port or (443 if url.scheme == "https" else 80)
    settings = Settings(anonymized_telemetry=False)
    return chromadb.HttpClient(host=url.hostname, port=port, ssl=url.scheme == "https", headers=headers, settings=settings)


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("base")
    arguments.add_argument("--key")
    options = arguments.parse_args()
    url = urlparse(options.base)
    ways = [{}]
    if options.key:
        ways = [{"x-chroma-token": options.key}, {"Authorization": f"Bearer {options.key}"}]
        refused(Exception, lambda: client(url, {}))
        refused(Exception, lambda: client(url, {"x-chroma-token": "a wrong key"}))
    failures = 0
    for headers in ways:
        chroma = client(url, headers)
        checks = Checks(chroma)
        for name in [name for name in vars(Checks) if not name.startswith("_") and name != "fill"]:
            for left in chroma.list_collections():
                if left.name.startswith("check-"):
                    chroma.delete_collection(left.name)
            try:
                getattr(checks, name)(chroma.create_collection("check-notes", embedding_function=None))
                print(f"ok      {name}")
            except Exception:
                failures += 1
                print(f"FAILED  {name}")
                traceback.print_exc()
    print(f"{failures} failed")
    sys.exit(1 if failures else 0)


main()
