public import AsyncHTTPClient
package import FoundationEssentials
public import Logging
public import MartletCore
import Synchronization

/// Reads secrets by the names that settings have for them.
public protocol SecretReading: Sendable {
    /// The secret of a name.
    func secret(_ name: String) async throws -> Secret
}

/// Secrets of Secrets Manager and of the parameter store, kept for a while.
///
/// A secret with several keys is read once for all of them. While the services cannot be asked, what was read last goes on
/// being used. Nothing here prints a value.
public final class AWSSecrets: SecretReading {
    private let region: String
    private let environment: AWSEnvironment
    private let credentials: any CredentialsProviding
    private let httpClient: HTTPClient
    private let lifetime: TimeInterval
    private let logger: Logger
    private let now: @Sendable () -> Date
    private let kept = Mutex<[SecretReference: Kept]>([:])

    /// What was read from one place.
    private struct Kept: Sendable {
        let current: RenewedValue<SecretText>
        let rotation: RenewedValue<Rotation>
        /// When a refusal last led to a fresh read.
        var lastRefusal = Date.distantPast
    }

    /// A value and the one that it replaced.
    private struct Rotation: Sendable {
        var current: SecretText
        var previous: SecretText?
    }

    /// How often refusals lead to fresh reads, so that whoever sends wrong secrets cannot make this ask without end.
    private static let pauseBetweenRefusals: TimeInterval = 10

    /// Makes a reader; nothing is read.
    ///
    /// - Parameters:
    ///   - region: Where secrets are whose reference names no region.
    ///   - lifetime: How long a value is used before it is read again.
    public convenience init(
        region: String,
        credentials: any CredentialsProviding,
        httpClient: HTTPClient,
        environment: AWSEnvironment,
        lifetime: Duration = .seconds(300),
        logger: Logger
    ) {
        self.init(
            region: region,
            credentials: credentials,
            httpClient: httpClient,
            environment: environment,
            lifetime: lifetime,
            logger: logger,
            now: { Date() }
        )
    }

    /// The same with a clock of the caller's own.
    package init(
        region: String,
        credentials: any CredentialsProviding,
        httpClient: HTTPClient,
        environment: AWSEnvironment,
        lifetime: Duration,
        logger: Logger,
        now: @escaping @Sendable () -> Date
    ) {
        self.region = region
        self.credentials = credentials
        self.httpClient = httpClient
        self.environment = environment
        self.lifetime = lifetime / .seconds(1)
        self.logger = logger
        self.now = now
    }

    /// The secret that a reference names.
    /// - Throws: ``AWSError``; `CancellationError`.
    public func secret(_ name: String) async throws -> Secret {
        try await secret(SecretReference(name))
    }

    /// The secret that a reference names.
    /// - Throws: ``AWSError``; `CancellationError`.
    public func secret(_ reference: SecretReference) async throws -> Secret {
        try await text(of: reference.place).value(of: reference)
    }

    /// Both values that may be in use during a rotation: the current one, then the previous one, where there is one.
    /// - Throws: ``AWSError`` where the current one cannot be read; `CancellationError`.
    public func acceptableSecrets(_ reference: SecretReference) async throws -> [Secret] {
        let place = reference.place
        let current = try await text(of: place)
        var rotation = try await rotation(of: place, current: current)
        if let known = rotation, known.current != current {
            // It was rotated since: what was current then is the previous one now, whatever can be read.
            values(of: place).rotation.refuse(keepsUsable: true) { $0.current == known.current }
            rotation = try await self.rotation(of: place, current: current)
        }
        var secrets = [try current.value(of: reference)]
        for text in [rotation?.previous, rotation?.current].compactMap({ $0 }) {
            // A former value may have had no such key.
            guard let secret = try? text.value(of: reference), !secrets.contains(secret) else { continue }
            secrets.append(secret)
        }
        return secrets
    }

    /// What to use after a secret was refused by whom it is for: the value as it is now.
    ///
    /// - Returns: A fresh value, or the same where there is no other, or where one was read moments ago.
    /// - Throws: ``AWSError``; `CancellationError`.
    public func replacement(for refused: Secret, of reference: SecretReference) async throws -> Secret {
        let time = now()
        let place = reference.place
        let mayRead = kept.withLock { kept in
            guard let known = kept[place], time.timeIntervalSince(known.lastRefusal) >= Self.pauseBetweenRefusals
            else { return false }
            kept[place]?.lastRefusal = time
            return true
        }
        if mayRead {
            values(of: place).current.refuse(keepsUsable: true) { (try? $0.value(of: reference)) == refused }
        }
        return try await secret(reference)
    }

    private func text(of place: SecretReference) async throws -> SecretText {
        try await values(of: place).current.value { [self] in
            let text = try await read(place, .current)
            return RenewedValue.Fetched(value: text, freshUntil: end)
        }
    }

    /// What was read of both values, with the same lifetime as each; nil where the previous one cannot be read.
    private func rotation(of place: SecretReference, current: SecretText) async throws -> Rotation? {
        do {
            return try await values(of: place).rotation.value { [self] in
                let rotation = Rotation(current: current, previous: try await readPrevious(place))
                return RenewedValue.Fetched(value: rotation, freshUntil: end)
            }
        } catch let error as AWSError {
            logger.warning(
                "A secret's previous value cannot be read",
                metadata: ["aws.secret": "\(place)", "error": "\(error)"]
            )
            return nil
        }
    }

    private var end: Date { now().addingTimeInterval(lifetime) }

    private func values(of place: SecretReference) -> Kept {
        kept.withLock { kept in
            if let known = kept[place] { return known }
            let made = Kept(
                current: RenewedValue(pauseAfterFailure: .seconds(5), now: now),
                rotation: RenewedValue(pauseAfterFailure: .seconds(5), now: now)
            )
            kept[place] = made
            return made
        }
    }

    private func read(_ place: SecretReference, _ version: SecretVersion) async throws -> SecretText {
        let client = AWSClient(
            region: place.region ?? region,
            credentials: credentials,
            httpClient: httpClient,
            endpoint: environment.endpoint(for: place.service.rawValue),
            logger: logger
        )
        return try await SecretRead(place, version).text(client)
    }

    private func readPrevious(_ place: SecretReference) async throws -> SecretText? {
        do {
            return try await read(place, .previous)
        } catch let error as AWSError
            where ["ResourceNotFoundException", "ParameterVersionNotFound"].contains(error.code)
        {
            return nil
        }
    }
}
