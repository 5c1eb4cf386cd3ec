import AsyncHTTPClient
import Foundation
import Logging
import MartletAWS

/// AWS as a command sees it: who one is there, and where.
struct AWSConnection {
    let environment: AWSEnvironment
    let region: String
    let credentials: CredentialsChain
    let httpClient: HTTPClient
    let logger: Logger

    /// Runs `body` with a connection; closes it afterwards.
    /// - Parameter region: Instead of the environment's and the profile's.
    /// - Throws: `AWSError` where no region is set.
    static func with<Result>(region: String?, _ body: (AWSConnection) async throws -> Result) async throws -> Result {
        let variables = ProcessInfo.processInfo.environment
        let environment = AWSEnvironment(variables)
        // What goes wrong is what the command itself tells.
        let logger = Logger(label: "martlet.aws") { _ in SwiftLogNoOpLogHandler() }
        let region = try region ?? environment.requiredRegion()
        let client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: AWSClient.clientConfiguration)
        let result: Result
        do {
            result = try await body(
                AWSConnection(
                    environment: environment,
                    region: region,
                    credentials: .standard(environment: variables, httpClient: client, logger: logger),
                    httpClient: client,
                    logger: logger
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

    /// Who one is.
    func identity() async throws -> CallerIdentity {
        try await SecurityTokenService(environment, region: region, httpClient: httpClient)
            .callerIdentity(try await credentials.credentials())
    }
}
