/// A role for the bearer of a token that the platform writes to a file, such as a Kubernetes service account's.
struct WebIdentityCredentials: CredentialsSource {
    private let environment: AWSEnvironment
    private let transport: AWSTransport

    init(_ environment: AWSEnvironment, transport: AWSTransport) {
        self.environment = environment
        self.transport = transport
    }

    func look() async throws -> CredentialsFinding {
        guard let path = environment["AWS_WEB_IDENTITY_TOKEN_FILE"] else {
            return .nothing("AWS_WEB_IDENTITY_TOKEN_FILE is not set")
        }
        guard let role = environment["AWS_ROLE_ARN"] else {
            throw CredentialsError(
                "AWS_WEB_IDENTITY_TOKEN_FILE is set and AWS_ROLE_ARN is not",
                remedy: "Set AWS_ROLE_ARN to the role that the token is for"
            )
        }
        let credentials = try await Self.assume(
            role,
            sessionName: environment["AWS_ROLE_SESSION_NAME"],
            tokenPath: path,
            SecurityTokenService(environment, transport: transport)
        )
        return .found(credentials, source: "the web identity's role \(role)")
    }

    /// Assumes a role with the token of a file.
    /// - Throws: ``CredentialsError``; `CancellationError`.
    static func assume(
        _ role: String,
        sessionName: String?,
        tokenPath: String,
        _ service: SecurityTokenService
    ) async throws -> AWSCredentials {
        guard let text = SmallFile.text(tokenPath, limit: 64 << 10) else {
            throw CredentialsError(
                "the web identity's token file \(tokenPath) cannot be read",
                remedy: "Check its place and its rights"
            )
        }
        let token = String(text.filter { !$0.isWhitespace })
        guard !token.isEmpty else {
            throw CredentialsError("the web identity's token file \(tokenPath) is empty", remedy: "See what writes it")
        }
        do {
            return try await service.assume(
                SecurityTokenService.Role(arn: role, sessionName: sessionName ?? "martlet"),
                webIdentityToken: token
            )
        } catch let error as AWSError {
            var error = error
            error.message = error.message.replacing(token, with: "<secret>")
            throw CredentialsError(
                "\(error.message) (\(error.code))",
                remedy: "Check the role's trust policy and the token"
            )
        }
    }
}
