/// Where a secret is kept, as settings name it.
///
/// `secretsmanager:NAME`, `ssm:/path/name`, or either's ARN; `#KEY` behind picks a value of a secret that is a JSON object.
public struct SecretReference: Sendable, Hashable, CustomStringConvertible {
    /// The service that keeps it.
    public enum Service: String, Sendable, Hashable {
        /// AWS Secrets Manager.
        case secretsManager = "secretsmanager"
        /// The parameter store of AWS Systems Manager.
        case parameterStore = "ssm"
    }

    /// The service that keeps it.
    public let service: Service
    /// The secret's or the parameter's name, or its ARN.
    public let name: String
    /// Which value of a JSON object.
    public let key: String?
    /// The region that an ARN names.
    public let region: String?

    /// Whether a setting's text is meant to be a reference, right or wrong.
    public static func isReference(_ text: String) -> Bool {
        ["secretsmanager:", "ssm:", "arn:"].contains { text.hasPrefix($0) }
    }

    /// Reads a reference.
    /// - Throws: ``AWSError`` for a text that is none; the text is not in it, as it may be a secret by mistake.
    public init(_ text: String) throws(AWSError) {
        let halves = text.split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false).map { String($0) }
        let place = halves[0]
        key = halves.count > 1 ? halves[1] : nil
        guard key?.isEmpty != true, place.utf8.allSatisfy({ (0x21...0x7E).contains($0) }), place.utf8.count <= 2048
        else {
            throw Self.malformed
        }
        if place.hasPrefix("arn:") {
            let parts = place.split(separator: ":", maxSplits: 5, omittingEmptySubsequences: false).map { String($0) }
            guard parts.count == 6, let service = Service(rawValue: parts[2]), !parts[3].isEmpty, !parts[5].isEmpty
            else {
                throw Self.malformed
            }
            (self.service, name, region) = (service, place, parts[3])
            return
        }
        region = nil
        for service in [Service.secretsManager, .parameterStore] where place.hasPrefix(service.rawValue + ":") {
            self.service = service
            name = String(place.dropFirst(service.rawValue.count + 1))
            guard !name.isEmpty else { throw Self.malformed }
            return
        }
        throw Self.malformed
    }

    /// The same place without a key: what is stored there as a whole.
    var place: SecretReference { SecretReference(service: service, name: name, region: region) }

    private init(service: Service, name: String, region: String?) {
        (self.service, self.name, self.region) = (service, name, region)
        key = nil
    }

    /// The reference, which is not secret.
    public var description: String {
        (region == nil ? "\(service.rawValue):\(name)" : name) + (key.map { "#\($0)" } ?? "")
    }

    private static let malformed = AWSError(
        code: AWSError.invalidRequest,
        message: "the reference to a secret is none",
        remedy: "Write secretsmanager:NAME, secretsmanager:NAME#KEY, ssm:/path/name, or an ARN"
    )
}
