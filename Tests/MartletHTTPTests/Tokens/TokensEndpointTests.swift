import HTTPTypes
import HummingbirdTesting
import MartletCore
import MartletHTTP
import MartletTestSupport
import Testing

@Suite("Models and tokens over HTTP")
struct TokensEndpointTests {
    @Test("turn text into tokens and back")
    func roundTrip() async throws {
        let api = TestAPI(SpellingModel())
        #expect(try await api.json(.post, "/tokenize", #"{"content": "ab"}"#).body == ["tokens": [97, 98]])
        #expect(
            try await api.json(.post, "/tokenize", #"{"content": "a", "add_special": true}"#).body == [
                "tokens": [1, 97]
            ]
        )
        #expect(
            try await api.json(.post, "/tokenize", #"{"content": "é", "with_pieces": true}"#).body
                == ["tokens": [["id": 195, "piece": [195]], ["id": 169, "piece": [169]]]]
        )
        #expect(try await api.json(.post, "/detokenize", #"{"tokens": [97, 98]}"#).body == ["content": "ab"])
        #expect(try await api.json(.post, "/detokenize", #"{"tokens": []}"#).body == ["content": ""])
        #expect(try await api.json(.post, "/detokenize", #"{"tokens": [195]}"#).body == ["content": "\u{FFFD}"])
    }

    @Test(
        "refuse what is no text or no token",
        arguments: [
            ("/tokenize", "{}"), ("/tokenize", #"{"content": 5}"#), ("/tokenize", #"{"content": "a", "add": true}"#),
            ("/detokenize", "{}"), ("/detokenize", #"{"tokens": "a"}"#), ("/detokenize", #"{"tokens": [-1]}"#),
            ("/detokenize", #"{"tokens": [256]}"#), ("/detokenize", #"{"tokens": [1.5]}"#),
        ]
    )
    func refusals(path: String, body: String) async throws {
        #expect(try await TestAPI(SpellingModel()).json(.post, path, body).status == 400)
    }

    @Test("are refused for models that don't show their tokens")
    func hidden() async throws {
        let answer = try await TestAPI(ScriptedLanguageModel.saying("ok")).json(
            .post,
            "/tokenize",
            #"{"content": "a"}"#
        )
        #expect(answer.status == 400)
        #expect(answer.body.at("error.param") == "model")
    }

    @Test("list the models, and find each by its id")
    func models() async throws {
        var api = TestAPI(SpellingModel())
        api.models.append(("org/small model", ScriptedLanguageModel.saying("ok")))
        let list = try await api.json(.get, "/v1/models")
        #expect(list.body.at("object") == "list")
        #expect(list.body.at("data")?.array?.compactMap { $0.at("id")?.string } == ["scripted", "org/small model"])
        #expect(
            list.body.at("data.0") == [
                "id": "scripted", "object": "model", "created": 1_700_000_000, "owned_by": "martlet",
                "name": "spelling", "type": "chat", "context_length": 128,
            ]
        )
        for path in ["org/small%20model", "org%2Fsmall%20model"] {
            let found = try await api.json(.get, "/v1/models/\(path)")
            #expect(found.body.at("id") == "org/small model")
        }
        #expect(try await api.json(.get, "/v1/models/none").status == 404)
        #expect(try await api.json(.get, "/v1/models/none").body.at("error.code") == "model_not_found")
    }
}
