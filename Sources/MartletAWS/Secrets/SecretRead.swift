import FoundationEssentials
import MartletCore

/// Which of a secret's values is meant.
enum SecretVersion: Sendable, Hashable {
    case current
    /// The one before the latest rotation.
    case previous
}

/// Reads a secret from its service, once.
struct SecretRead: Sendable {
    private let place: SecretReference
    private let version: SecretVersion

    init(_ place: SecretReference, _ version: SecretVersion) {
        self.place = place
        self.version = version
    }

    /// What is stored there.
    /// - Throws: ``AWSError``, which names the place and never the value; `CancellationError`.
    func text(_ client: AWSClient) async throws -> SecretText {
        do {
            switch place.service {
            case .secretsManager: return SecretText(try await secretsManagerValue(client))
            case .parameterStore: return SecretText(try await parameter(client))
            }
        } catch var error as AWSError {
            error.message = "\(place): \(error.message)"
            error.remedy = error.remedy ?? remedy(for: error.code)
            // What a service says beside its message may hold the value.
            error.details = .null
            throw error
        }
    }

    private func secretsManagerValue(_ client: AWSClient) async throws -> String {
        let operation = AWSOperation(
            service: "secretsmanager",
            target: "secretsmanager.GetSecretValue",
            jsonVersion: "1.1",
            isIdempotent: true
        )
        let answer = try await client.call(
            operation,
            ["SecretId": .string(place.name), "VersionStage": version == .current ? "AWSCURRENT" : "AWSPREVIOUS"]
        )
        if let text = answer["SecretString"]?.string { return text }
        guard let encoded = answer["SecretBinary"]?.string, let bytes = Data(base64Encoded: encoded),
            let text = String(validating: bytes, as: UTF8.self)
        else { throw unusable("is neither text nor bytes of a text") }
        return text
    }

    private func parameter(_ client: AWSClient) async throws -> String {
        let current = try await parameter(client, named: place.name)
        guard version == .previous else { return try text(of: current) }
        guard let number = current["Version"]?.integer, number > 1 else {
            throw AWSError(code: "ParameterVersionNotFound", message: "there is one version only")
        }
        return try text(of: await parameter(client, named: "\(place.name):\(number - 1)"))
    }

    private func parameter(_ client: AWSClient, named name: String) async throws -> JSONValue {
        let operation = AWSOperation(
            service: "ssm",
            target: "AmazonSSM.GetParameter",
            jsonVersion: "1.1",
            isIdempotent: true
        )
        let answer = try await client.call(operation, ["Name": .string(name), "WithDecryption": true])
        return answer["Parameter"] ?? .null
    }

    private func text(of parameter: JSONValue) throws(AWSError) -> String {
        guard let text = parameter["Value"]?.string else { throw unusable("has no value") }
        return text
    }

    private func unusable(_ reason: String) -> AWSError {
        AWSError(code: AWSError.invalidRequest, message: "the secret \(reason)", remedy: "Store it again as text")
    }

    private func remedy(for code: String) -> String? {
        switch code {
        case "ResourceNotFoundException", "ParameterNotFound":
            "Store it there: martlet aws setup, or check the name and the region"
        case "InvalidRequestException": "See that the secret is not marked for deletion"
        default: nil
        }
    }
}
