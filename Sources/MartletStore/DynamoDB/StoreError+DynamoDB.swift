import MartletAWS
import MartletCore

/// Calls DynamoDB for a store, and says what fails as a store does.
///
/// What a condition or another transaction refused is no failure; it goes on as it is.
struct StoreCaller: DynamoDBCalling {
    let caller: any DynamoDBCalling
    let table: String

    private static let ordinary: Set<String> = [
        "ConditionalCheckFailedException", "TransactionCanceledException", "TransactionConflictException",
        "TransactionInProgressException",
    ]

    func call(_ operation: AWSOperation, _ input: JSONValue, timeout: Duration) async throws -> JSONValue {
        do {
            return try await caller.call(operation, input, timeout: timeout)
        } catch let error as AWSError
            where !Self.ordinary.contains(error.code)
            || error.code == "TransactionCanceledException" && error.isThrottling
        {
            throw StoreError(error, table: table)
        }
    }
}

extension StoreError {
    /// Translates what DynamoDB says.
    init(_ error: AWSError, table: String) {
        let code: Code =
            switch error.code {
            case _ where error.isThrottling: .throttled
            case "ResourceNotFoundException": .missingTable
            case "ItemCollectionSizeLimitExceededException": .full
            case "AccessDeniedException", "UnrecognizedClientException", "ExpiredTokenException",
                "InvalidSignatureException", "MissingAuthenticationTokenException", "IncompleteSignatureException",
                AWSError.noCredentials, AWSError.invalidRegion, AWSError.invalidEndpoint:
                .denied
            case _ where error.isTransient: .unreachable
            default: .other
            }
        // What is invalid is quoted by DynamoDB; it may be what people wrote.
        let isQuoting = error.code == "ValidationException" || error.code == "SerializationException"
        let request = error.requestID.map { ", request \($0)" } ?? ""
        self.init(
            code: code,
            path: DynamoDBConversationStore.path(of: table),
            underlying: isQuoting ? "\(error.code)\(request)" : error.description
        )
    }
}
