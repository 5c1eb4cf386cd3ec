import AsyncHTTPClient
import Foundation
import Logging
import MartletAWS

/// AWS as this process sees it: who one is there, and where.
struct AWSConnection: Sendable {
    let environment: AWSEnvironment
    let region: String
    let credentials: CredentialsChain
    private let httpClient: HTTPClient
    private let logger: Logger

    /// Looks up where one is; nothing is asked.
    /// - Parameters:
    ///   - variables: Where region, credentials and addresses are found, as AWS's own tools look for them.
    ///   - region: Instead of the environment's and the profile's.
    /// - Throws: `AWSError` where no region is set.
    init(_ variables: [String: String], region: String? = nil, httpClient: HTTPClient, logger: Logger) throws {
        environment = AWSEnvironment(variables)
        self.region = try region ?? environment.requiredRegion()
        credentials = .standard(environment: variables, httpClient: httpClient, logger: logger)
        self.httpClient = httpClient
        self.logger = logger
    }

    /// Runs `body` with a connection for a command; closes it afterwards.
    /// - Parameter region: Instead of the environment's and the profile's.
    /// - Throws: `AWSError` where no region is set.
    static func with<Result>(
        region: String? = nil,
        _ body: (AWSConnection) async throws -> Result
    ) async throws -> Result {
        let client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: AWSClient.clientConfiguration)
        let result: Result
        do {
            result = try await body(
                AWSConnection(
                    ProcessInfo.processInfo.environment,
                    region: region,
                    httpClient: client,
                    // What goes wrong is what the command itself tells.
                    logger: Logger(label: "martlet.aws") { _ in SwiftLogNoOpLogHandler() }
                )
            )
        } catch {
            try? await client.shutdown()
            throw error
        }
        try await client.shutdown()
        return result
    }

    /// A client for a service's operations, such as `dynamodb`.
    func client(_ service: String) -> AWSClient {
        AWSClient(
            region: region,
            credentials: credentials,
            httpClient: httpClient,
            endpoint: environment.endpoint(for: service),
            logger: logger
        )
    }

    /// What reads secrets.
    func secrets() -> AWSSecrets {
        AWSSecrets(
            region: region,
            credentials: credentials,
            httpClient: httpClient,
            environment: environment,
            logger: logger
        )
    }

    /// The address of a function; nil where there is no such function, or no address of it.
    func functionURL(_ name: String) async throws -> String? {
        try await FunctionService(environment, region: region, httpClient: httpClient)
            .url(of: name, with: credentials.credentials())
    }

    /// Who one is.
    func identity() async throws -> CallerIdentity {
        try await SecurityTokenService(environment, region: region, httpClient: httpClient)
            .callerIdentity(try await credentials.credentials())
    }
}
