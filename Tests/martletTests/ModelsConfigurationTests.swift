import Foundation
import MartletConversation
import MartletCore
import MartletProviders
import Testing
import martlet

@Suite("Models in the configuration")
struct ModelsConfigurationTests {
    private static let key = "sk-very-secret"

    private func load(_ yaml: String, _ environment: [String: String] = [:]) throws -> ModelsConfiguration {
        let path = FileManager.default.temporaryDirectory.appending(path: "martlet-\(UUID().uuidString).yaml").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        try Data(yaml.utf8).write(to: URL(filePath: path))
        return try ModelsConfiguration.load(file: path, environment: environment)
    }

    private static let whole = """
        model: gpt
        local_only: false
        models:
          gpt: {provider: openai, model: gpt-4o-mini, api_key: MY_KEY, fallback: [local, claude], max_concurrent: 3,
                timeout_seconds: 30, price: {input: 1, cached_input: 0.5, output: 2}}
          claude: {provider: anthropic, model: claude-haiku-4-5, apiKey: \(key), maxTokens: 2000}
          small:
            provider: local
            model: smollm2-360m
            fallback: gpt
            burst_after_seconds: 20
          box: {provider: vllm, model: m, base_url: "http://10.0.0.1:8000", allow_http: true, context_length: 4096}
        """

    @Test("are read with all that can be said of them")
    func whole() throws {
        let configuration = try load(Self.whole, ["MY_KEY": " abc "])
        #expect(configuration.entries.map(\.name) == ["gpt", "claude", "small", "box"])
        let gpt = configuration.entries[0]
        #expect(gpt.provider == .openAI(.openAI))
        #expect(gpt.key == Secret("abc"))
        #expect(gpt.keySource == "MY_KEY")
        #expect(gpt.fallbacks == ["local", "claude"])
        #expect(gpt.maximumConcurrentRequestCount == 3)
        #expect(gpt.timeout == .seconds(30))
        #expect(gpt.prices == ModelPrices(input: 1, cachedInput: 0.5, output: 2))
        #expect(configuration.entries[1].key == Secret(Self.key))
        #expect(configuration.entries[1].standardTokenCount == 2000)
        #expect(configuration.entries[2].fallbacks == ["gpt"])
        #expect(configuration.entries[2].burstAfter == .seconds(20))
        #expect(configuration.entries[3].allowsOpenConnections)
        #expect(configuration.entries[3].contextLength == 4096)
        var dumped = ""
        dump(configuration, to: &dumped)
        #expect(!dumped.contains(Self.key))
    }

    private static let mistakes: [(yaml: String, code: ConfigurationError.Code, says: String)] = [
        ("gpt: {provider: opnai, model: m}", .invalidValue, "did you mean openai?"),
        ("gpt: {model: m}", .missingValue, "models.gpt.provider"),
        ("gpt: {provider: openai}", .missingValue, "models.gpt.model"),
        ("gpt: {provider: openai, model: m, bas_url: x}", .unknownKey, "did you mean base_url?"),
        ("gpt: {provider: openai, model: m, fallback: [loacl]}", .invalidValue, "did you mean local?"),
        ("gpt: {provider: openai, model: m, burst_after_seconds: soon}", .invalidValue, "burst_after_seconds"),
        ("gpt: {provider: openai, model: m, max_concurrent: 0}", .invalidValue, "max_concurrent"),
        ("gpt: {provider: openai, model: m, stream: perhaps}", .invalidValue, "stream"),
        ("gpt: {provider: openai, model: m, price: cheap}", .invalidValue, "price"),
        ("gpt: {provider: openai, model: m, api_key: \"\(key) x\"}", .invalidValue, "models.gpt.api_key"),
        ("gpt: {provider: openai, model: m, type: embeddings}", .invalidValue, "one of chat, embedding, rerank"),
        ("gpt: {provider: openai, model: m, type: embedding, fallback: local}", .invalidValue, "type embedding"),
        ("gpt: {provider: openai, model: m, type: embedding, dimensions: none}", .invalidValue, "dimensions"),
        ("ranks: {provider: cohere, model: rerank-v3.5}", .missingValue, "models.ranks.type"),
        ("local: {provider: openai, model: m}", .invalidValue, "taken"),
        ("gpt: openai", .invalidValue, "models.gpt"),
    ]

    @Test("are refused with what is wrong and what was meant", arguments: mistakes.indices)
    func mistake(index: Int) {
        let row = Self.mistakes[index]
        let error = #expect(throws: ConfigurationError.self) { try load("models:\n  \(row.yaml)") }
        #expect(error?.code == row.code, "\(row.yaml): \(error?.description ?? "")")
        #expect(error?.description.contains(row.says) == true, "\(row.yaml): \(error?.description ?? "")")
        #expect(error?.description.contains(Self.key) == false)
    }

