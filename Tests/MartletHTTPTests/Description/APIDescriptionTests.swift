import HTTPTypes
import HummingbirdTesting
import MartletCore
import MartletHTTP
import NIOCore
import Testing

@Suite("The description of the API")
struct APIDescriptionTests {
    private func description() async throws -> JSONValue {
        try await ServerBench().withClient { client in
            let response = try await client.execute(uri: "/openapi.json", method: .get)
            return try JSONValue(parsing: Array(response.body.readableBytesView))
        }
    }

    /// Every object of the document with its place.
    private func objects(in value: JSONValue, at place: String = "#") -> [(place: String, object: JSONObject)] {
        switch value {
        case .object(let members):
            [(place, members)] + members.flatMap { objects(in: $0.value, at: "\(place)/\($0.name)") }
        case .array(let elements):
            elements.enumerated().flatMap { objects(in: $0.element, at: "\(place)/\($0.offset)") }
        default: []
        }
    }

    @Test("refers only to what is in it, and has nothing that nobody refers to")
    func references() async throws {
        let document = try await description()
        var used: Set<String> = []
        for (place, object) in objects(in: document) {
            guard let reference = object["$ref"]?.string else { continue }
            let names = reference.split(separator: "/").map { String($0) }
            #expect(names.first == "#", "\(place)")
            let target = names.dropFirst().reduce(document as JSONValue?) { $0?[$1] }
            #expect(target != nil, "\(place) refers to \(reference)")
            used.insert(reference)
        }
        for kind in ["schemas", "responses", "headers"] {
            for entry in document["components"]?[kind]?.object ?? [:] {
                let reference = "#/components/\(kind)/\(entry.name)"
                let isEvent = entry.name == "ChatCompletionChunk"
                #expect(used.contains(reference) || isEvent, "nothing refers to \(reference)")
            }
        }
    }

    @Test("gives every operation a name of its own, a summary, a tag that is explained, and its responses")
    func operations() async throws {
        let document = try await description()
        let tags = Set((document["tags"]?.array ?? []).compactMap { $0["name"]?.string })
        var names: Set<String> = []
        for path in document["paths"]?.object ?? [:] {
            for method in path.value.object ?? [:] {
                let place = "\(method.name) \(path.name)"
                let name = try #require(method.value["operationId"]?.string, "\(place)")
                #expect(names.insert(name).inserted, "\(place)")
                #expect(method.value["summary"]?.string?.isEmpty == false, "\(place)")
                #expect(method.value["tags"]?.array?.allSatisfy { tags.contains($0.string ?? "") } == true, "\(place)")
                #expect(method.value["responses"]?.object?["200"] != nil, "\(place)")
                let variables = path.name.split(separator: "/").filter { $0.hasPrefix("{") }.count
                #expect((method.value["parameters"]?.array?.count ?? 0) >= variables, "\(place)")
                let isOpen = method.value["security"]?.array?.isEmpty == true
                #expect(isOpen || method.value["responses"]?.object?["401"] != nil, "\(place)")
            }
        }
    }

    @Test("has every route, and every route is in it")
    func routes() async throws {
        let document = try await description()
        let described = (document["paths"]?.object ?? [:]).flatMap { path in
            (path.value.object ?? [:]).map { "\($0.name.uppercased()) \(path.name)" }
        }
        var bench = try VectorBench().bench
        bench.usesWholeAPI = true
        let routes = try bench.server().routes.filter { $0.method != "HEAD" && !$0.path.hasPrefix("/assets/") }
        // The paths of the only index are those of any index.
        let own = Set(
            routes.filter { $0.path.hasPrefix("/indexes/{index}/") }.map { $0.path.dropFirst("/indexes/{index}".count) }
        )
        let served = routes.filter { !own.contains($0.path[...]) }
            // A model's name may have slashes in it.
            .map {
                "\($0.method) \($0.path == "/v1/models/**" ? "/v1/models/{model}" : $0.path)"
            }
        #expect(Set(described) == Set(served))
    }
}
