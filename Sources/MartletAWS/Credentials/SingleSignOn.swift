import Crypto
import FoundationEssentials
import MartletCore

/// Credentials for somebody who signed in with `aws sso login`, from the token that it leaves in a file.
///
/// - SeeAlso: https://docs.aws.amazon.com/sdkref/latest/guide/feature-sso-credentials.html
struct SingleSignOn: Sendable {
    private let profile: String
    private let account: String
    private let role: String
    private let region: String
    /// What the token's file is named after.
    private let cacheKey: String

    /// Reads a profile.
    ///
    /// - Parameter sessions: The sections `[sso-session NAME]`.
    /// - Returns: nil for a profile that signs in nowhere.
    init?(
        _ profile: [String: String],
        named name: String,
        sessions: [String: [String: String]]
    ) throws(CredentialsError) {
        guard let account = profile["sso_account_id"], let role = profile["sso_role_name"] else { return nil }
        (self.profile, self.account, self.role) = (name, account, role)
        let place: [String: String]
        if let session = profile["sso_session"] {
            guard let values = sessions[session] else {
                throw CredentialsError(
                    "the profile \(name) names the sso-session \(session), which is not there",
                    remedy: "Add [sso-session \(session)] to ~/.aws/config: aws configure sso"
                )
            }
            place = values
            cacheKey = session
        } else {
            place = profile
            cacheKey = profile["sso_start_url"] ?? ""
        }
        guard let region = place["sso_region"], place["sso_start_url"] != nil else {
            throw CredentialsError(
                "the profile \(name) lacks sso_region or sso_start_url",
                remedy: "Set it up again: aws configure sso --profile \(name)"
            )
        }
        self.region = region
    }

    /// The role's credentials.
    /// - Parameter cache: The folder where `aws sso login` leaves tokens.
    func credentials(
        cache: String,
        environment: AWSEnvironment,
        transport: AWSTransport
    ) async throws -> AWSCredentials {
        let token = try await SingleSignOnToken(path: path(in: cache), profile: profile, region: region)
            .value(environment: environment, transport: transport)
        let endpoint = try AWSEndpoint.forSignOn(service: "portal.sso", region: region, environment: environment)
        let query = "role_name=\(PercentEncoding.encode(role))&account_id=\(PercentEncoding.encode(account))"
        let request = AWSTransport.Request(
            url: "\(endpoint.origin)\(endpoint.folder)/federation/credentials?\(query)",
            headers: [("x-amz-sso_bearer_token", token)],
            name: "sso:GetRoleCredentials"
        )
        let answer: AWSTransport.Answer
        do {
            answer = try await transport.fetch(request) { AWSError($0, name: request.name) }
        } catch let error as AWSError {
            throw CredentialsError(
                "\(error.message.replacing(token, with: "<secret>")) (\(error.code))",
                remedy: error.status == 401 || error.status == 403
                    ? "Run: aws sso login --profile \(profile), and check sso_account_id and sso_role_name"
                    : "Check the network and sso_region, and try again"
            )
        }
        return try Self.read((try? JSONValue(parsing: answer.body)) ?? .null)
    }

    private static func read(_ json: JSONValue) throws(CredentialsError) -> AWSCredentials {
        guard let values = json["roleCredentials"], let id = values["accessKeyId"]?.string,
            let secret = values["secretAccessKey"]?.string
        else {
            throw CredentialsError(
                "sso:GetRoleCredentials answers without credentials",
                remedy: "See that no proxy stands between this machine and AWS"
            )
        }
        return AWSCredentials(
            accessKeyID: id,
            secretAccessKey: secret,
            sessionToken: values["sessionToken"]?.string,
            expiration: values["expiration"]?.integer.map { Date(timeIntervalSince1970: Double($0) / 1000) }
        )
    }

    /// The file of the token.
    private func path(in cache: String) -> String {
        let name = Insecure.SHA1.hash(data: Array(cacheKey.utf8))
            .map { byte in (byte < 16 ? "0" : "") + String(byte, radix: 16) }.joined()
        return "\(cache)/\(name).json"
    }
}
