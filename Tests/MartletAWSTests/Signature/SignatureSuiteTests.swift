import Foundation
import MartletAWS
import MartletCore
import Testing

private let signatureSuiteFolder = ProcessInfo.processInfo.environment["MARTLET_SIGV4_SUITE"]

/// AWS's own suite of signed requests, where it lies on this machine: the folder `v4` of `aws-signing-test-suite` in the
/// repository awslabs/aws-c-auth.
@Suite(
    "Signatures for AWS, against its suite",
    .enabled(if: signatureSuiteFolder != nil, "MARTLET_SIGV4_SUITE names the suite's folder")
)
struct SignatureSuiteTests {
    static let cases: [String] = {
        guard let folder = signatureSuiteFolder,
            let names = try? FileManager.default.contentsOfDirectory(atPath: folder)
        else { return [] }
        return names.filter { FileManager.default.fileExists(atPath: "\(folder)/\($0)/header-signature.txt") }.sorted()
    }()

    @Test("is there")
    func isThere() {
        #expect(Self.cases.count >= 30)
    }

    @Test("makes the form that is hashed, and the signature", arguments: cases)
    func signs(name: String) throws {
        let context = try JSONValue(parsing: Array(read("context.json", of: name).utf8))
        let credentials = try #require(context["credentials"])
        var options = RequestSigner.Options()
        options.normalizesPath = context["normalize"]?.bool ?? true
        options.addsBodyHash = context["sign_body"]?.bool ?? false
        options.signsSessionToken = !(context["omit_session_token"]?.bool ?? false)
        let signer = RequestSigner(
            credentials: AWSCredentials(
                accessKeyID: try #require(credentials["access_key_id"]?.string),
                secretAccessKey: try #require(credentials["secret_access_key"]?.string),
                sessionToken: credentials["token"]?.string
            ),
            region: try #require(context["region"]?.string),
            service: try #require(context["service"]?.string),
            options: options
        )
        let formatter = ISO8601DateFormatter()
        let timestamp = try #require(context["timestamp"]?.string)
        let date = try #require(formatter.date(from: timestamp))
        let time = Int64(date.timeIntervalSince1970)
        let message = try self.message(try read("request.txt", of: name))
        #expect(signer.canonicalRequest(message, at: time) == (try read("header-canonical-request.txt", of: name)))
        let authorization = signer.headers(for: message, at: time).last?.value ?? ""
        #expect(authorization.hasSuffix("Signature=" + (try read("header-signature.txt", of: name))))
    }

    private func read(_ file: String, of name: String) throws -> String {
        let folder = try #require(signatureSuiteFolder)
        let text = try String(contentsOfFile: "\(folder)/\(name)/\(file)", encoding: .utf8)
        return text.replacing("\r\n", with: "\n")
    }

    /// Reads a request as the suite writes it: values may go on in lines that begin with a space.
    private func message(_ text: String) throws -> RequestSigner.Message {
        let halves = text.split(separator: "\n\n", maxSplits: 1, omittingEmptySubsequences: false)
        var lines: [Substring] = []
        for line in halves[0].split(separator: "\n") {
            if line.first == " ", let last = lines.popLast() { lines.append(last + line) } else { lines.append(line) }
        }
        // The target may hold spaces: it is all between the first word and the last.
        let words = lines[0].split(separator: " ", omittingEmptySubsequences: false)
        let target = words.dropFirst().dropLast().joined(separator: " ")
        let parts = target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        return RequestSigner.Message(
            method: String(words[0]),
            path: String(parts[0]),
            query: parts.count > 1 ? String(parts[1]) : "",
            headers: lines.dropFirst().map { line in
                let pair = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
                return (String(pair[0]), pair.count > 1 ? String(pair[1]) : "")
            },
            body: halves.count > 1 ? Array(halves[1].utf8) : []
        )
    }
}
