import FoundationEssentials
import MartletCore

/// The role of an EC2 instance, from its metadata service, version 2 only.
///
/// - SeeAlso: https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/configuring-instance-metadata-service.html
struct InstanceCredentials: CredentialsSource {
    private let environment: AWSEnvironment
    private let transport: AWSTransport
    private let now: @Sendable () -> Date

    private static let tokenLifetime = 21_600
    /// How long credentials that have ended are used while the service does not renew them: AWS keeps accepting them.
    private static let toleranceAfterEnd: TimeInterval = 300

    init(_ environment: AWSEnvironment, transport: AWSTransport, now: @escaping @Sendable () -> Date = { Date() }) {
        self.environment = environment
        self.transport = transport
        self.now = now
    }

    func look() async throws -> CredentialsFinding {
        if environment["AWS_EC2_METADATA_DISABLED"]?.lowercased() == "true" {
            return .nothing("AWS_EC2_METADATA_DISABLED is set")
        }
        let origin = try origin()
        let token: String
        do {
            token = try await askForToken(origin)
        } catch let absence as Absence {
            return .nothing(absence.reason)
        }
        let folder = origin + "/latest/meta-data/iam/security-credentials/"
        guard let role = try await get(folder, token: token)?.split(whereSeparator: \.isNewline).first else {
            return .nothing("this instance has no role")
        }
        guard let text = try await get(folder + PercentEncoding.encode(String(role)), token: token) else {
            return .nothing("this instance's role is gone")
        }
        let body = (try? JSONValue(parsing: text.utf8)) ?? .null
        if let code = body["Code"]?.string, code != "Success" {
            throw CredentialsError(
                "the instance's metadata service gives no credentials (\(code.prefix(40)))",
                remedy: "Check the role of the instance's profile and its trust policy"
            )
        }
        let read = try AWSCredentials(body, token: "Token", from: "the instance's metadata service")
        return .found(extended(read), source: "the instance's role \(role)")
    }

    /// Why there is no metadata service here, which is nothing wrong.
    private struct Absence: Error {
        var reason: String
    }

    private func askForToken(_ origin: String) async throws -> String {
        let request = AWSTransport.Request(
            method: "PUT",
            url: origin + "/latest/api/token",
            headers: [("x-aws-ec2-metadata-token-ttl-seconds", "\(Self.tokenLifetime)")],
            name: "the instance's metadata service"
        )
        do {
            let answer = try await transport.fetch(
                request,
                attempts: attempts,
                timeout: timeout,
                readingError: Self.error
            )
            let token = String(decoding: answer.body, as: UTF8.self)
            guard !token.isEmpty, token.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
                throw Absence(reason: "what answers at the metadata service's address is none")
            }
            return token
        } catch let error as AWSError {
            switch error.status {
            case 403?: throw Absence(reason: "the instance's metadata service is switched off")
            case let status?: throw Absence(reason: "the metadata service answers with status \(status)")
            case nil:
                // A container one hop away gets no token where the instance allows a single hop.
                throw Absence(
                    reason: "no metadata service answers (in a container on EC2 it needs a hop limit of 2)"
                )
            }
        }
    }

    /// The text at an address, or nil where there is none.
    private func get(_ url: String, token: String) async throws -> String? {
        let request = AWSTransport.Request(
            url: url,
            headers: [("x-aws-ec2-metadata-token", token)],
            name: "the instance's metadata service"
        )
        do {
            let answer = try await transport.fetch(request, timeout: timeout, readingError: Self.error)
            return String(decoding: answer.body, as: UTF8.self)
        } catch let error as AWSError {
            guard error.status != 404 else { return nil }
            throw CredentialsError(error.message, remedy: "Try again, or look at the instance's metadata options")
        }
    }

    private static func error(_ answer: AWSTransport.Answer) -> AWSError {
        AWSError(
            code: AWSError.unreadable,
            message: "the instance's metadata service answers with status \(answer.status)",
            status: answer.status
        )
    }

    /// Credentials that have just ended are given out a little longer, as AWS goes on accepting them while its metadata
    /// service cannot renew them.
    private func extended(_ credentials: AWSCredentials) -> AWSCredentials {
        guard let end = credentials.expiration, end <= now() else { return credentials }
        return credentials.ending(at: now().addingTimeInterval(Self.toleranceAfterEnd))
    }

    private func origin() throws -> String {
        guard var text = environment["AWS_EC2_METADATA_SERVICE_ENDPOINT"] else {
            let isVersion6 = environment["AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE"]?.lowercased() == "ipv6"
            return isVersion6 ? "http://[fd00:ec2::254]" : "http://169.254.169.254"
        }
        guard let url = URL(string: text), ["http", "https"].contains(url.scheme), url.host?.isEmpty == false else {
            throw CredentialsError(
                "AWS_EC2_METADATA_SERVICE_ENDPOINT is not an address",
                remedy: "Set it to one such as http://169.254.169.254, or take it out of the environment"
            )
        }
        while text.hasSuffix("/") { text.removeLast() }
        return text
    }

    private var attempts: Int {
        environment["AWS_METADATA_SERVICE_NUM_ATTEMPTS"].flatMap { Int($0) }.map { min(max($0, 1), 10) } ?? 1
    }

    private var timeout: Duration {
        let seconds = environment["AWS_METADATA_SERVICE_TIMEOUT"].flatMap { Int64($0) }.map { min(max($0, 1), 30) } ?? 1
        return .seconds(seconds)
    }
}
