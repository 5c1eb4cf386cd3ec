public import AsyncHTTPClient
import FoundationEssentials
import MartletCore

/// Who the credentials belong to, as STS says.
public struct CallerIdentity: Sendable, Hashable {
    /// The account's number.
    public var account: String
    /// The user or the assumed role.
    public var arn: String
}

/// What STS is asked for: roles, and who one is.
///
/// It speaks forms and XML.
///
/// - SeeAlso: https://docs.aws.amazon.com/STS/latest/APIReference/welcome.html
public struct SecurityTokenService: Sendable {
    private let region: String?
    private let address: String?
    private let transport: AWSTransport

    /// Makes one; nothing is asked.
    ///
    /// - Parameters:
    ///   - environment: Where a region and an address of the service's may be set.
    ///   - region: Instead of the environment's.
    public init(_ environment: AWSEnvironment, region: String? = nil, httpClient: HTTPClient) {
        self.init(environment, region: region, transport: AWSTransport(client: httpClient))
    }

    init(_ environment: AWSEnvironment, region: String? = nil, transport: AWSTransport) {
        self.region = region ?? environment.region
        address = environment.endpoint(for: "sts")
        self.transport = transport
    }

    /// What the role is for.
    struct Role: Sendable {
        var arn: String
        var sessionName: String
        var externalID: String?
        var duration: Int?
    }

    /// The credentials of a role, for somebody who may assume it.
    func assume(_ role: Role, with credentials: AWSCredentials) async throws -> AWSCredentials {
        var parameters = [("RoleArn", role.arn), ("RoleSessionName", role.sessionName)]
        if let externalID = role.externalID { parameters.append(("ExternalId", externalID)) }
        if let duration = role.duration { parameters.append(("DurationSeconds", "\(duration)")) }
        return try Self.credentials(await call("AssumeRole", parameters, credentials: credentials))
    }

    /// The credentials of a role, for the bearer of another service's token.
    func assume(_ role: Role, webIdentityToken token: String) async throws -> AWSCredentials {
        let parameters = [
            ("RoleArn", role.arn), ("RoleSessionName", role.sessionName), ("WebIdentityToken", token),
        ]
        return try Self.credentials(await call("AssumeRoleWithWebIdentity", parameters, credentials: nil))
    }

    /// Whose credentials these are.
    /// - Throws: ``AWSError``; `CancellationError`.
    public func callerIdentity(_ credentials: AWSCredentials) async throws -> CallerIdentity {
        let answer = try await call("GetCallerIdentity", [], credentials: credentials)
        guard let account = XMLElement.text("Account", in: answer), let arn = XMLElement.text("Arn", in: answer) else {
            throw Self.unreadable("sts:GetCallerIdentity")
        }
        return CallerIdentity(account: account, arn: arn)
    }

    private func call(
        _ action: String,
        _ parameters: [(String, String)],
        credentials: AWSCredentials?
    ) async throws -> String {
        // Without a region the service's first address serves all; its signatures are of its own region.
        let region = region ?? "us-east-1"
        let endpoint =
            if let address {
                try AWSEndpoint(address)
            } else if self.region == nil {
                try AWSEndpoint("https://sts.amazonaws.com")
            } else {
                try AWSEndpoint(service: "sts", region: region)
            }
        let form = [("Action", action), ("Version", "2011-06-15")] + parameters
        let body = Array(form.map { "\($0.0)=\(PercentEncoding.encode($0.1))" }.joined(separator: "&").utf8)
        var request = AWSTransport.Request(
            method: "POST",
            url: endpoint.origin + endpoint.path,
            headers: [("content-type", "application/x-www-form-urlencoded; charset=utf-8")],
            body: body,
            name: "sts:\(action)"
        )
        if let credentials {
            let signer = RequestSigner(credentials: credentials, region: region, service: "sts")
            let message = RequestSigner.Message(
                method: "POST",
                path: endpoint.path,
                headers: [("host", endpoint.authority)] + request.headers,
                body: body
            )
            request.headers += signer.headers(for: message, at: Int64(Date().timeIntervalSince1970))
        }
        let name = request.name
        let answer = try await transport.fetch(request) { Self.error($0, name: name) }
        return String(decoding: answer.body, as: UTF8.self)
    }

    private static func credentials(_ answer: String) throws(AWSError) -> AWSCredentials {
        guard let id = XMLElement.text("AccessKeyId", in: answer),
            let secret = XMLElement.text("SecretAccessKey", in: answer)
        else { throw unreadable("sts:AssumeRole") }
        return AWSCredentials(
            accessKeyID: id,
            secretAccessKey: secret,
            sessionToken: XMLElement.text("SessionToken", in: answer),
            expiration: XMLElement.text("Expiration", in: answer).flatMap { Timestamp.date($0) }
        )
    }

    private static func unreadable(_ name: String) -> AWSError {
        AWSError(
            code: AWSError.unreadable,
            message: "\(name): the answer is not one of the service's",
            remedy: "See that AWS_ENDPOINT_URL and the region are right, and that no proxy stands between"
        )
    }

    private static func error(_ answer: AWSTransport.Answer, name: String) -> AWSError {
        let text = String(decoding: answer.body, as: UTF8.self)
        guard let code = XMLElement.text("Code", in: text) else { return .foreign(answer, name: name) }
        // The same words as for services that speak JSON.
        var plain = answer
        plain.body =
            JSONValue.object([
                "__type": .string(code), "message": .string(XMLElement.text("Message", in: text) ?? ""),
            ]).serialized
        return AWSError(plain, name: name)
    }
}
