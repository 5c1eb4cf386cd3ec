import Foundation
import MartletCore

/// The token that `aws sso login` leaves in a file, renewed there as AWS's own tools renew it.
///
/// - SeeAlso: https://docs.aws.amazon.com/singlesignon/latest/OIDCAPIReference/API_CreateToken.html
struct SingleSignOnToken: Sendable {
    private let path: String
    private let profile: String
    private let region: String

    private static let maximumByteCount = 1 << 20
    /// How long before its end a token is renewed.
    private static let renewalMargin: TimeInterval = 60

    init(path: String, profile: String, region: String) {
        self.path = path
        self.profile = profile
        self.region = region
    }

    /// The token of the moment.
    /// - Throws: ``CredentialsError`` where nobody has signed in, or the sign-in has ended; `CancellationError`.
    func value(environment: AWSEnvironment, transport: AWSTransport) async throws -> String {
        guard let text = SmallFile.text(path, limit: Self.maximumByteCount),
            let stored = (try? JSONValue(parsing: text.utf8))?.object, let token = Self.token(stored)
        else {
            throw CredentialsError("nobody has signed in for the profile \(profile)", remedy: remedy)
        }
        let end = stored["expiresAt"]?.string.flatMap { Timestamp.date($0) } ?? .distantPast
        guard end.timeIntervalSinceNow < Self.renewalMargin else { return token }
        do {
            if let renewed = try await renewed(stored, environment: environment, transport: transport) {
                return renewed
            }
        } catch let error as AWSError {
            // It is good for a moment still; a network that is down may be up again by then.
            guard end.timeIntervalSinceNow > 0 else {
                throw CredentialsError(
                    "the sign-in for the profile \(profile) has ended: \(error.code)",
                    remedy: remedy
                )
            }
        }
        guard end.timeIntervalSinceNow > 0 else {
            throw CredentialsError("the sign-in for the profile \(profile) has ended", remedy: remedy)
        }
        return token
    }

    private var remedy: String { "Run: aws sso login --profile \(profile)" }

    private static func token(_ members: JSONObject) -> String? {
        guard let token = members["accessToken"]?.string, !token.isEmpty,
            token.utf8.allSatisfy({ (0x21...0x7E).contains($0) })
        else { return nil }
        return token
    }

    /// A fresh token, kept in the file; nil where the sign-in gave nothing to renew it with.
    private func renewed(
        _ stored: JSONObject,
        environment: AWSEnvironment,
        transport: AWSTransport
    ) async throws -> String? {
        guard let id = stored["clientId"]?.string, let secret = stored["clientSecret"]?.string,
            let refresh = stored["refreshToken"]?.string,
            let end = stored["registrationExpiresAt"]?.string.flatMap({ Timestamp.date($0) }), end > Date()
        else { return nil }
        let endpoint = try AWSEndpoint.forSignOn(service: "oidc", region: region, environment: environment)
        let body: JSONValue = [
            "clientId": .string(id), "clientSecret": .string(secret), "grantType": "refresh_token",
            "refreshToken": .string(refresh),
        ]
        let request = AWSTransport.Request(
            method: "POST",
            url: "\(endpoint.origin)\(endpoint.folder)/token",
            headers: [("content-type", "application/json")],
            body: body.serialized,
            name: "sso-oauth:CreateToken"
        )
        let answer = try await transport.fetch(request) { AWSError($0, name: request.name) }
        guard let members = (try? JSONValue(parsing: answer.body))?.object, let token = Self.token(members) else {
            return nil
        }
        var changed = stored
        changed["accessToken"] = .string(token)
        let lifetime = members["expiresIn"]?.integer.map { min(max($0, 0), 86_400) } ?? 0
        changed["expiresAt"] = .string(Date(timeIntervalSinceNow: Double(lifetime)).ISO8601Format())
        if let refresh = members["refreshToken"] { changed["refreshToken"] = refresh }
        keep(changed)
        return token
    }

    /// Writes the file anew, readable for nobody else; where that fails, the next renewal says so.
    private func keep(_ members: JSONObject) {
        let temporary = "\(path).\(UUID().uuidString)"
        let isWritten = FileManager.default.createFile(
            atPath: temporary,
            contents: Data(JSONValue.object(members).serialized),
            attributes: [.posixPermissions: 0o600]
        )
        if !isWritten || rename(temporary, path) != 0 { try? FileManager.default.removeItem(atPath: temporary) }
    }
}

extension AWSEndpoint {
    /// The path without a slash at its end.
    var folder: String { path.hasSuffix("/") ? String(path.dropLast()) : path }

    /// Where a service of the sign-in is.
    static func forSignOn(
        service: String,
        region: String,
        environment: AWSEnvironment
    ) throws(CredentialsError) -> AWSEndpoint {
        do throws(AWSError) {
            if let text = environment.endpoint(for: service) { return try AWSEndpoint(text) }
            return try AWSEndpoint(service: service, region: region)
        } catch {
            throw CredentialsError(error.message, remedy: error.remedy ?? "Check sso_region")
        }
    }
}
