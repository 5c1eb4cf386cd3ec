/// The credentials that a profile names: keys, a role, a program, or a sign-in.
///
/// Read again each time, as tools write the files anew.
/// - SeeAlso: https://docs.aws.amazon.com/sdkref/latest/guide/file-format.html
struct ProfileCredentials: CredentialsSource {
    private let resolver: ProfileResolver
    private let transport: AWSTransport?

    /// How many profiles may lead from one to the next.
    private static let maximumDepth = 8

    /// - Parameter transport: nil where only keys that are written down count.
    init(_ environment: AWSEnvironment, transport: AWSTransport?) {
        resolver = ProfileResolver(environment)
        self.transport = transport
    }

    func look() async throws -> CredentialsFinding {
        let files = resolver.files()
        guard let profile = files.profiles[resolver.name] else {
            guard resolver.isNamed else {
                return .nothing("\(resolver.configPath) and \(resolver.credentialsPath) have no profile default")
            }
            throw CredentialsError(
                "neither \(resolver.configPath) nor \(resolver.credentialsPath) has the profile \(resolver.name)",
                remedy: "Set AWS_PROFILE to a profile that is there, or make this one: aws configure --profile NAME"
            )
        }
        if let credentials = try await credentials(of: profile, named: resolver.name, in: files, visited: []) {
            return .found(credentials, source: "the profile \(resolver.name)")
        }
        let reason = "the profile \(resolver.name) has no credentials"
        guard resolver.isNamed else { return .nothing(reason) }
        throw CredentialsError(
            reason,
            remedy: "Give it aws_access_key_id and aws_secret_access_key, role_arn, sso_session or credential_process"
        )
    }

    private func credentials(
        of profile: [String: String],
        named name: String,
        in files: ProfileFile,
        visited: [String]
    ) async throws -> AWSCredentials? {
        guard visited.count < Self.maximumDepth, !visited.contains(name) else {
            throw CredentialsError(
                "the profiles \((visited + [name]).joined(separator: ", ")) lead to each other",
                remedy: "Let source_profile name one with keys"
            )
        }
        if let role = profile["role_arn"], let transport {
            return try await assume(role, profile, named: name, in: files, visited: visited, transport)
        }
        if let keys = try keys(of: profile, named: name) { return keys }
        guard let transport else { return nil }
        if let sso = try SingleSignOn(profile, named: name, sessions: files.sessions) {
            return try await sso.credentials(
                cache: resolver.cachePath,
                environment: resolver.environment,
                transport: transport
            )
        }
        if let command = profile["credential_process"] {
            return try await CredentialsProcess(command, profile: name).credentials(
                environment: resolver.environment.all
            )
        }
        return nil
    }

    private func keys(of profile: [String: String], named name: String) throws -> AWSCredentials? {
        switch (profile["aws_access_key_id"], profile["aws_secret_access_key"]) {
        case (let id?, let secret?) where !id.isEmpty && !secret.isEmpty:
            return AWSCredentials(accessKeyID: id, secretAccessKey: secret, sessionToken: profile["aws_session_token"])
        case (nil, nil): return nil
        default:
            throw CredentialsError(
                "the profile \(name) has one half of a key",
                remedy: "Give it both aws_access_key_id and aws_secret_access_key"
            )
        }
    }

    private func assume(
        _ arn: String,
        _ profile: [String: String],
        named name: String,
        in files: ProfileFile,
        visited: [String],
        _ transport: AWSTransport
    ) async throws -> AWSCredentials {
        let service = SecurityTokenService(resolver.environment, region: profile["region"], transport: transport)
        if let path = profile["web_identity_token_file"] {
            return try await WebIdentityCredentials.assume(
                arn,
                sessionName: profile["role_session_name"],
                tokenPath: path,
                service
            )
        }
        guard profile["mfa_serial"] == nil else {
            throw CredentialsError(
                "the profile \(name) asks for a code of a second factor, and nobody is there to type it",
                remedy: "Run: eval $(aws configure export-credentials --profile \(name) --format env)"
            )
        }
        let source = try await sourceCredentials(profile, named: name, in: files, visited: visited, transport)
        let role = SecurityTokenService.Role(
            arn: arn,
            sessionName: profile["role_session_name"] ?? "martlet",
            externalID: profile["external_id"],
            duration: profile["duration_seconds"].flatMap { Int($0) }
        )
        do {
            return try await service.assume(role, with: source)
        } catch let error as AWSError {
            throw CredentialsError(
                "\(source.redacting(error).message) (\(error.code))",
                remedy: error.remedy ?? "Check role_arn of the profile \(name), and the role's trust policy"
            )
        }
    }

    /// What the profile's role is assumed with.
    private func sourceCredentials(
        _ profile: [String: String],
        named name: String,
        in files: ProfileFile,
        visited: [String],
        _ transport: AWSTransport
    ) async throws -> AWSCredentials {
        if let source = profile["source_profile"] {
            guard let other = files.profiles[source] else {
                throw CredentialsError(
                    "the profile \(name) names \(source) as its source_profile, which is not there",
                    remedy: "Check source_profile in \(resolver.configPath)"
                )
            }
            // Itself as its source means its own keys, which is no circle.
            let found =
                source == name
                ? try keys(of: other, named: source)
                : try await credentials(of: other, named: source, in: files, visited: visited + [name])
            if let found { return found }
            throw CredentialsError(
                "the profile \(source), the source of \(name), has no credentials",
                remedy: "Give it aws_access_key_id and aws_secret_access_key, or another source"
            )
        }
        let place: any CredentialsSource
        switch profile["credential_source"] {
        case "Environment": place = EnvironmentCredentials(resolver.environment)
        case "EcsContainer": place = ContainerCredentials(resolver.environment, transport: transport)
        case "Ec2InstanceMetadata": place = InstanceCredentials(resolver.environment, transport: transport)
        default:
            throw CredentialsError(
                "the profile \(name) has a role and nothing to assume it with",
                remedy: "Give it source_profile, or credential_source: Environment, EcsContainer or Ec2InstanceMetadata"
            )
        }
        switch try await place.look() {
        case .found(let credentials, source: _): return credentials
        case .nothing(let reason):
            throw CredentialsError(
                "the profile \(name) has a role and nothing to assume it with: \(reason)",
                remedy: "Check credential_source in \(resolver.configPath)"
            )
        }
    }
}
