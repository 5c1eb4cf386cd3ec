public import FoundationEssentials
import MartletCore

/// What signs requests to AWS; its secret parts show themselves nowhere.
public struct AWSCredentials: Sendable, Hashable, CustomStringConvertible, CustomDebugStringConvertible,
    CustomReflectable
{
    /// The key's name, which is not secret.
    public let accessKeyID: String
    /// What signatures are made with.
    let secretAccessKey: String
    /// What temporary credentials carry beside.
    let sessionToken: String?
    /// When they end; nil for never, or where nobody said.
    public let expiration: Date?

    /// Makes credentials; white space around the texts does not count.
    public init(
        accessKeyID: String,
        secretAccessKey: String,
        sessionToken: String? = nil,
        expiration: Date? = nil
    ) {
        self.expiration = expiration
        self.accessKeyID = Self.trimmed(accessKeyID)
        self.secretAccessKey = Self.trimmed(secretAccessKey)
        let token = sessionToken.map { Self.trimmed($0) }
        self.sessionToken = token?.isEmpty == true ? nil : token
    }

    private static func trimmed(_ text: String) -> String {
        guard let first = text.firstIndex(where: { !$0.isWhitespace }),
            let last = text.lastIndex(where: { !$0.isWhitespace })
        else { return "" }
        return String(text[first...last])
    }

    /// The same credentials with another end.
    func ending(at end: Date) -> AWSCredentials {
        AWSCredentials(
            accessKeyID: accessKeyID,
            secretAccessKey: secretAccessKey,
            sessionToken: sessionToken,
            expiration: end
        )
    }

    /// An error whose words don't hold the secrets, should a service quote them.
    func redacting(_ error: AWSError) -> AWSError {
        var error = error
        for secret in [secretAccessKey, sessionToken].compactMap({ $0.flatMap { Secret($0) } }) {
            error.message = secret.redact(error.message)
        }
        return error
    }

    /// The key's name.
    public var description: String { "\(accessKeyID):<secret>" }
    /// The key's name.
    public var debugDescription: String { description }
    /// Nothing of the secrets.
    public var customMirror: Mirror { Mirror(self, children: ["accessKeyID": accessKeyID]) }
}

/// Where credentials come from; asked before each request, as temporary ones change.
public protocol CredentialsProviding: Sendable {
    /// The credentials of the moment.
    /// - Throws: ``CredentialsError`` where there are none.
    func credentials() async throws -> AWSCredentials
    /// Takes note that a service finds these expired, so that they are not given out again.
    func refused(_ credentials: AWSCredentials) async
}

extension CredentialsProviding {
    /// Nothing: what is known already does not change.
    public func refused(_ credentials: AWSCredentials) async {}
}

/// Why there are no credentials, and what to do about it.
public struct CredentialsError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What is wrong, a sentence without its full stop.
    public var message: String
    /// What to do about it, a sentence without its full stop.
    public var remedy: String

    /// Makes an error from two sentences without their full stops.
    public init(_ message: String, remedy: String) {
        self.message = message
        self.remedy = remedy
    }

    /// What is wrong, and the remedy.
    public var description: String { "\(message). \(remedy)." }
}
