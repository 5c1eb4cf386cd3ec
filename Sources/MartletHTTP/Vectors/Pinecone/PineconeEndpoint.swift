import HTTPTypes
import Hummingbird
import MartletCore

/// What Pinecone's endpoints have in common: which index and which namespace a request means.
struct PineconeEndpoint: Sendable {
    /// The store.
    let vectors: ServedVectors
    /// Whether clients reach the server by TLS.
    let isEncrypted: Bool

    /// The index that a path names, or the only one there is where it names none.
    func index(_ context: APIRequestContext) async throws -> PineconeIndex {
        let all = PineconeIndex.all(try await vectors.store.collections())
        guard context.parameters.get("index") != nil else {
            if let only = all.first, all.count == 1 { return only }
            throw APIError.invalidRequest(
                all.isEmpty
                    ? "There is no index yet. Make one with POST /indexes."
                    : "There are \(all.count) indexes here. Use the host that GET /indexes gives for the one that you mean."
            )
        }
        let name = context.pathText("index")
        guard let found = all.first(where: { $0.base.name == name }) else { throw Self.missing(name) }
        return found
    }

    /// There is no index of this name; 404.
    static func missing(_ name: String) -> APIError {
        .notFound("Resource \(name.prefix(128)) not found. GET /indexes lists the indexes.")
    }

    /// Where the server is, as the request's sender reaches it.
    func address(_ request: Request) -> String {
        let authority = request.head.authority ?? "localhost"
        let isSane = authority.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"):
                true
            default: "-._~:[]".utf8.contains(byte)
            }
        }
        let isForwarded = request.headers[.forwardedScheme]?.lowercased() == "https"
        return "\(isEncrypted || isForwarded ? "https" : "http")://\(isSane ? authority : "localhost")"
    }

    /// A namespace's name: up to 512 characters of ASCII.
    static let namespaceName = ValueKind<String>.text(0...512).map { name, place throws(RequestFault) in
        guard name.utf8.allSatisfy({ (0x20...0x7E).contains($0) }) else {
            throw RequestFault(.wrongValue, place, "'\(place)' must be of printable ASCII characters.")
        }
        return name
    }

    /// `namespace` of a body; empty for the default one.
    func namespace(_ fields: RequestFields) throws(RequestFault) -> String {
        try fields.value(Field("namespace", Self.namespaceName)) ?? ""
    }

    /// `namespace` of a query; empty for the default one.
    func namespace(_ request: Request) throws(APIError) -> String {
        let text = request.queryText("namespace") ?? ""
        return try APIError.translating { () throws(RequestFault) in
            try Self.namespaceName.read(.string(text), "namespace")
        }
    }

    /// `filter` of a body.
    func filter(_ fields: RequestFields) throws(RequestFault) -> VectorFilter? {
        guard let value = fields.raw("filter") else { return nil }
        var reading = FilterReading(limit: vectors.limits.conditionCount)
        return try PineconeFilter.filter(value, "filter", &reading)
    }

    /// The index's collection of a namespace, or nil before anything was put into it.
    func collection(_ namespace: String, of index: PineconeIndex) -> VectorCollection? {
        let name = index.collectionName(namespace)
        return index.collections.first { $0.name == name }
    }

    /// Checks a vector against the index's width.
    func checkWidth(_ vector: [Float], _ index: PineconeIndex, _ place: String) throws(RequestFault) {
        guard vector.count == index.width else {
            let message = "Vector dimension \(vector.count) does not match the dimension of the index \(index.width)"
            throw RequestFault(.wrongValue, place, message)
        }
    }

    /// What a read comes to in Pinecone's bill: nothing here.
    static let usage: JSONValue = ["readUnits": 0]
}

extension Request {
    /// A text of the query.
    func queryText(_ name: String) -> String? {
        queryTexts(name).first
    }

    /// All texts of a name in the query, where a plus stands for a space, as forms and some clients write it.
    func queryTexts(_ name: String) -> [String] {
        (uri.query ?? "").split(separator: "&").compactMap { part in
            let pair = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard pair.count == 2, pair[0] == name else { return nil }
            let spaced = String(pair[1].map { $0 == "+" ? " " : $0 })
            return String(decoding: PercentEncoding.decode(spaced), as: UTF8.self)
        }
    }
}

extension HTTPField.Name {
    /// How a proxy says which scheme it was reached by.
    static let forwardedScheme = HTTPField.Name(literal: "x-forwarded-proto")
}
