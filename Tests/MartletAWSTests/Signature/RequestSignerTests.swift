import MartletAWS
import Testing

@Suite("Signatures for AWS")
struct RequestSignerTests {
    /// The key that AWS's documentation signs its examples with.
    private static let example = AWSCredentials(
        accessKeyID: "AKIDEXAMPLE",
        secretAccessKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
    )
    /// 2015-08-30, 12:36 UTC.
    private static let time: Int64 = 1_440_938_160

    private func authorization(_ signer: RequestSigner, _ message: RequestSigner.Message) -> String {
        signer.headers(for: message, at: Self.time).last?.value ?? ""
    }

    @Test("makes the signature that AWS's documentation publishes for listing users")
    func published() {
        let signer = RequestSigner(credentials: Self.example, region: "us-east-1", service: "iam")
        let message = RequestSigner.Message(
            method: "GET",
            path: "/",
            query: "Action=ListUsers&Version=2010-05-08",
            headers: [
                ("content-type", "application/x-www-form-urlencoded; charset=utf-8"),
                ("host", "iam.amazonaws.com"),
            ]
        )
        #expect(
            authorization(signer, message)
                == "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/iam/aws4_request, "
                + "SignedHeaders=content-type;host;x-amz-date, "
                + "Signature=5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7"
        )
    }

    @Test("signs the token of temporary credentials")
    func sessionToken() {
        let credentials = AWSCredentials(
            accessKeyID: "AKIDEXAMPLE",
            secretAccessKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
            sessionToken: "6e86291e8372ff2a2260956d9b8aae1d763fbf315fa00fa31553b73ebf194267"
        )
        let signer = RequestSigner(credentials: credentials, region: "us-east-1", service: "service")
        let message = RequestSigner.Message(method: "GET", path: "/", headers: [("Host", "example.amazonaws.com")])
        #expect(
            authorization(signer, message).hasSuffix(
                "SignedHeaders=host;x-amz-date;x-amz-security-token, "
                    + "Signature=07ec1639c89043aa0e3e2de82b96708f198cceab042d4a97044c66dd9f74e7f8"
            )
        )
    }

    private static let forms: [(path: String, query: String, line: String, queryLine: String)] = [
        ("", "", "/", ""),
        ("/a/../b/./c//d/", "", "/b/c/d/", ""),
        ("/..", "", "/", ""),
        ("/a b", "", "/a%20b", ""),
        ("/model/arn%3Aaws%2Fx/converse", "", "/model/arn%253Aaws%252Fx/converse", ""),
        ("/", "b=2&a=1&b=1&a", "/", "a=&a=1&b=1&b=2"),
        ("/", "x=%7E%2f+%zz&ሴ=ä", "/", "%E1%88%B4=%C3%A4&x=~%2F%2B%25zz"),
    ]

    @Test("brings paths and queries into the form that is hashed", arguments: forms.indices)
    func canonicalForm(index: Int) {
        let form = Self.forms[index]
        let signer = RequestSigner(credentials: Self.example, region: "us-east-1", service: "s")
        let message = RequestSigner.Message(method: "GET", path: form.path, query: form.query, headers: [("host", "h")])
        let lines = signer.canonicalRequest(message, at: Self.time).split(
            separator: "\n",
            omittingEmptySubsequences: false
        )
        #expect(lines[1] == form.line)
        #expect(lines[2] == form.queryLine)
    }

    @Test("trims headers, joins those of one name, and sorts them")
    func headers() {
        let signer = RequestSigner(credentials: Self.example, region: "us-east-1", service: "s")
        let message = RequestSigner.Message(
            method: "PUT",
            path: "/",
            headers: [("My-Header", "  a   b "), ("host", "h"), ("my-header", "c\n  d")],
            body: Array("x".utf8)
        )
        let lines = signer.canonicalRequest(message, at: Self.time).split(
            separator: "\n",
            omittingEmptySubsequences: false
        )
        #expect(Array(lines[3...5]) == ["host:h", "my-header:a b,c d", "x-amz-date:20150830T123600Z"])
        #expect(lines[7] == "host;my-header;x-amz-date")
        #expect(lines[8] == "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881")
    }

    @Test("shows nothing of the secrets")
    func secrets() {
        let credentials = AWSCredentials(accessKeyID: "AKID", secretAccessKey: "hidden-1", sessionToken: "hidden-2")
        var dumped = ""
        dump(credentials, to: &dumped)
        #expect(!"\(credentials) \(String(reflecting: credentials)) \(dumped)".contains("hidden"))
    }
}
