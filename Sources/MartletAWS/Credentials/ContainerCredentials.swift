import FoundationEssentials
import MartletCore

/// The role of a container: ECS, EKS Pod Identity, or a server that speaks as they do.
///
/// - SeeAlso: https://docs.aws.amazon.com/sdkref/latest/guide/feature-container-credentials.html
struct ContainerCredentials: CredentialsSource {
    private let environment: AWSEnvironment
    private let transport: AWSTransport
    private let relativeOrigin: String

    /// Where credentials may be fetched without TLS, beside this machine itself.
    private static let linkLocalHosts: Set<String> = ["169.254.170.2", "169.254.170.23", "fd00:ec2::23"]
    private static let maximumTokenByteCount = 16 << 10

    init(
        _ environment: AWSEnvironment,
        transport: AWSTransport,
        relativeOrigin: String = "http://169.254.170.2"
    ) {
        self.environment = environment
        self.transport = transport
        self.relativeOrigin = relativeOrigin
    }

    func look() async throws -> CredentialsFinding {
        guard let url = try url() else { return .nothing("AWS_CONTAINER_CREDENTIALS_FULL_URI is not set") }
        var request = AWSTransport.Request(url: url, name: "the container's credentials")
        if let token = try token() { request.headers.append(("authorization", token)) }
        let answer: AWSTransport.Answer
        do {
            answer = try await transport.fetch(request, readingError: Self.error)
        } catch let error as AWSError {
            throw CredentialsError(
                error.message,
                remedy: "See that the task or pod has a role, and that its agent runs"
            )
        }
        let body = (try? JSONValue(parsing: answer.body)) ?? .null
        return .found(
            try AWSCredentials(body, token: "Token", from: "the container's credentials server"),
            source: "the container's role"
        )
    }

    private static func error(_ answer: AWSTransport.Answer) -> AWSError {
        AWSError(
            code: AWSError.unreadable,
            message: "the container's credentials server answers with status \(answer.status)",
            status: answer.status
        )
    }

    private func url() throws -> String? {
        if let path = environment["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"] {
            return relativeOrigin + (path.hasPrefix("/") ? path : "/" + path)
        }
        guard let text = environment["AWS_CONTAINER_CREDENTIALS_FULL_URI"] else { return nil }
        guard let url = URL(string: text), let host = url.host?.lowercased(), !host.isEmpty,
            url.scheme == "https" || (url.scheme == "http" && Self.isNear(host))
        else {
            throw CredentialsError(
                "AWS_CONTAINER_CREDENTIALS_FULL_URI is not an address that credentials may be fetched from",
                remedy: "Use https, or http with this machine or the container agent's address"
            )
        }
        return text
    }

    private static func isNear(_ host: String) -> Bool {
        let host = host.hasPrefix("[") ? String(host.dropFirst().dropLast()) : host
        if linkLocalHosts.contains(host) || ["localhost", "::1"].contains(host) { return true }
        let parts = host.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts[0] == "127" && parts.allSatisfy { UInt8($0) != nil }
    }

    /// The token, from its file where one is named, which the platform writes anew.
    private func token() throws -> String? {
        guard let path = environment["AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"] else {
            return try checked(environment["AWS_CONTAINER_AUTHORIZATION_TOKEN"])
        }
        guard let text = SmallFile.text(path, limit: Self.maximumTokenByteCount) else {
            throw CredentialsError(
                "the file of AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE cannot be read",
                remedy: "Check its place and its rights"
            )
        }
        return try checked(text)
    }

    private func checked(_ token: String?) throws -> String? {
        guard let token else { return nil }
        // An EKS token ends with a line break in some files; one within would make a second header.
        let trimmed = token.split { $0.isNewline }
        guard trimmed.count == 1, trimmed[0].utf8.allSatisfy({ (0x20...0x7E).contains($0) }) else {
            throw CredentialsError(
                "the token for the container's credentials cannot stand in a header",
                remedy: "Check AWS_CONTAINER_AUTHORIZATION_TOKEN and its file"
            )
        }
        return String(trimmed[0])
    }
}
