import HTTPTypes
import MartletCore
import MartletHTTP
import MartletVectors
import Testing

@Suite("Pinecone's API", .timeLimit(.minutes(1)))
struct PineconeRoutesTests {
    /// A client of a new index `notes` of three vectors, as its host would be called.
    private func filled(_ client: VectorBench.Client, metric: JSONValue = "cosine") async throws -> VectorBench.Client {
        let made = try await client.send(
            .post,
            "/indexes",
            ["name": "notes", "dimension": 3, "metric": metric, "spec": ["serverless": ["cloud": "aws"]]]
        )
        #expect(made.status == 201)
        var index = client
        index.base = "/indexes/notes"
        let put = try await index.send(
            .post,
            "/vectors/upsert",
            [
                "vectors": [
                    ["id": "a", "values": [1, 0, 0], "metadata": ["n": 1, "text": "one apple", "tags": ["p", "q"]]],
                    ["id": "b", "values": [0, 1, 0], "metadata": ["n": 2, "on": true]],
                    ["id": "c", "values": [0.5, 0.5, 0]],
                ]
            ]
        )
        #expect(put.json == ["upsertedCount": 3])
        return index
    }

    private func ids(_ answer: VectorBench.Answer) -> [String?] {
        (answer.json["matches"]?.array ?? []).map { $0["id"]?.string }
    }

    @Test("makes, describes, tags and deletes indexes, in the forms of both versions of the API")
    func indexes() async throws {
        try await VectorBench().withClient { client in
            #expect(try await client.send(.get, "/indexes").json == ["indexes": []])
            let old = try await client.send(
                .post,
                "/indexes",
                ["name": "old", "dimension": 2, "metric": "dotproduct", "tags": ["team": "blue"]]
            )
            #expect(old.status == 201 && old.json["metric"] == "dotproduct" && old.json["dimension"] == 2)
            #expect(old.json["host"]?.string?.hasSuffix("/indexes/old") == true)
            #expect(old.json["status"]?["ready"] == true && old.json["tags"] == ["team": "blue"])
            let schema: JSONValue = [
                "fields": ["_values": ["type": "dense_vector", "dimension": 4, "metric": "euclidean"]]
            ]
            let new = try await client.send(.post, "/indexes", ["name": "new", "schema": schema, "deployment": [:]])
            #expect(new.json["schema"] == schema && new.json["dimension"] == 4)
            #expect(try await client.send(.get, "/indexes").json["indexes"]?.array?.count == 2)
            #expect(try await client.send(.get, "/indexes/new").json == new.json)
            #expect(try await client.send(.patch, "/indexes/old", ["tags": ["team": "", "floor": "2"]]).status == 200)
            #expect(try await client.send(.get, "/indexes/old").json["tags"] == ["floor": "2"])
            let again = try await client.send(.post, "/indexes", ["name": "old", "dimension": 2])
            #expect(again.status == 409 && again.json["error"]?["code"] == "ALREADY_EXISTS")
            #expect(try await client.send(.delete, "/indexes/old").status == 202)
            let gone = try await client.send(.get, "/indexes/old")
            #expect(gone.status == 404 && gone.json["error"]?["code"] == "NOT_FOUND" && gone.json["code"] == 5)
            for wrong: JSONValue in [
                ["name": "Upper", "dimension": 2], ["name": "a_b", "dimension": 2], ["name": "-a", "dimension": 2],
                ["name": "x"], ["name": "x", "dimension": 0], ["name": "x", "dimension": 2, "metric": "hamming"],
                ["name": "x", "dimension": 2, "vector_type": "sparse"], ["dimension": 2],
                ["name": "x", "dimension": "2"],
                ["name": "x", "dimension": 2, "deletion_protection": "enabled"],
                ["name": "x", "schema": ["fields": ["mine": ["type": "dense_vector", "dimension": 2]]]],
                ["name": "x", "schema": ["fields": ["_sparse_values": ["type": "sparse_vector"]]]],
                ["name": "x", "dimension": 2, "colour": "red"],
            ] {
                let refused = try await client.send(.post, "/indexes", wrong)
                #expect(refused.status == 400 && refused.json["error"]?["code"] == "INVALID_ARGUMENT", "\(wrong)")
            }
        }
    }

