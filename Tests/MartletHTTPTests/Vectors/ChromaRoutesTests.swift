import Foundation
import HTTPTypes
import MartletCore
import MartletHTTP
import Testing

@Suite("Chroma's API", .timeLimit(.minutes(1)))
struct ChromaRoutesTests {
    /// A collection of three records, and the path of its own.
    private func filled(_ client: VectorBench.Client, space: String = "l2") async throws -> String {
        let made = try await client.send(
            .post,
            "\(chromaDatabase)/collections",
            ["name": "notes", "configuration": ["hnsw": ["space": .string(space)]], "metadata": ["k": 1]]
        )
        let id = try #require(made.json["id"]?.string)
        let path = "\(chromaDatabase)/collections/\(id)"
        let added = try await client.send(
            .post,
            "\(path)/add",
            [
                "ids": ["a", "b", "c"], "embeddings": [[1, 0, 0], [0, 1, 0], [0.5, 0.5, 0]],
                "documents": ["one apple", "two", .null], "uris": ["file:///a", .null, .null],
                "metadatas": [["n": 1, "s": "x", "b": true], ["n": 2, "tags": ["p", "q"]], .null],
            ]
        )
        #expect(added.status == 201)
        return path
    }

    @Test("tells of itself what clients ask first")
    func server() async throws {
        try await VectorBench().withClient { client in
            #expect(try await client.send(.get, "/api/v2/heartbeat").json["nanosecond heartbeat"]?.integer ?? 0 > 0)
            #expect(try await client.send(.get, "/api/v2/version").json == "1.0.0")
            let checks = try await client.send(.get, "/api/v2/pre-flight-checks").json
            #expect(checks == ["max_batch_size": 1000, "supports_base64_encoding": true])
            let identity = try await client.send(.get, "/api/v2/auth/identity").json
            #expect(identity["tenant"] == "default_tenant" && identity["databases"] == ["default_database"])
            #expect(try await client.send(.get, "/api/v2/tenants/default_tenant").status == 200)
            #expect(try await client.send(.get, chromaDatabase).json["name"] == "default_database")
            let other = try await client.send(.get, "/api/v2/tenants/nobody")
            #expect(other.status == 404 && other.json["error"] == "NotFoundError")
            #expect(try await client.send(.post, "/api/v2/tenants", ["name": "nobody"]).status == 400)
            #expect(try await client.send(.post, "/api/v2/tenants", ["name": "default_tenant"]).status == 409)
            let database = "/api/v2/tenants/default_tenant/databases/other/collections"
            #expect(try await client.send(.get, database).status == 404)
        }
    }

    @Test("makes, finds, changes and deletes collections")
    func collections() async throws {
        try await VectorBench().withClient { client in
            let path = "\(chromaDatabase)/collections"
            let made = try await client.send(
                .post,
                path,
                [
                    "name": "notes", "metadata": ["a": 1],
                    "configuration": [
                        "hnsw": ["space": "cosine", "ef_search": 50],
                        "embedding_function": ["type": "known", "name": "default", "config": [:]],
                    ],
                ]
            )
            #expect(made.status == 200)
            let id = try #require(made.json["id"]?.string)
            #expect(UUID(uuidString: id) != nil)
            #expect(made.json["metadata"] == ["a": 1] && made.json["dimension"] == nil)
            #expect(made.json["configuration_json"]?["hnsw"]?["space"] == "cosine")
            #expect(made.json["configuration_json"]?["hnsw"]?["ef_search"] == 50)
            #expect(made.json["configuration_json"]?["embedding_function"]?["name"] == "default")
            #expect(try await client.send(.get, "\(path)/notes").json == made.json)
            #expect(try await client.send(.get, "\(path)/by-id/\(id)").json == made.json)
            let again = try await client.send(
                .post,
                path,
                ["name": "notes", "get_or_create": true, "metadata": ["b": 2]]
            )
            #expect(again.json == made.json)
            let taken = try await client.send(.post, path, ["name": "notes"])
            #expect(taken.status == 409 && taken.json["error"] == "UniqueConstraintError")
            _ = try await client.send(.post, path, ["name": "other", "metadata": ["hnsw:space": "ip"]])
            #expect(try await client.send(.get, "\(chromaDatabase)/collections_count").json == 2)
            let page = try await client.send(.get, "\(path)?limit=1&offset=1").json
            #expect(page.array?.count == 1 && page.array?.first?["configuration_json"]?["hnsw"]?["space"] == "ip")
            let changed = try await client.send(
                .put,
                "\(path)/\(id)",
                ["new_name": "papers", "new_metadata": ["c": 3], "new_configuration": ["hnsw": ["ef_search": 7]]]
            )
            #expect(changed.status == 200)
            let papers = try await client.send(.get, "\(path)/papers").json
            #expect(papers["id"]?.string == id && papers["metadata"] == ["c": 3])
            #expect(papers["configuration_json"]?["hnsw"]?["ef_search"] == 7)
            #expect(papers["configuration_json"]?["embedding_function"]?["name"] == "default")
            #expect(try await client.send(.put, "\(path)/\(id)", ["new_name": "other"]).status == 409)
            #expect(try await client.send(.delete, "\(path)/papers").status == 200)
            #expect(try await client.send(.delete, "\(path)/papers").status == 404)
            #expect(try await client.send(.get, "\(path)/\(id)/count").status == 404)
            let fresh = try await client.send(.post, path, ["name": "papers"])
            #expect(fresh.json["id"]?.string != id, "an identifier of a deleted collection names no other")
        }
    }

