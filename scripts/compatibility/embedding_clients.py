#!/usr/bin/env python3
"""Runs the official openai client, and what others send, against a server's embeddings and ranks and checks what it gets.

    scripts/compatibility/embedding_clients.py http://127.0.0.1:8080 [--model NAME] [--reranker NAME] [--reference NAME]

Needs the packages openai and numpy; with --reference, a name or folder that sentence-transformers can load, that package
too: then the vectors are compared with its own, and tokens are made by its tokenizer. The ranks are checked where the server
has a reranker.
"""

import argparse
import base64
import json
import time
import urllib.error
import urllib.request

import numpy
import openai

from checks import run

TEXTS = [
    "A martlet is a bird without feet.",
    "The bird never lands, they say.",
    "Interest rates rose again in spring.",
    "Ein Vogel, der nie landet: Straße, Übermut, naïve café.",
    "鳥は決して着陸しない。",
    "x",
    "word " * 60,
]


class Checks:
    """Every method is a check; each gets a fresh name in the report."""

    def __init__(self, client, base_url, key, model, reranker, reference):
        self.client = client
        self.base_url = base_url
        self.key = key
        self.model = model
        self.reranker = reranker
        self.reference = reference

    def models(self):
        listed = {model.id: model for model in self.client.models.list()}
        assert listed[self.model].type == "embedding" and listed[self.model].dimensions > 0

    def shape(self):
        answer = self.client.embeddings.create(model=self.model, input=TEXTS, encoding_format="float")
        assert answer.object == "list" and answer.model == self.model
        assert [entry.index for entry in answer.data] == list(range(len(TEXTS)))
        assert all(entry.object == "embedding" for entry in answer.data)
        assert answer.usage.prompt_tokens == answer.usage.total_tokens > len(TEXTS)

    def formats_are_equal(self):
        numbers = self._vectors(TEXTS, encoding_format="float")
        default = self._vectors(TEXTS)  # which the client asks for as base64
        assert numbers.dtype == default.dtype and (numbers == default).all()
        raw = self._post("/v1/embeddings", {"model": self.model, "input": "x", "encoding_format": "base64"})
        decoded = numpy.frombuffer(base64.b64decode(raw["data"][0]["embedding"]), dtype="<f4")
        assert (decoded == numbers[TEXTS.index("x")]).all()

    def one_at_a_time_is_the_same(self):
        together = self._vectors(TEXTS)
        alone = numpy.concatenate([self._vectors(text) for text in TEXTS])
        assert (together * alone).sum(axis=1).min() > 0.99999

    def lengths(self):
        assert numpy.allclose(numpy.linalg.norm(self._vectors(TEXTS), axis=1), 1, atol=1e-5)

    def dimensions(self):
        whole = self._vectors(TEXTS)
        count = whole.shape[1] // 2
        short = self._vectors(TEXTS, dimensions=count)
        expected = whole[:, :count] / numpy.linalg.norm(whole[:, :count], axis=1, keepdims=True)
        assert short.shape == expected.shape and numpy.allclose(short, expected, atol=1e-6)

    def neighbours(self):
        vectors = self._vectors(TEXTS[:3])
        assert vectors[0] @ vectors[1] > vectors[0] @ vectors[2]

    def reference_vectors(self):
        if not self.reference:
            return
        expected = self.reference.encode(TEXTS, normalize_embeddings=True)
        cosine = (self._vectors(TEXTS, extra_body={"truncate": True}) * expected).sum(axis=1)
        print("      least cosine to sentence-transformers:", cosine.min())
        assert cosine.min() > 0.999, cosine

    def tokens(self):
        if not self.reference:
            return
        ids = [self.reference.tokenizer(text)["input_ids"] for text in TEXTS]
        texts = self._vectors(TEXTS)
        assert (texts * self._vectors(ids)).sum(axis=1).min() > 0.99999
        assert (self._vectors(ids[0]) * texts[0]).sum() > 0.99999
        answer = self.client.embeddings.create(model=self.model, input=ids)
        assert answer.usage.prompt_tokens == sum(len(row) for row in ids)

    def long_texts(self):
        long = "word " * 20_000
        self._fails(openai.BadRequestError, {"input": ["a", long]}, "context_length_exceeded", "input")
        answer = self.client.embeddings.create(model=self.model, input=["a", long], extra_body={"truncate": True})
        assert answer.truncated_inputs == [1]

    def instructions(self):
        plain, told = (
            self._vectors("birds", extra_body=extra) for extra in ({}, {"instruction": "Represent the animal: "})
        )
        assert (plain != told).any()

    def errors(self):
        width = self._vectors("x").shape[1]
        for body, code, parameter in [
            ({"input": ""}, "empty_string", "input"),
            ({"input": []}, "empty_array", "input"),
            ({"input": ["a", ""]}, "empty_string", "input[1]"),
            ({"input": ["a", 1]}, "invalid_type", "input[1]"),
            ({"input": [-1]}, "integer_below_min_value", "input[0]"),
            ({"input": [2**31 - 2]}, None, "input"),
            ({"input": "a", "dimensions": 0}, "integer_below_min_value", "dimensions"),
            ({"input": "a", "dimensions": width + 1}, "integer_above_max_value", "dimensions"),
            ({"input": "a", "encoding_format": "int8"}, "invalid_value", "encoding_format"),
            ({"input": ["a"] * 2049}, "array_above_max_length", "input"),
        ]:
            self._fails(openai.BadRequestError, body, code, parameter)
        self._fails(openai.NotFoundError, {"model": "no-such-model", "input": "a"}, "model_not_found", "model")
        chat = self.client.chat.completions.create
        try:
            chat(model=self.model, messages=[{"role": "user", "content": "Hello"}])
        except openai.BadRequestError as error:
            assert error.code == "unsupported_model", error
        else:
            raise AssertionError("an embedder chatted")

    def inference_shape(self):
        rows = numpy.array(self._post("/embed", {"inputs": TEXTS}), dtype=numpy.float32)
        assert (rows == self._vectors(TEXTS)).all()
        one = self._post("/embed", {"inputs": "x", "truncate": True})
        assert len(one) == 1 and self._get("/info")["max_input_length"] > 0

    def ranks(self):
        if not self.reranker:
            return
        query = "Which bird never lands?"
        shared = self._post("/v1/rerank", {"model": self.reranker, "query": query, "documents": TEXTS[:3], "top_n": 2})
        scores = [result["relevance_score"] for result in shared["results"]]
        assert len(scores) == 2 and scores == sorted(scores, reverse=True) and all(0 <= score <= 1 for score in scores)
        own = self._post("/rerank", {"query": query, "texts": TEXTS[:3], "return_text": True})
        assert [row["index"] for row in own[:2]] == [result["index"] for result in shared["results"]]
        assert all(row["text"] == TEXTS[row["index"]] for row in own)

    def speed(self):
        texts = [f"Sentence {number} of a thousand." for number in range(1000)]
        for encoding in ("float", "base64"):
            self._vectors(texts, encoding_format=encoding)
            start = time.monotonic()
            body = json.dumps({"model": self.model, "input": texts, "encoding_format": encoding}).encode()
            size = len(self._send("/v1/embeddings", body))
            print(f"      1,000 remembered vectors as {encoding}: {time.monotonic() - start:.3f} s, {size / 1e6:.1f} MB")

    def _vectors(self, texts, **options):
        answer = self.client.embeddings.create(model=self.model, input=texts, **options)
        rows = [
            numpy.frombuffer(base64.b64decode(entry.embedding), dtype="<f4")
            if isinstance(entry.embedding, str) else entry.embedding
            for entry in answer.data
        ]
        return numpy.array(rows, dtype=numpy.float32)

    def _fails(self, kind, body, code, parameter):
        try:
            self.client.embeddings.create(**{"model": self.model, **body})
        except kind as error:
            assert code is None or error.code == code, error
            assert error.param == parameter, error
        else:
            raise AssertionError(f"{kind.__name__} was expected of {str(body)[:80]}")

    def _get(self, path):
        return json.loads(self._send(path, None))

    def _post(self, path, body):
        return json.loads(self._send(path, json.dumps(body).encode()))

    def _send(self, path, body):
        headers = {"content-type": "application/json", "authorization": f"Bearer {self.key}"}
        request = urllib.request.Request(self.base_url + path, data=body, headers=headers)
        with urllib.request.urlopen(request, timeout=120) as response:
            return response.read()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("base_url", help="without /v1")
    parser.add_argument("--model", help="the default is the first embedder that the server lists")
    parser.add_argument("--reranker", help="the default is the first reranker that the server lists, if any")
    parser.add_argument("--reference", help="what sentence-transformers loads to compare with")
    parser.add_argument("--key", default="none")
    parser.add_argument("--only", nargs="*", help="names of checks")
    options = parser.parse_args()
    base_url = options.base_url.rstrip("/")
    client = openai.OpenAI(base_url=base_url + "/v1", api_key=options.key, max_retries=0, timeout=120)
    listed = list(client.models.list())

    def first(kind):
        return next((model.id for model in listed if model.type == kind), None)

    reference = None
    if options.reference:
        from sentence_transformers import SentenceTransformer

        reference = SentenceTransformer(options.reference)
    model = options.model or first("embedding")
    checks = Checks(client, base_url, options.key, model, options.reranker or first("rerank"), reference)
    run(checks, model, options.only)


if __name__ == "__main__":
    main()