    @Test("finds the nearest by vector or identifier, with filters, and scores as each measure has it")
    func query() async throws {
        for (metric, score): (JSONValue, Double) in [("cosine", 0.70710678), ("euclidean", 0.5), ("dotproduct", 0.5)] {
            try await VectorBench().withClient { client in
                let index = try await filled(client, metric: metric)
                let body: JSONObject = ["vector": [1, 0, 0], "topK": 2, "includeMetadata": true]
                let found = try await index.send(.post, "/query", .object(body))
                #expect(ids(found) == ["a", "c"] && found.json["namespace"] == "")
                #expect(found.json["matches"]?.array?[0]["metadata"]?["text"] == "one apple")
                #expect(abs((found.json["matches"]?.array?[1]["score"]?.number ?? 9) - score) < 1e-6, "\(metric)")
                #expect(found.json["matches"]?.array?[1]["values"] == [])
                let byID = try await index.send(.post, "/query", ["id": "b", "topK": 1, "includeValues": true])
                #expect(ids(byID) == ["b"] && byID.json["matches"]?.array?[0]["values"] == [0, 1, 0])
                #expect(ids(try await index.send(.post, "/query", ["id": "gone", "topK": 1])) == [])
                for (filter, expected): (JSONValue, [String]) in [
                    (["n": 2], ["b"]), (["n": ["$gte": 1, "$lt": 2]], ["a"]), (["tags": ["$in": ["q"]]], ["a"]),
                    (["$or": [["on": true], ["n": 1]]], ["a", "b"]), (["n": ["$exists": false]], ["c"]),
                    (["n": ["$ne": 1]], ["c", "b"]), (["n": ["$nin": [1, 2]]], ["c"]),
                    (["text": "one apple"], ["a"]), (["text": "one.apple"], []), (["text": ["$exists": true]], ["a"]),
                    (["text": ["$ne": "one apple"]], ["c", "b"]), (["$and": [["n": 1], ["on": true]]], []),
                ] {
                    let asked = try await index.send(
                        .post,
                        "/query",
                        ["vector": [1, 0, 0], "topK": 3, "filter": filter]
                    )
                    #expect(ids(asked) == expected, "\(filter) \(asked)")
                }
            }
        }
    }

