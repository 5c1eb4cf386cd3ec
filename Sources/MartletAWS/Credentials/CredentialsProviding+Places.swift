import FoundationEssentials

/// Credentials that are known already.
public struct FixedCredentials: CredentialsProviding {
    private let value: AWSCredentials

    /// Takes credentials.
    public init(_ value: AWSCredentials) {
        self.value = value
    }

    /// The credentials.
    public func credentials() -> AWSCredentials { value }
}

/// `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY` and `AWS_SESSION_TOKEN`.
public struct EnvironmentCredentials: CredentialsProviding {
    private let value: AWSCredentials?

    /// Looks into an environment.
    public init(_ environment: [String: String]) {
        if let id = environment["AWS_ACCESS_KEY_ID"], let secret = environment["AWS_SECRET_ACCESS_KEY"],
            !id.isEmpty, !secret.isEmpty
        {
            value = AWSCredentials(
                accessKeyID: id,
                secretAccessKey: secret,
                sessionToken: environment["AWS_SESSION_TOKEN"]
            )
        } else {
            value = nil
        }
    }

    /// The credentials.
    public func credentials() throws -> AWSCredentials {
        guard let value else {
            throw CredentialsError(
                "there are no AWS credentials in the environment",
                remedy: "Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"
            )
        }
        return value
    }
}

/// A profile of the file that AWS's own tools keep, read again for each request because tools renew it.
public struct ProfileCredentials: CredentialsProviding {
    private let path: String
    private let profile: String
    private static let maximumByteCount = 1 << 20

    /// Names a file and a profile in it.
    public init(path: String, profile: String) {
        self.path = path
        self.profile = profile
    }

    /// The file and the profile that the environment names: `AWS_SHARED_CREDENTIALS_FILE` or `~/.aws/credentials`,
    /// `AWS_PROFILE` or `default`.
    public init(environment: [String: String]) {
        func value(_ name: String) -> String? { environment[name].flatMap { $0.isEmpty ? nil : $0 } }
        self.init(
            path: value("AWS_SHARED_CREDENTIALS_FILE") ?? (value("HOME") ?? "") + "/.aws/credentials",
            profile: value("AWS_PROFILE") ?? "default"
        )
    }

    /// The credentials.
    public func credentials() throws -> AWSCredentials {
        guard let data = try? Data(contentsOf: URL(filePath: path)), data.count <= Self.maximumByteCount else {
            throw CredentialsError(
                "there are no AWS credentials: neither in the environment nor in \(path)",
                remedy: "Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_BEARER_TOKEN_BEDROCK for Bedrock"
            )
        }
        let values = ProfileFile.parse(String(decoding: data, as: UTF8.self))[profile] ?? [:]
        guard let id = values["aws_access_key_id"], let secret = values["aws_secret_access_key"] else {
            throw CredentialsError(
                "\(path) has no keys in its profile \(profile)",
                remedy: "Set AWS_PROFILE to a profile with aws_access_key_id and aws_secret_access_key"
            )
        }
        return AWSCredentials(
            accessKeyID: id,
            secretAccessKey: secret,
            sessionToken: values["aws_session_token"]
        )
    }
}

/// The first place that has credentials.
public struct CredentialsChain: CredentialsProviding {
    private let places: [any CredentialsProviding]

    /// Makes a chain of at least one place.
    public init(_ places: [any CredentialsProviding]) {
        precondition(!places.isEmpty)
        self.places = places
    }

    /// The environment, then the profile that it names.
    public static func standard(environment: [String: String]) -> CredentialsChain {
        CredentialsChain([EnvironmentCredentials(environment), ProfileCredentials(environment: environment)])
    }

    /// The first credentials that are found.
    /// - Throws: What the last place says.
    public func credentials() async throws -> AWSCredentials {
        for place in places.dropLast() {
            if let found = try? await place.credentials() { return found }
        }
        return try await places[places.count - 1].credentials()
    }
}

/// The files of AWS's own tools: sections of `name = value` lines.
package enum ProfileFile {
    /// The values by profile; `[profile name]` and `[name]` are the same, and lines that are neither are skipped.
    package static func parse(_ text: String) -> [String: [String: String]] {
        var profiles: [String: [String: String]] = [:]
        var profile: String?
        for line in text.split(whereSeparator: \.isNewline) {
            let trimmed = line.drop { $0.isWhitespace }
            guard let first = trimmed.first, first != "#", first != ";" else { continue }
            if first == "[" {
                let words = trimmed.dropFirst().prefix { $0 != "]" }.split { $0.isWhitespace }
                profile = words.last.map { String($0) }
                continue
            }
            guard let profile, let sign = trimmed.firstIndex(of: "=") else { continue }
            let name = trimmed[..<sign].filter { !$0.isWhitespace }.lowercased()
            let value = trimmed[trimmed.index(after: sign)...].split { $0.isWhitespace }.first
            profiles[profile, default: [:]][name] = value.map { String($0) } ?? ""
        }
        return profiles
    }
}
