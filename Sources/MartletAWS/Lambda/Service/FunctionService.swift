public import AsyncHTTPClient
import FoundationEssentials
import MartletCore

/// What Lambda itself is asked about functions.
///
/// - SeeAlso: https://docs.aws.amazon.com/lambda/latest/api/API_GetFunctionUrlConfig.html
public struct FunctionService: Sendable {
    private let region: String
    private let address: String?
    private let transport: AWSTransport

    /// Makes one; nothing is asked.
    ///
    /// - Parameter environment: Where an address of the service's may be set.
    public init(_ environment: AWSEnvironment, region: String, httpClient: HTTPClient) {
        self.region = region
        address = environment.endpoint(for: "lambda")
        transport = AWSTransport(client: httpClient)
    }

    /// The address of a function, which ends with a slash; nil where there is no such function, or no address of it.
    /// - Throws: ``AWSError``; `CancellationError`.
    public func url(of function: String, with credentials: AWSCredentials) async throws -> String? {
        let name = "lambda:GetFunctionUrlConfig"
        let endpoint = try address.map { try AWSEndpoint($0) } ?? AWSEndpoint(service: "lambda", region: region)
        let base = endpoint.path.hasSuffix("/") ? String(endpoint.path.dropLast()) : endpoint.path
        let path = "\(base)/2021-10-31/functions/\(PercentEncoding.encode(function))/url"
        let signer = RequestSigner(credentials: credentials, region: region, service: "lambda")
        let message = RequestSigner.Message(method: "GET", path: path, headers: [("host", endpoint.authority)])
        let request = AWSTransport.Request(
            url: endpoint.origin + path,
            headers: signer.headers(for: message, at: Int64(Date().timeIntervalSince1970)),
            name: name
        )
        let answer: AWSTransport.Answer
        do {
            answer = try await transport.fetch(request) { credentials.redacting(AWSError($0, name: name)) }
        } catch let error as AWSError where error.code == "ResourceNotFoundException" {
            return nil
        }
        guard let url = (try? JSONValue(parsing: answer.body))?["FunctionUrl"]?.string else {
            throw AWSError.foreign(answer, name: name)
        }
        return url
    }
}
