import Foundation
import MartletCore
import MartletProviders
import MartletTerminal
import Yams

/// Reads one model's settings below `models:` in `martlet.yaml`.
struct ModelSection {
    private enum Key: String, CaseIterable {
        case provider, type, model, dimensions, fallback, region, stream, price
        case baseURL = "base_url"
        case apiKey = "api_key"
        case burstAfter = "burst_after_seconds"
        case maximumConcurrent = "max_concurrent"
        case timeout = "timeout_seconds"
        case contextLength = "context_length"
        case maximumTokens = "max_tokens"
        case allowsHTTP = "allow_http"

        /// The key of a name; `baseURL` and `base_url` are the same.
        init?(name: String) {
            let plain = ModelSection.plain(name)
            guard let key = Key.allCases.first(where: { ModelSection.plain($0.rawValue) == plain }) else { return nil }
            self = key
        }
    }

    private let name: String
    private let path: String
    private let environment: [String: String]
    private var values: [Key: Node] = [:]

    /// Takes a section.
    /// - Throws: ``ConfigurationError`` for keys that nothing reads.
    init(name: String, _ node: Node, path: String, environment: [String: String]) throws {
        self.name = name
        self.path = path
        self.environment = environment
        guard let mapping = node.mapping else {
            throw Self.error(name, path, "is not a list of settings", remedy: "Write {provider: …, model: …} there")
        }
        for (keyNode, value) in mapping {
            let text = keyNode.string ?? ""
            guard let key = Key(name: text) else {
                let known = Key.allCases.map(\.rawValue)
                let nearest = Suggestion.nearest(to: text, among: known).map { "; did you mean \($0)?" } ?? "."
                throw ConfigurationError(
                    code: .unknownKey,
                    description:
                        "\(path): unknown key models.\(name).\(text)\(nearest) Known keys: \(known.joined(separator: ", "))"
                )
            }
            values[key] = value
        }
    }

    /// The model.
    func entry() throws -> ModelEntry {
        guard let providerName = text(.provider) else {
            throw invalid(.provider, needs: "one of \(ModelEntry.Provider.names.joined(separator: ", "))")
        }
        guard let provider = ModelEntry.Provider(providerName) else {
            let names = ModelEntry.Provider.names
            let nearest = Suggestion.nearest(to: providerName, among: names).map { " (did you mean \($0)?)" } ?? ""
            throw invalid(.provider, needs: "one of \(names.joined(separator: ", "))\(nearest)")
        }
        var entry = ModelEntry(name: name, provider: provider, model: text(.model))
        guard entry.isLocal || entry.model?.isEmpty == false else {
            throw invalid(.model, needs: "the model's name at the provider")
        }
        entry.purpose = try purpose(provider)
        entry.dimensions = try whole(.dimensions)
        entry.baseURL = text(.baseURL)
        entry.fallbacks = try fallbacks()
        entry.burstAfter = try number(.burstAfter, in: 0...86_400).map { .seconds($0) }
        entry.timeout = try number(.timeout, in: 0.1...86_400).map { .seconds($0) }
        entry.maximumConcurrentRequestCount = try whole(.maximumConcurrent)
        entry.contextLength = try whole(.contextLength)
        entry.standardTokenCount = try whole(.maximumTokens)
        entry.allowsOpenConnections = try flag(.allowsHTTP) ?? false
        entry.isStreaming = try flag(.stream) ?? true
        entry.region = text(.region)
        entry.prices = try prices()
        try addKey(to: &entry)
        return entry
    }

    /// What the model is for; a provider that does only one of the three has no need to say it.
    private func purpose(_ provider: ModelEntry.Provider) throws -> ModelPurpose? {
        let words = ModelPurpose.allCases.map(\.rawValue)
        guard let text = text(.type) else {
            if case .openAI(let dialect) = provider, !dialect.chats {
                throw invalid(.type, needs: "embedding or rerank")
            }
            return nil
        }
        guard let purpose = ModelPurpose(rawValue: text.lowercased()) else {
            throw invalid(.type, needs: "one of \(words.joined(separator: ", "))")
        }
        if purpose != .chat, let key = [Key.fallback, .burstAfter, .price].first(where: { values[$0] != nil }) {
            throw invalid(key, needs: "for a model of type \(purpose.rawValue); only models that chat have it")
        }
        return purpose
    }

    /// A key is written down, or the environment variable that holds it is named.
    private func addKey(to entry: inout ModelEntry) throws {
        guard let text = text(.apiKey) else { return }
        let isVariable =
            text.first?.isUppercase == true
            && text.utf8.allSatisfy { byte in
                (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) || byte == UInt8(ascii: "_")
                    || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
            }
        entry.keySource = isVariable ? text : "models.\(name).api_key in \(path)"
        let value = isVariable ? environment[text] ?? "" : text
        guard !value.isEmpty else { return }
        guard let key = Secret(value) else {
            throw ConfigurationError(
                code: .invalidValue,
                description: "\(entry.keySource) is not a key: it has spaces or other letters than ASCII in it"
            )
        }
        entry.key = key
    }

    private func fallbacks() throws -> [String] {
        guard let node = values[.fallback] else { return [] }
        let names = node.sequence.map { $0.map { $0.string ?? "" } } ?? [node.string ?? ""]
        guard names.allSatisfy({ !$0.isEmpty }) else { throw invalid(.fallback, needs: "a list of models' names") }
        return names
    }

    private func prices() throws -> ModelPrices? {
        guard let node = values[.price] else { return nil }
        func price(_ name: String) -> Double? {
            let value = node.mapping?.first { Self.plain($0.key.string ?? "") == Self.plain(name) }?.value
            return value.flatMap { $0.float ?? $0.int.map { Double($0) } }.flatMap { $0 >= 0 ? $0 : nil }
        }
        guard let input = price("input"), let output = price("output") else {
            throw invalid(.price, needs: "{input: …, cached_input: …, output: …} in US dollars for a million tokens")
        }
        return ModelPrices(input: input, cachedInput: price("cached_input"), output: output)
    }

    private func text(_ key: Key) -> String? { values[key]?.string }

    private func number(_ key: Key, in range: ClosedRange<Double>) throws -> Double? {
        guard let node = values[key] else { return nil }
        guard let number = node.float ?? node.int.map({ Double($0) }), range.contains(number) else {
            throw invalid(key, needs: "a number from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    private func whole(_ key: Key) throws -> Int? {
        guard let node = values[key] else { return nil }
        guard let number = node.int, (1...1_000_000_000).contains(number) else {
            throw invalid(key, needs: "a whole number of at least 1")
        }
        return number
    }

    private func flag(_ key: Key) throws -> Bool? {
        guard let node = values[key] else { return nil }
        guard let flag = node.bool else { throw invalid(key, needs: "true or false") }
        return flag
    }

    private func invalid(_ key: Key, needs: String) -> ConfigurationError {
        ConfigurationError(
            code: values[key] == nil ? .missingValue : .invalidValue,
            description: "\(path): models.\(name).\(key.rawValue) is not \(needs)"
        )
    }

    private static func error(_ name: String, _ path: String, _ what: String, remedy: String) -> ConfigurationError {
        ConfigurationError(code: .invalidValue, description: "\(path): models.\(name) \(what). \(remedy).")
    }

    /// A key without what people write differently.
    static func plain(_ name: String) -> String { name.lowercased().filter { $0 != "_" && $0 != "-" } }
}