    @Test("keeps namespaces apart")
    func namespaces() async throws {
        let bench = try VectorBench()
        try await bench.withClient { client in
            let index = try await filled(client)
            for _ in 0..<2 {
                let body: JSONValue = ["vectors": [["id": "a", "values": [0, 0, 1]]], "namespace": "en/uk"]
                #expect(try await index.send(.post, "/vectors/upsert", body).status == 200)
            }
            let statistics = try await index.send(.post, "/describe_index_stats", [:]).json
            #expect(
                statistics["totalVectorCount"] == 4 && statistics["dimension"] == 3 && statistics["metric"] == "cosine"
            )
            #expect(statistics["namespaces"] == ["__default__": ["vectorCount": 3], "en/uk": ["vectorCount": 1]])
            let found = try await index.send(.post, "/query", ["vector": [0, 0, 1], "topK": 9, "namespace": "en/uk"])
            #expect(ids(found) == ["a"])
            #expect(
                ids(try await index.send(.post, "/query", ["vector": [0, 0, 1], "topK": 9, "namespace": "no"])) == []
            )
            let all = try await index.send(.get, "/namespaces").json
            #expect(all["namespaces"]?.array?.map { $0["name"]?.string } == ["__default__", "en/uk"])
            #expect(try await index.send(.get, "/namespaces/en%2Fuk").json["record_count"] == 1)
            #expect(try await index.send(.post, "/namespaces", ["name": "empty"]).json["record_count"] == 0)
            #expect(try await index.send(.post, "/namespaces", ["name": "empty"]).status == 409)
            #expect(try await bench.store.collections().map(\.name) == ["notes", "notes/empty", "notes/en/uk"])
            let other: JSONValue = ["deleteAll": true, "namespace": "no"]
            #expect(try await index.send(.post, "/vectors/delete", other).status == 404)
            #expect(try await index.send(.post, "/vectors/delete", ["deleteAll": true]).json == [:])
            #expect(try await bench.store.count(.everything, in: "notes") == 0)
            #expect(try await bench.store.count(.everything, in: "notes/en/uk") == 1)
            #expect(try await index.send(.delete, "/namespaces/en%2Fuk").status == 200)
            #expect(try await client.send(.delete, "/indexes/notes").status == 202)
            #expect(try await bench.store.collections() == [])
        }
    }

    @Test("fetches, lists, updates and deletes vectors")
    func vectors() async throws {
        try await VectorBench().withClient { client in
            let index = try await filled(client)
            let fetched = try await index.send(.get, "/vectors/fetch?ids=a&ids=gone&ids=c").json["vectors"]
            #expect(fetched?["a"]?["values"] == [1, 0, 0] && fetched?["a"]?["metadata"]?["n"] == 1)
            #expect(fetched?.object?.count == 2)
            #expect(try await index.send(.get, "/vectors/fetch").status == 400)
            let spaced: JSONValue = ["vectors": [["id": "a b+c", "values": [1, 1, 1]]]]
            _ = try await index.send(.post, "/vectors/upsert", spaced)
            for text in ["a+b%2Bc", "a%20b%2Bc"] {
                let found = try await index.send(.get, "/vectors/fetch?ids=\(text)").json["vectors"]?.object
                #expect(found?.names == ["a b+c"], "\(text)")
            }
            _ = try await index.send(.post, "/vectors/delete", ["ids": ["a b+c"]])
            let change: JSONValue = ["id": "a", "setMetadata": ["n": 7, "text": "two"], "values": [0, 0, 1]]
            #expect(try await index.send(.post, "/vectors/update", change).json == ["matchedRecords": 1])
            let changed = try await index.send(.get, "/vectors/fetch?ids=a").json["vectors"]?["a"]
            #expect(changed?["values"] == [0, 0, 1])
            #expect(changed?["metadata"] == ["n": 7, "tags": ["p", "q"], "text": "two"])
            let marked: JSONValue = ["filter": ["n": ["$gt": 1]], "setMetadata": ["mark": "m"]]
            #expect(try await index.send(.post, "/vectors/update", marked).json == ["matchedRecords": 2])
            #expect(
                try await index.send(.post, "/vectors/update", ["id": "gone", "values": [1, 1, 1]]).json == [
                    "matchedRecords": 0
                ]
            )
            let page = try await index.send(.post, "/vectors/fetch_by_metadata", ["filter": ["mark": "m"], "limit": 1])
            #expect(page.json["vectors"]?.object?.names == ["a"])
            let token = try #require(page.json["pagination"]?["next"])
            let next = try await index.send(
                .post,
                "/vectors/fetch_by_metadata",
                ["filter": ["mark": "m"], "limit": 5, "paginationToken": token]
            )
            #expect(next.json["vectors"]?.object?.names == ["b"] && next.json["pagination"] == nil)
            let many = JSONValue.array((0..<250).map { ["id": .string("d\($0)"), "values": [1, 1, 1]] })
            _ = try await index.send(.post, "/vectors/upsert", ["vectors": many])
            var (listed, path): ([String], String?) = ([], "/vectors/list?prefix=d&limit=99")
            while let current = path {
                let answer = try await index.send(.get, current).json
                listed += (answer["vectors"]?.array ?? []).compactMap { $0["id"]?.string }
                path = answer["pagination"]?["next"]?.string.map {
                    "/vectors/list?prefix=d&limit=99&paginationToken=\($0)"
                }
            }
            #expect(listed == (0..<250).map { "d\($0)" })
            #expect(try await index.send(.post, "/vectors/delete", ["ids": ["a", "gone"]]).status == 200)
            #expect(try await index.send(.post, "/vectors/delete", ["filter": ["mark": "m"]]).status == 200)
            #expect(try await index.send(.get, "/vectors/list?prefix=b").json["vectors"] == [])
        }
    }

    @Test("takes its own address as the host of the only index")
    func onlyIndex() async throws {
        try await VectorBench().withClient { client in
            #expect(try await client.send(.post, "/query", ["vector": [1], "topK": 1]).status == 400)
            _ = try await filled(client)
            #expect(ids(try await client.send(.post, "/query", ["vector": [1, 0, 0], "topK": 1])) == ["a"])
            _ = try await client.send(.post, "/indexes", ["name": "second", "dimension": 3])
            let refused = try await client.send(.post, "/query", ["vector": [1, 0, 0], "topK": 1])
            #expect(refused.status == 400 && refused.json["message"]?.string?.contains("GET /indexes") == true)
        }
    }

    @Test("refuses sparse values and mistaken bodies, in Pinecone's forms")
    func refusals() async throws {
        try await VectorBench().withClient { client in
            let index = try await filled(client)
            let bodies: [(String, String)] = [
                ("/vectors/upsert", #"{"vectors":[]}"#), ("/vectors/upsert", "{}"), ("/vectors/upsert", "[1]"),
                ("/vectors/upsert", #"{"vectors":[{"id":"x","values":[1,2]}]}"#),
                ("/vectors/upsert", #"{"vectors":[{"id":"x"}]}"#),
                ("/vectors/upsert", #"{"vectors":[{"id":"","values":[1,2,3]}]}"#),
                ("/vectors/upsert", #"{"vectors":[{"id":"x","values":[0,0,0]}]}"#),
                (
                    "/vectors/upsert",
                    #"{"vectors":[{"id":"x","values":[1,2,3],"sparseValues":{"indices":[1],"values":[1]}}]}"#
                ),
                ("/vectors/upsert", #"{"vectors":[{"id":"x","values":[1,2,3],"metadata":{"a":null}}]}"#),
                ("/vectors/upsert", #"{"vectors":[{"id":"x","values":[1,2,3],"metadata":{"$a":1}}]}"#),
                ("/vectors/upsert", #"{"vectors":[{"id":"x","values":[1,2,3]}],"namespace":"\u0001"}"#),
                ("/query", #"{"topK":1}"#), ("/query", #"{"vector":[1,2,3]}"#),
                ("/query", #"{"vector":[1,2,3],"topK":0}"#),
                ("/query", #"{"vector":[1,2,3],"topK":10001}"#), ("/query", #"{"vector":[1,2,3],"id":"a","topK":1}"#),
                ("/query", #"{"vector":[1,2,3],"topK":1,"sparseVector":{"indices":[1],"values":[1]}}"#),
                ("/query", #"{"vector":[1,2,3],"topK":1,"filter":{}}"#),
                ("/query", #"{"vector":[1,2,3],"topK":1,"filter":{"a":{"$regex":"b"}}}"#),
                ("/vectors/delete", "{}"), ("/vectors/delete", #"{"ids":["a"],"deleteAll":true}"#),
                ("/vectors/delete", #"{"ids":[]}"#), ("/vectors/update", #"{"setMetadata":{}}"#),
                ("/vectors/fetch_by_metadata", "{}"), ("/describe_index_stats", #"{"filter":7}"#),
            ]
            for (path, body) in bodies {
                let refused = try await index.send(.post, path, raw: Array(body.utf8))
                #expect(refused.status == 400, "\(path) \(body) \(refused)")
                #expect(refused.json["error"]?["message"]?.string?.isEmpty == false && refused.json["code"] == 3)
            }
            #expect(try await index.send(.get, "/vectors/list?limit=0").status == 400)
            #expect(try await index.send(.get, "/vectors/list?paginationToken=x").status == 400)
            #expect(try await index.send(.post, "/describe_index_stats", [:]).json["totalVectorCount"] == 3)
        }
    }

    @Test("tells apart who may read and who may write, by Pinecone's header")
    func rights() async throws {
        var bench = try VectorBench()
        let keys = try AccessKeys(parsing: "writer:writer-key rights=vectors\nreader:reader-key rights=vectors-read")
        bench.bench.keys = KeyRing(keys)
        try await bench.withClient { client in
            var client = client
            let stranger = try await client.send(.get, "/indexes")
            #expect(stranger.status == 401 && stranger.json["error"]?["code"] == "UNAUTHENTICATED")
            client.headers = [HTTPField.Name("Api-Key")!: "writer-key"]
            var index = try await filled(client)
            index.headers = [HTTPField.Name("Api-Key")!: "reader-key"]
            #expect(try await index.send(.post, "/query", ["vector": [1, 0, 0], "topK": 1]).status == 200)
            #expect(try await index.send(.post, "/describe_index_stats", [:]).status == 200)
            for (method, path): (HTTPRequest.Method, String) in [
                (.post, "/vectors/upsert"), (.post, "/vectors/update"), (.post, "/vectors/delete"), (.delete, ""),
                (.patch, ""), (.post, "/namespaces"), (.delete, "/namespaces/x"),
            ] {
                let refused = try await index.send(method, path, method == .delete ? nil : [:])
                #expect(refused.status == 403 && refused.json["error"]?["code"] == "FORBIDDEN", "\(method) \(path)")
            }
        }
    }
}
