import HTTPTypes
import MartletHTTP
import Testing

@Suite("Keys")
struct AccessKeysTests {
    @Test("are read from lines with limits and rights")
    func parsing() throws {
        let keys = try AccessKeys(
            parsing: """
                # who may come in
                ada:sk-martlet-0123 rpm=60 tpm=1000 tpd=5000 concurrent=2

                grafana:sha256:\(String(repeating: "ab", count: 32)) rights=metrics
                  both:12345678\trights=generation,metrics
                """
        )
        #expect(keys.keys.map(\.name) == ["ada", "grafana", "both"])
        #expect(
            keys.keys[0].limits
                == CallerLimits(requestsPerMinute: 60, tokensPerMinute: 1000, tokensPerDay: 5000, concurrentRequests: 2)
        )
        #expect(keys.keys[1].hash == Array(repeating: 0xAB, count: 32))
        #expect(keys.keys[1].rights == .metrics)
        #expect(keys.keys[2].rights == [.generation, .metrics])
        #expect(keys.key(matching: "sk-martlet-0123")?.name == "ada")
        #expect(keys.key(matching: "sk-martlet-012") == nil)
        #expect(keys.key(matching: "") == nil)
    }

    @Test("are kept as hashes, and a key's line says the same")
    func hashes() throws {
        let key = AccessKey.makeKey()
        #expect(key.utf8.count == 75)
        #expect(key != AccessKey.makeKey())
        let line = AccessKey(name: "ada", key: key).line
        #expect(!line.contains(key))
        #expect(try AccessKeys(parsing: line).key(matching: key)?.name == "ada")
    }

    @Test(
        "that can't be used are refused with their line, and never shown",
        arguments: [
            ("secretsecret", "no colon"), (":secretsecret", "the name"), ("a b:secretsecret", "no colon"),
            ("ä:secretsecret", "the name"), ("anonymous:secretsecret", "anonymous"), ("a:secret", "shorter"),
            ("a:sha256:secret", "64"), ("a:sha256:\(String(repeating: "g", count: 64))", "64"),
            ("a:secretsecret rpm=0", "rpm="), ("a:secretsecret rpm=1e3", "rpm="), ("a:secretsecret rpm=-1", "rpm="),
            ("a:secretsecret tpm=99999999999999999999", "tpm="), ("a:secretsecret burst=1", "unknown option"),
            ("a:secretsecret rights=all", "rights"), ("a:secretsecret\na:othersecret", "taken"),
        ]
    )
    func refusals(text: String, reason: String) {
        do {
            _ = try AccessKeys(parsing: "#\n" + text)
            Issue.record("the keys were accepted")
        } catch {
            #expect(error.description.contains(reason), "\(error)")
            #expect(!error.description.contains("secret"), "\(error)")
            #expect(error.line >= 2)
        }
    }

    @Test("are looked for where clients put them")
    func fields() throws {
        var keys = AccessKeys()
        keys.add(AccessKey(name: "ada", key: "12345678"))
        let ring = KeyRing(keys)
        for (name, value) in [
            ("authorization", "Bearer 12345678"), ("authorization", "bearer  12345678"), ("api-key", "12345678"),
            ("x-api-key", "12345678"),
        ] {
            #expect(
                try ring.caller(showing: [HTTPField.Name(name)!: value]) == Caller(keyName: "ada"),
                "\(name): \(value)"
            )
        }
        for (name, value) in [
            ("authorization", "Basic 12345678"), ("authorization", "12345678"), ("authorization", "Bearer"),
            ("authorization", "Bearer 12345678 x"), ("api-key", "1234567"), ("x-api-key", ""),
            ("authorization", "Bearer " + String(repeating: "x", count: 5000)),
        ] {
            #expect(throws: APIError.self) { try ring.caller(showing: [HTTPField.Name(name)!: value]) }
        }
        #expect(throws: APIError.self) { try ring.caller(showing: [:]) }
        ring.replace(with: AccessKeys())
        #expect(throws: APIError.self, "no keys lock everybody out") {
            try ring.caller(showing: [HTTPField.Name("api-key")!: "12345678"])
        }
        #expect(try KeyRing.open.caller(showing: [:]).isAnonymous)
    }

    @Test(
        "are needed wherever others can reach the server",
        arguments: [
            ("127.0.0.1", true), ("localhost", true), ("LOCALHOST", true), ("::1", true), ("127.1.2.3", true),
            ("0.0.0.0", false), ("192.168.1.2", false), ("::", false), ("127.0.0.1.example", false), ("127.0.0", false),
            ("", false), ("example.org", false),
        ]
    )
    func protection(host: String, isLoopback: Bool) throws {
        var configuration = ServerConfiguration()
        configuration.host = host
        try configuration.checkProtection(hasKeys: true)
        if isLoopback {
            try configuration.checkProtection(hasKeys: false)
        } else {
            #expect(throws: ServerError.self) { try configuration.checkProtection(hasKeys: false) }
        }
    }
}