    @Test("adds what isn't there, merges what is upserted, updates what is there")
    func writing() async throws {
        try await VectorBench().withClient { client in
            let path = try await filled(client)
            let everything: JSONValue = ["include": ["documents", "metadatas", "embeddings", "uris"]]
            _ = try await client.send(
                .post,
                "\(path)/add",
                ["ids": ["a", "d"], "embeddings": [[9, 9, 9], [0, 0, 1]], "documents": ["ONE", "four"]]
            )
            var all = try await client.send(.post, "\(path)/get", everything).json
            #expect(all["ids"] == ["a", "b", "c", "d"])
            #expect(all["documents"] == ["one apple", "two", .null, "four"])
            #expect(all["embeddings"]?.array?[0] == [1, 0, 0])
            #expect(all["uris"] == ["file:///a", .null, .null, .null])
            #expect(all["metadatas"]?.array?[2] == .null && all["metadatas"]?.array?[0]["n"] == 1)
            _ = try await client.send(
                .post,
                "\(path)/upsert",
                [
                    "ids": ["a", "e"], "embeddings": [[2, 0, 0], [3, 3, 3]],
                    "metadatas": [["n": .null, "new": "k"], .null],
                ]
            )
            _ = try await client.send(
                .post,
                "\(path)/update",
                ["ids": ["b", "nowhere"], "documents": ["changed", "x"], "metadatas": [["n": 5], .null]]
            )
            all = try await client.send(.post, "\(path)/get", everything).json
            #expect(all["ids"] == ["a", "b", "c", "d", "e"])
            #expect(all["metadatas"]?.array?[0] == ["s": "x", "b": true, "new": "k"])
            #expect(all["documents"]?.array?[0] == "one apple" && all["embeddings"]?.array?[0] == [2, 0, 0])
            #expect(all["documents"]?.array?[1] == "changed" && all["embeddings"]?.array?[1] == [0, 1, 0])
            #expect(try await client.send(.get, "\(path)/count").json == 5)
            let page = try await client.send(.post, "\(path)/get", ["limit": 2, "offset": 1, "include": []]).json
            #expect(page["ids"] == ["b", "c"] && page["documents"] == nil)
        }
    }

