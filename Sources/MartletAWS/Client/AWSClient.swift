public import AsyncHTTPClient
import FoundationEssentials
public import Logging
public import MartletCore
import NIOCore
import Synchronization

/// Calls services that speak AWS JSON: signs, sends, and tries again what may succeed a moment later.
///
/// Copies share the retry budget and what is known of the clock.
public struct AWSClient: Sendable {
    /// The region's name.
    public let region: String
    private let credentials: any CredentialsProviding
    private let transport: AWSTransport
    private let endpoint: Result<AWSEndpoint, AWSError>?
    private let retry: AWSRetryPolicy
    private let logger: Logger
    private let shared: Shared

    private final class Shared: Sendable {
        let budget: RetryBudget
        /// Seconds to add to this machine's clock.
        let clockOffset = Mutex<Int64>(0)

        init(budget: Int) { self.budget = RetryBudget(capacity: budget) }
    }

    /// The largest answer: a page of DynamoDB is 1 MB, a batch 16 MB.
    private static let maximumByteCount = 32 << 20
    /// How wrong a clock may be before signatures are refused, and a little less.
    private static let toleratedClockError: Int64 = 240

    /// Makes a client; nothing is sent, and what is wrong with region or endpoint shows with the first call.
    ///
    /// - Parameters:
    ///   - region: The region, such as `eu-west-1`.
    ///   - httpClient: Best configured with ``clientConfiguration``.
    ///   - endpoint: The services' address; nil is the region's own.
    ///   - logger: Gets a line for each retry, without anything that was sent.
    public init(
        region: String,
        credentials: any CredentialsProviding,
        httpClient: HTTPClient,
        endpoint: String? = nil,
        retry: AWSRetryPolicy = AWSRetryPolicy(),
        logger: Logger
    ) {
        self.region = region
        self.credentials = credentials
        transport = AWSTransport(client: httpClient)
        self.endpoint = endpoint.map { text in
            do throws(AWSError) { return .success(try AWSEndpoint(text)) } catch { return .failure(error) }
        }
        self.retry = retry
        self.logger = logger
        shared = Shared(budget: retry.budget)
    }

    /// How the HTTP client behind is best configured: no redirections, which would carry signatures along, and
    /// connections that are dropped before a quiet network drops them.
    public static var clientConfiguration: HTTPClient.Configuration {
        var configuration = HTTPClient.Configuration(redirectConfiguration: .disallow)
        configuration.timeout.connect = .seconds(3)
        configuration.connectionPool.idleTimeout = .seconds(20)
        configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = 64
        configuration.connectionPool.retryConnectionEstablishment = false
        configuration.httpVersion = .http1Only
        return configuration
    }

    /// Calls an operation.
    ///
    /// Sent again after a pause: what was throttled or never arrived; and of idempotent operations also what the service
    /// failed at and what got no answer. Signatures that a wrong clock spoiled, and credentials that expired in
    /// mid-use, are put right once.
    ///
    /// - Parameters:
    ///   - input: What the operation takes, an object.
    ///   - timeout: For the call with all its attempts; the first attempt at an idempotent operation gets half of it.
    /// - Throws: ``AWSError``; `CancellationError`.
    public func call(
        _ operation: AWSOperation,
        _ input: JSONValue,
        timeout: Duration = .seconds(10)
    ) async throws -> JSONValue {
        let deadline = ContinuousClock.now + timeout
        let body = input == .null ? Array("{}".utf8) : input.serialized
        var retryCount = 0
        var corrections: Set<Correction> = []
        while true {
            let remaining = deadline - ContinuousClock.now
            let limit = operation.isIdempotent ? max(remaining / 2, min(remaining, .seconds(1))) : remaining
            let failure: Failure
            do {
                let answer = try await attempt(operation, body, timeout: limit)
                shared.budget.earn()
                return answer
            } catch let error as Failure {
                failure = error
            } catch let error as AWSError {
                failure = Failure(error: error)
            }
            if let correction = await correction(for: failure), corrections.insert(correction).inserted { continue }
            guard
                let pause = retry.pause(
                    after: failure.error,
                    isIdempotent: operation.isIdempotent,
                    retryCount: retryCount,
                    random: .random(in: 0..<1)
                ), ContinuousClock.now + pause < deadline, shared.budget.spend()
            else { throw failure.error }
            logger.debug(
                "A call of AWS is repeated",
                metadata: [
                    "aws.action": "\(operation.action)", "aws.error": "\(failure.error.code)",
                    "aws.pause": "\(pause)",
                ]
            )
            try await Task.sleep(for: pause)
            retryCount += 1
        }
    }

