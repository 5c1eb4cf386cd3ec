/// What AWS's own tools read from the environment.
public struct AWSEnvironment: Sendable {
    private let variables: [String: String]

    /// Takes an environment; a variable that is set to nothing is not set.
    public init(_ environment: [String: String]) {
        variables = environment.filter { !$0.value.allSatisfy(\.isWhitespace) }
    }

    /// A variable's value.
    public subscript(_ name: String) -> String? { variables[name] }

    /// All that is set.
    var all: [String: String] { variables }

    /// `AWS_REGION`, then `AWS_DEFAULT_REGION`.
    public var region: String? { variables["AWS_REGION"] ?? variables["AWS_DEFAULT_REGION"] }

    /// The region to work in.
    /// - Throws: ``AWSError`` with the remedy where none is set.
    public func requiredRegion() throws -> String {
        if let region = region ?? ProfileResolver(self).region { return region }
        throw AWSError(
            code: AWSError.invalidRegion,
            message: "no AWS region is set",
            remedy: "Set AWS_REGION to one such as eu-west-1, or region in the profile of ~/.aws/config"
        )
    }

    /// The address that is set for a service, such as `AWS_ENDPOINT_URL_SECRETS_MANAGER`, or for all, `AWS_ENDPOINT_URL`.
    ///
    /// - Parameter service: Its name in signatures and addresses, such as `secretsmanager`.
    /// - Returns: nil for AWS's own address.
    public func endpoint(for service: String) -> String? {
        if variables["AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"]?.lowercased() == "true" { return nil }
        return variables["AWS_ENDPOINT_URL_\(Self.variableName(of: service))"] ?? variables["AWS_ENDPOINT_URL"]
    }

    /// A service's name as the variables have it.
    private static func variableName(of service: String) -> String {
        switch service {
        case "secretsmanager": "SECRETS_MANAGER"
        case "portal.sso": "SSO"
        case "oidc": "SSO_OIDC"
        default: String(service.uppercased().map { $0 == "-" ? "_" : $0 })
        }
    }
}
