public import MartletCore

/// A secret of several keys in Secrets Manager as it should be, and what makes it so.
///
/// What else is stored there is kept.
public struct SecretDefinition: Sendable {
    /// The secret's name.
    public var name: String
    /// What it is for, told where it is made.
    public var summary: String
    /// Values that it has to have, by their keys.
    public var values: [String: Secret] = [:]
    /// Keys that get a random value where they have none.
    public var generated: Set<String> = []
    /// Keys that get another random value; readers of secrets go on accepting the former one for a while.
    public var renewed: Set<String> = []

    /// Describes a secret.
    public init(name: String, summary: String) {
        self.name = name
        self.summary = summary
    }

    /// What happens, or happened.
    public struct Change: Sendable, Hashable {
        /// Whether the secret was not there.
        public var isCreated: Bool
        /// The keys whose values are others now, in alphabetical order.
        public var keys: [String]
    }

    /// What there would be to do.
    /// - Throws: ``AWSError``, also where what is stored is no JSON object; `CancellationError`.
    public func change(_ client: AWSClient) async throws -> Change {
        let stored = try await stored(client)
        return Change(isCreated: stored == nil, keys: differences(stored ?? [:]).names.sorted())
    }

    /// Makes the secret, or changes it, so that it is as described.
    /// - Throws: ``AWSError``, also where what is stored is no JSON object; `CancellationError`.
    public func apply(_ client: AWSClient) async throws -> Change {
        let stored = try await stored(client)
        let differences = differences(stored ?? [:])
        let change = Change(isCreated: stored == nil, keys: differences.names.sorted())
        guard change.isCreated || !differences.isEmpty else { return change }
        var input: JSONObject = [
            "SecretString": .string(JSONValue.object((stored ?? [:]).merging(differences)).text),
            // The same token again means the same request again.
            "ClientRequestToken": .string(Self.random()),
        ]
        if change.isCreated {
            input["Name"] = .string(name)
            input["Description"] = .string(summary)
        } else {
            input["SecretId"] = .string(name)
        }
        let action = change.isCreated ? "CreateSecret" : "PutSecretValue"
        _ = try await client.call(Self.operation(action), .object(input))
        return change
    }

    private func differences(_ stored: JSONObject) -> JSONObject {
        var differences = JSONObject()
        for (key, value) in values.sorted(by: { $0.key < $1.key }) where stored[key]?.string != value.rawValue {
            differences[key] = .string(value.rawValue)
        }
        for key in generated.union(renewed).sorted() where values[key] == nil {
            let isMissing = stored[key]?.string?.isEmpty ?? true
            if isMissing || renewed.contains(key) { differences[key] = .string(Self.random()) }
        }
        return differences
    }

    /// What is stored, or nil where there is no such secret.
    private func stored(_ client: AWSClient) async throws -> JSONObject? {
        let answer: JSONValue
        do {
            answer = try await client.call(Self.operation("GetSecretValue"), ["SecretId": .string(name)])
        } catch let error as AWSError where error.code == "ResourceNotFoundException" {
            return nil
        }
        guard let text = answer["SecretString"]?.string, let members = (try? JSONValue(parsing: text.utf8))?.object
        else {
            throw AWSError(
                code: AWSError.invalidRequest,
                message: "the secret \(name) is there already, and is no JSON object of keys",
                remedy: "Choose another name, or store it as {\"KEY\":\"value\"}"
            )
        }
        return members
    }

    private static func operation(_ name: String) -> AWSOperation {
        AWSOperation(
            service: "secretsmanager",
            target: "secretsmanager.\(name)",
            jsonVersion: "1.1",
            isIdempotent: true
        )
    }

    /// 64 hexadecimal digits from the system's source of randomness.
    private static func random() -> String {
        (0..<32).map { _ in
            let byte = UInt8.random(in: 0...255)
            return (byte < 16 ? "0" : "") + String(byte, radix: 16)
        }.joined()
    }
}