    /// Why an attempt failed, and what is known about it.
    private struct Failure: Error {
        var error: AWSError
        /// The service's clock.
        var date: Int64?
        /// What the attempt was signed with.
        var credentials: AWSCredentials?
    }

    /// What can be put right without a pause.
    private enum Correction: Hashable {
        case clock
        case credentials
    }

    private func attempt(_ operation: AWSOperation, _ body: [UInt8], timeout: Duration) async throws -> JSONValue {
        let endpoint =
            try self.endpoint?.get() ?? AWSEndpoint(service: operation.service, region: region)
        let credentials = try await currentCredentials(for: operation)
        let signer = RequestSigner(
            credentials: credentials,
            region: try AWSEndpoint.checked(region: region),
            service: operation.service
        )
        var headers = [
            ("content-type", "application/x-amz-json-\(operation.jsonVersion)"), ("x-amz-target", operation.target),
        ]
        headers += signer.headers(
            for: RequestSigner.Message(
                method: "POST",
                path: endpoint.path,
                headers: [("host", endpoint.authority)] + headers,
                body: body
            ),
            at: Self.now + shared.clockOffset.withLock { $0 }
        )
        let answer = try await transport.send(
            AWSTransport.Request(
                method: "POST",
                url: endpoint.origin + endpoint.path,
                headers: headers,
                body: body,
                name: operation.action,
                maximumByteCount: Self.maximumByteCount
            ),
            timeout: timeout
        )
        do {
            return try Self.read(answer, of: operation)
        } catch {
            let date = answer.header("date").flatMap { HTTPDate.seconds($0) }
            throw Failure(error: credentials.redacting(error), date: date, credentials: credentials)
        }
    }

    private func currentCredentials(for operation: AWSOperation) async throws -> AWSCredentials {
        do {
            return try await credentials.credentials()
        } catch let error as CredentialsError {
            throw AWSError(
                code: AWSError.noCredentials,
                message: "\(operation.action): \(error.message)",
                remedy: error.remedy
            )
        }
    }

    private static func read(_ answer: AWSTransport.Answer, of operation: AWSOperation) throws(AWSError) -> JSONValue {
        guard (200..<300).contains(answer.status) else { throw AWSError(answer, name: operation.action) }
        guard !answer.body.isEmpty else { return .object([:]) }
        guard let value = try? JSONValue(parsing: answer.body) else {
            // A service's own answer that is no JSON was cut.
            guard answer.header("content-type")?.hasPrefix("application/x-amz-json") == true else {
                throw AWSError.foreign(answer, name: operation.action)
            }
            throw AWSError(
                code: AWSError.truncated,
                message: "\(operation.action): the answer breaks off",
                remedy: "Try again; if it stays so, look at what stands between this machine and the service",
                status: answer.status
            )
        }
        return value
    }

    /// Puts right what made a request fail, where it is the clock or credentials that expired.
    private func correction(for failure: Failure) async -> Correction? {
        if AWSError.clockCodes.contains(failure.error.code), let date = failure.date {
            let offset = date - Self.now
            let isWrong = shared.clockOffset.withLock { known in
                guard abs(known - offset) > Self.toleratedClockError else { return false }
                known = offset
                return true
            }
            if isWrong {
                logger.notice(
                    "This machine's clock differs from AWS's",
                    metadata: ["aws.clock.offset": "\(offset)"]
                )
                return .clock
            }
        }
        guard AWSError.expiryCodes.contains(failure.error.code), let used = failure.credentials else { return nil }
        await credentials.refused(used)
        return .credentials
    }

    private static var now: Int64 { Int64(Date().timeIntervalSince1970) }
}
