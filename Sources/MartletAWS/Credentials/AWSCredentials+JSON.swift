import FoundationEssentials
import MartletCore

extension AWSCredentials {
    /// Reads credentials as servers and programs hand them out.
    ///
    /// - Parameters:
    ///   - token: The name of the session's token, which differs.
    ///   - place: Who gave them, for the error.
    init(_ json: JSONValue, token: String, from place: String) throws(CredentialsError) {
        guard let id = json["AccessKeyId"]?.string, let secret = json["SecretAccessKey"]?.string, !id.isEmpty,
            !secret.isEmpty
        else {
            throw CredentialsError(
                "\(place) answers without credentials",
                remedy: "See that it gives AccessKeyId and SecretAccessKey as JSON"
            )
        }
        self.init(
            accessKeyID: id,
            secretAccessKey: secret,
            sessionToken: json[token]?.string,
            expiration: json["Expiration"]?.string.flatMap { Timestamp.date($0) }
        )
    }
}

extension AWSTransport {
    /// Sends a request for credentials, again where that may help.
    ///
    /// - Returns: The answer with a status of success.
    /// - Throws: ``AWSError``, of the answer where there was one.
    func fetch(
        _ request: Request,
        attempts: Int = 3,
        timeout: Duration = .seconds(5),
        readingError: (Answer) -> AWSError
    ) async throws -> Answer {
        let policy = AWSRetryPolicy()
        var retryCount = 0
        while true {
            let failure: AWSError
            do {
                let answer = try await send(request, timeout: timeout)
                if (200..<300).contains(answer.status) { return answer }
                failure = readingError(answer)
            } catch let error as AWSError {
                failure = error
            }
            guard retryCount < attempts - 1,
                let pause = policy.pause(
                    after: failure,
                    isIdempotent: true,
                    retryCount: retryCount,
                    random: .random(in: 0..<1)
                )
            else { throw failure }
            try await Task.sleep(for: pause)
            retryCount += 1
        }
    }
}
