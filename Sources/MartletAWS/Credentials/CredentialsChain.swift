public import AsyncHTTPClient
package import FoundationEssentials
public import Logging

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

/// What looking in one place came to.
enum CredentialsFinding: Sendable {
    /// Credentials, and in words where they are from.
    case found(AWSCredentials, source: String)
    /// Nothing is set up there; what is missing, without a full stop.
    case nothing(String)
}

/// A place where credentials may be.
protocol CredentialsSource: Sendable {
    /// Looks.
    /// - Throws: ``CredentialsError`` where credentials are set up that cannot be had: then no other place is tried, as
    ///   theirs would be somebody else's.
    func look() async throws -> CredentialsFinding
}

/// The credentials of the first place that has some, renewed before they end.
///
/// While a renewal fails, credentials that are still valid are given out.
public final class CredentialsChain: CredentialsProviding {
    private struct Found: Sendable {
        var credentials: AWSCredentials
        var source: String
    }

    private let sources: [any CredentialsSource]
    private let logger: Logger
    private let now: @Sendable () -> Date
    private let found: RenewedValue<Found>

    /// How long before their end credentials are renewed.
    private static let renewalMargin: TimeInterval = 300
    /// How long credentials without an end are kept before their place is looked at again.
    private static let lifetimeWithoutEnd: TimeInterval = 60

    private init(_ sources: [any CredentialsSource], logger: Logger, now: @escaping @Sendable () -> Date) {
        precondition(!sources.isEmpty)
        self.sources = sources
        self.logger = logger
        self.now = now
        found = RenewedValue(pauseAfterFailure: .seconds(5), now: now)
    }

    /// The places where AWS's own tools look, in their order: environment, web identity, profile, container, instance.
    ///
    /// - Parameter httpClient: Best configured with ``AWSClient/clientConfiguration``; nil where nothing may be asked over
    ///   the network, so that only keys that are written down are found.
    public static func standard(
        environment: [String: String],
        httpClient: HTTPClient?,
        logger: Logger = Logger(label: "martlet.aws.credentials")
    ) -> CredentialsChain {
        standard(environment: environment, httpClient: httpClient, logger: logger) { Date() }
    }

    /// The same with a clock of the caller's own.
    package static func standard(
        environment: [String: String],
        httpClient: HTTPClient?,
        logger: Logger,
        now: @escaping @Sendable () -> Date
    ) -> CredentialsChain {
        let environment = AWSEnvironment(environment)
        let transport = httpClient.map { AWSTransport(client: $0) }
        var sources: [any CredentialsSource] = [EnvironmentCredentials(environment)]
        if let transport { sources.append(WebIdentityCredentials(environment, transport: transport)) }
        sources.append(ProfileCredentials(environment, transport: transport))
        if let transport {
            sources.append(ContainerCredentials(environment, transport: transport))
            sources.append(InstanceCredentials(environment, transport: transport, now: now))
        }
        return CredentialsChain(sources, logger: logger, now: now)
    }

    /// The credentials of the moment.
    /// - Throws: ``CredentialsError``, which says where nothing was found, and the remedy.
    public func credentials() async throws -> AWSCredentials {
        try await current().credentials
    }

    /// Where the credentials are from, in words.
    /// - Throws: ``CredentialsError``, as ``credentials()`` does.
    public func source() async throws -> String {
        try await current().source
    }

    /// Looks again before the credentials are given out once more.
    public func refused(_ credentials: AWSCredentials) async {
        found.refuse(keepsUsable: false) { $0.credentials == credentials }
    }

    private func current() async throws -> Found {
        try await found.value { try await self.look() }
    }

    private func look() async throws -> RenewedValue<Found>.Fetched {
        var missing: [String] = []
        for source in sources {
            let finding: CredentialsFinding
            do {
                finding = try await source.look()
            } catch {
                try Task.checkCancellation()
                logger.warning("AWS credentials cannot be had", metadata: ["error": "\(error)"])
                throw error
            }
            switch finding {
            case .nothing(let reason): missing.append(reason)
            case .found(let credentials, let source): return try keep(Found(credentials: credentials, source: source))
            }
        }
        throw CredentialsError(
            "there are no AWS credentials: \(missing.joined(separator: "; "))",
            remedy:
                "Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE to a profile of ~/.aws/config, or run "
                + "where AWS gives a role to the function, container or instance"
        )
    }

    private func keep(_ found: Found) throws -> RenewedValue<Found>.Fetched {
        let time = now()
        guard let end = found.credentials.expiration else {
            return .init(value: found, freshUntil: time.addingTimeInterval(Self.lifetimeWithoutEnd), usableUntil: nil)
        }
        let left = end.timeIntervalSince(time)
        guard left > 0 else {
            throw CredentialsError(
                "the AWS credentials of \(found.source) have ended",
                remedy: "Renew them: aws sso login, or whatever made them"
            )
        }
        return .init(
            value: found,
            freshUntil: end.addingTimeInterval(-min(Self.renewalMargin, left / 4)),
            usableUntil: end
        )
    }
}