    @Test("say what they are for, and which of them makes vectors and which ranks where nobody says so")
    func encoders() throws {
        let yaml = """
            embedder: vectors
            reranker: ranks
            models:
              vectors: {provider: tei, model: bge, type: embedding, dimensions: 1024, base_url: "http://127.0.0.1:1"}
              ranks: {provider: cohere, model: rerank-v3.5, type: rerank}
              own: {provider: local, model: minilm.gguf, type: Embedding, context_length: 128}
            """
        let configuration = try load(yaml)
        #expect(configuration.embedder == "vectors")
        #expect(configuration.reranker == "ranks")
        #expect(configuration.entries.map(\.purpose) == [.embedding, .rerank, .embedding])
        #expect(configuration.entries[0].provider == .openAI(.textEmbeddingsInference))
        #expect(configuration.entries[0].dimensions == 1024)
        let environment = ["MARTLET_EMBEDDER": "own", "MARTLET_RERANKER": "other.gguf"]
        #expect(try load(yaml, environment).embedder == "own")
        #expect(try load(yaml, environment).reranker == "other.gguf")
        #expect(try load("# nothing").embedder == nil)
    }

    @Test("don't keep the bot from reading its own settings in the same file")
    func besideTheBot() async throws {
        let path = FileManager.default.temporaryDirectory.appending(path: "martlet-\(UUID().uuidString).yaml").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        try Data((Self.whole + "\nbot:\n  name: Ada\n").utf8).write(to: URL(filePath: path))
        let environment = ["TELEGRAM_TOKEN": "123456:AAF-some_secret"]
        let values = try await SettingValues(options: [:], environment: environment, file: path)
        let bot = try BotConfiguration(values, environment: environment)
        #expect(bot.model == "gpt")
        #expect(bot.conversation.persona.botName == "Ada")
    }

    private static let openAI = ["OPENAI_API_KEY": "k", "MODEL_NAME": "gpt-4o-mini"]
    private static let choices: [(name: String?, environment: [String: String], chosen: String)] = [
        (nil, [:], "local:box"),
        (nil, openAI, "gpt-4o-mini"),
        (nil, ["OPENAI_API_KEY": "k"], "local:box"),
        (nil, ["MODEL_NAME": "gpt-4o-mini"], "local:box"),
        (nil, ["MODEL_NAME": "m", "OPENAI_BASE_URL": "http://localhost:8080/v1"], "m"),
        (nil, openAI.merging(["MARTLET_MODEL": "smollm2"]) { $1 }, "local:smollm2"),
        ("other.gguf", openAI, "local:other.gguf"),
        ("claude", [:], "claude"),
        ("local", ["MARTLET_MODEL": "smollm2"], "local:smollm2"),
        ("local", ["MARTLET_MODEL": "claude"], "local:box"),
        ("local", ["MARTLET_MODEL": "local"], "local:box"),
        ("openai:gpt-4o-mini", [:], "openai:gpt-4o-mini"),
        ("bedrock:amazon.nova-lite-v1:0", [:], "bedrock:amazon.nova-lite-v1:0"),
        ("local:m.gguf", [:], "local:m.gguf"),
        ("c:m.gguf", [:], "local:c:m.gguf"),
    ]

    @Test("are found by name, by provider and name, or by what the environment says", arguments: choices.indices)
    func choice(index: Int) throws {
        let row = Self.choices[index]
        let yaml = "models:\n  claude: {provider: anthropic, model: claude-haiku-4-5}"
        let chosen: String =
            switch try load(yaml, row.environment).choice(row.name) {
            case .local(let name): "local:\(name ?? "box")"
            case .entry(let entry): entry.name
            }
        #expect(chosen == row.chosen)
    }

    @Test("stay here where only local models may be used, whoever says so")
    func localOnly() throws {
        #expect(try load("local_only: true").isLocalOnly)
        #expect(try load("localOnly: yes").isLocalOnly)
        #expect(try load("# nothing", ["MARTLET_LOCAL_ONLY": "1"]).isLocalOnly)
        #expect(try !load("local_only: true", ["MARTLET_LOCAL_ONLY": "false"]).isLocalOnly)
        #expect(throws: ConfigurationError.self) { try load("local_only: maybe") }
        #expect(throws: ConfigurationError.self) { try load("# nothing", ["MARTLET_LOCAL_ONLY": "maybe"]) }
    }
}