    @Test("takes vectors as base64, and refuses what is none")
    func base64() async throws {
        try await VectorBench().withClient { client in
            let path = try await filled(client)
            let bytes = [Float(1), 2, 3].flatMap { withUnsafeBytes(of: $0.bitPattern.littleEndian) { Array($0) } }
            let text = Data(bytes).base64EncodedString()
            #expect(
                try await client.send(.post, "\(path)/add", ["ids": ["z"], "embeddings": [.string(text)]]).status == 201
            )
            let got = try await client.send(.post, "\(path)/get", ["ids": ["z"], "include": ["embeddings"]]).json
            #expect(got["embeddings"] == [[1, 2, 3]])
            let nan = Data([0, 0, 0xC0, 0x7F] + bytes.dropFirst(4)).base64EncodedString()
            for wrong: JSONValue in ["!!!", "AAAA", .string(nan), "", 7, [["1"]], [1, 1e300, 0]] {
                let refused = try await client.send(.post, "\(path)/add", ["ids": ["y"], "embeddings": [wrong]])
                #expect(refused.status == 400 && refused.json["error"] == "InvalidArgumentError", "\(wrong)")
            }
        }
    }

    @Test("finds the nearest, with filters of metadata and texts, in columns of columns")
    func query() async throws {
        try await VectorBench().withClient { client in
            let path = try await filled(client, space: "cosine")
            func ids(_ body: JSONObject) async throws -> JSONValue? {
                var body = body
                body["query_embeddings"] = [[1, 0, 0]]
                return try await client.send(.post, "\(path)/query", .object(body)).json["ids"]
            }
            let two = try await client.send(
                .post,
                "\(path)/query",
                ["query_embeddings": [[1, 0, 0], [0, 1, 0]], "n_results": 2]
            ).json
            #expect(two["ids"] == [["a", "c"], ["b", "c"]])
            #expect(abs((two["distances"]?.array?[0].array?[1].number ?? 0) - 0.29289323) < 1e-6)
            #expect(two["documents"] == [["one apple", .null], ["two", .null]] && two["embeddings"] == nil)
            #expect(try await ids(["where": ["n": ["$gte": 2]]]) == [["b"]])
            #expect(try await ids(["where": ["$or": [["n": 1], ["tags": ["$contains": "q"]]]]]) == [["a", "b"]])
            #expect(try await ids(["where": ["s": ["$ne": "x"]]]) == [["c", "b"]])
            #expect(try await ids(["where": ["n": ["$in": [2, 9]]]]) == [["b"]])
            #expect(try await ids(["where_document": ["$contains": "apple"]]) == [["a"]])
            #expect(try await ids(["where_document": ["$not_contains": "apple"]]) == [["c", "b"]])
            #expect(try await ids(["where_document": ["$regex": "^t.o$"]]) == [["b"]])
            #expect(try await ids(["where": ["#document": ["$contains": "two"]], "ids": ["a", "b"]]) == [["b"]])
            #expect(try await ids(["ids": ["c", "gone"]]) == [["c"]])
            #expect(try await ids(["n_results": 0]) == [[]])
        }
    }

    @Test("deletes what is named, and nothing where nothing is")
    func deletion() async throws {
        try await VectorBench().withClient { client in
            let path = try await filled(client)
            for nothing: JSONValue in [[:], ["ids": []], ["where": [:]]] {
                #expect(try await client.send(.post, "\(path)/delete", nothing).status == 400)
            }
            #expect(try await client.send(.post, "\(path)/delete", ["ids": ["gone"]]).json == ["deleted": 0])
            #expect(
                try await client.send(.post, "\(path)/delete", ["ids": ["a"], "where": ["n": 2]]).json == ["deleted": 0]
            )
            #expect(try await client.send(.post, "\(path)/delete", ["where": ["n": 2]]).json == ["deleted": 1])
            #expect(try await client.send(.get, "\(path)/count").json == 2)
        }
    }

    @Test("refuses hostile and mistaken bodies with the place and a remedy")
    func refusals() async throws {
        try await VectorBench().withClient { client in
            let path = try await filled(client)
            let deep = String(repeating: #"{"$and":["#, count: 200) + String(repeating: "]}", count: 200)
            let many = "[" + (0..<1001).map { #"{"n":\#($0)}"# }.joined(separator: ",") + "]"
            let bodies: [(String, String)] = [
                ("add", "{"), ("add", "[]"), ("add", "null"), ("add", ""), ("add", #"{"ids":["x"]}"#),
                ("add", #"{"ids":["x"],"embeddings":[[1,2]]}"#),
                ("add", #"{"ids":["x","x"],"embeddings":[[1,2,3],[1,2,3]]}"#),
                ("add", #"{"ids":["x","y"],"embeddings":[[1,2,3]]}"#), ("add", #"{"ids":[""],"embeddings":[[1,2,3]]}"#),
                ("add", #"{"ids":["x"],"embeddings":[null]}"#), ("add", #"{"ids":["x"],"embeddings":[[]]}"#),
                ("add", #"{"ids":["x"],"embeddings":[[1,2,3]],"metadatas":[{"a":{"b":1}}]}"#),
                ("add", #"{"ids":["x"],"embeddings":[[1,2,3]],"metadatas":[{"a":null}]}"#),
                ("add", #"{"ids":["x"],"embeddings":[[1,2,3]],"metadatas":[{"chroma:uri":"a"}]}"#),
                ("add", #"{"ids":["x"],"embeddings":[[1,2,3]],"colour":1}"#), ("get", #"{"include":["colours"]}"#),
                ("get", #"{"where":\#(deep)}"#), ("get", #"{"where":{"$or":\#(many)}}"#), ("get", #"{"limit":-1}"#),
                ("get", #"{"where":{"a":1,"b":2}}"#), ("get", #"{"where":{"a":{"$near":1}}}"#),
                ("get", #"{"where":{"a":{"$gt":"b"}}}"#), ("get", #"{"where":{"a":{"$in":[]}}}"#),
                ("get", #"{"where":7}"#),
                ("get", #"{"where_document":{"$regex":"("}}"#),
                ("get", #"{"where_document":{"$regex":"(a)\\1"}}"#),
                ("get", #"{"where_document":{"$contains":1}}"#), ("query", "{}"),
                ("query", #"{"query_embeddings":[[1,2]]}"#),
                ("query", #"{"query_embeddings":[[1,2,3]],"n_results":1e9}"#),
                ("query", #"{"query_embeddings":[[1,2,3]],"n_results":-1}"#),
            ]
            for (name, body) in bodies {
                let refused = try await client.send(.post, "\(path)/\(name)", raw: Array(body.utf8))
                #expect(refused.status == 400, "\(name) \(body.prefix(80)) \(refused)")
                #expect(
                    refused.json["error"] == "InvalidArgumentError" && refused.json["message"]?.string?.isEmpty == false
                )
            }
            #expect(try await client.send(.post, "\(path)/add", raw: Array("{\"ids\":[\"\u{FF}".utf8)).status == 400)
            let ids = JSONValue.array((0..<1001).map { .string("r\($0)") })
            #expect(try await client.send(.post, "\(path)/add", ["ids": ids, "embeddings": []]).status == 400)
            #expect(try await client.send(.post, "\(chromaDatabase)/collections/zz/get", [:]).status == 400)
            for name: JSONValue in ["a", "..b", "a/b", "ä", 1, .null, "-abc"] {
                #expect(
                    try await client.send(.post, "\(chromaDatabase)/collections", ["name": name]).status == 400,
                    "\(name)"
                )
            }
            #expect(try await client.send(.get, "\(path)/count").json == 3)
        }
    }

    @Test("gives Chroma's errors to those without a key or the right, and lets the token of Chroma's header in")
    func rights() async throws {
        var bench = try VectorBench()
        bench.bench.keys = KeyRing(
            try AccessKeys(
                parsing: """
                    writer:writer-key rights=vectors
                    reader:reader-key rights=vectors-read
                    talker:talker-key
                    """
            )
        )
        try await bench.withClient { client in
            var client = client
            let path = "\(chromaDatabase)/collections"
            #expect(try await client.send(.get, path).status == 401)
            #expect(try await client.send(.get, path).json["error"] == "AuthorizationError")
            for (key, reads, writes) in [("writer", 200, 200), ("reader", 200, 403), ("talker", 403, 403)] {
                client.headers = [HTTPField.Name("x-chroma-token")!: "\(key)-key"]
                #expect(try await client.send(.get, path).status == reads, "\(key)")
                let made = try await client.send(.post, path, ["name": "notes", "get_or_create": true])
                #expect(made.status == writes, "\(key)")
                if writes == 403 { #expect(made.json["error"] == "AuthError") }
                client.headers = [.authorization: "Bearer \(key)-key"]
                #expect(try await client.send(.get, "\(path)/notes").status == reads, "\(key)")
                let body = try await client.send(.post, "/v1/body", [:])
                #expect(body.status == (key == "talker" ? 200 : 403), "\(key)")
            }
            client.headers = [.authorization: "Bearer reader-key"]
            let id = try #require(try await client.send(.get, "\(path)/notes").json["id"]?.string)
            #expect(try await client.send(.post, "\(path)/\(id)/get", [:]).status == 200)
            for write in ["add", "upsert", "update", "delete"] {
                #expect(try await client.send(.post, "\(path)/\(id)/\(write)", [:]).status == 403, "\(write)")
            }
            #expect(try await client.send(.delete, "\(path)/notes").status == 403)
            #expect(try await client.send(.put, "\(path)/\(id)", [:]).status == 403)
        }
    }
}
