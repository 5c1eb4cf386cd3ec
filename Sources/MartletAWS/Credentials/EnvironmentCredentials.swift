/// `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY` and `AWS_SESSION_TOKEN`.
struct EnvironmentCredentials: CredentialsSource {
    private let environment: AWSEnvironment

    init(_ environment: AWSEnvironment) {
        self.environment = environment
    }

    func look() throws -> CredentialsFinding {
        switch (environment["AWS_ACCESS_KEY_ID"], environment["AWS_SECRET_ACCESS_KEY"]) {
        case (let id?, let secret?):
            let credentials = AWSCredentials(
                accessKeyID: id,
                secretAccessKey: secret,
                sessionToken: environment["AWS_SESSION_TOKEN"],
                expiration: environment["AWS_CREDENTIAL_EXPIRATION"].flatMap { Timestamp.date($0) }
            )
            return .found(credentials, source: "the environment")
        case (nil, nil): return .nothing("AWS_ACCESS_KEY_ID is not set")
        case (nil, _):
            throw CredentialsError(
                "AWS_SECRET_ACCESS_KEY is set and AWS_ACCESS_KEY_ID is not",
                remedy: "Set both or neither"
            )
        case (_, nil):
            throw CredentialsError(
                "AWS_ACCESS_KEY_ID is set and AWS_SECRET_ACCESS_KEY is not",
                remedy: "Set both or neither"
            )
        }
    }
}
