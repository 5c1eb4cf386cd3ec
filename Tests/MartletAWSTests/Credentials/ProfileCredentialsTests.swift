import AsyncHTTPClient
import Foundation
import Logging
import MartletAWS
import MartletCore
import MartletTestSupport
import Testing

@Suite("What profiles lead to", .timeLimit(.minutes(1)))
struct ProfileCredentialsTests {
    /// Looks for credentials with files below a home folder.
    private func find(
        config: String = "",
        credentials: String = "",
        files: [String: String] = [:],
        _ environment: [String: String] = [:],
        _ script: @escaping @Sendable (ReceivedRequest, Int) -> ScriptedResponse = { _, _ in
            .json("", status: "404 Not Found")
        }
    ) async throws -> (credentials: AWSCredentials, requests: [ReceivedRequest], files: [String: String]) {
        try await withFolder { folder in
            try await ScriptedServer.run(script) { server in
                let files = files.merging([".aws/config": config, ".aws/credentials": credentials]) { $1 }
                for (name, text) in files {
                    let file = folder.appending(path: name)
                    try FileManager.default.createDirectory(
                        at: file.deletingLastPathComponent(),
                        withIntermediateDirectories: true
                    )
                    try text.replacing("HOME", with: folder.path).write(to: file, atomically: true, encoding: .utf8)
                    try FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: file.path)
                }
                return try await withHTTPClient { http in
                    var variables = [
                        "HOME": folder.path, "AWS_EC2_METADATA_DISABLED": "true", "AWS_ENDPOINT_URL": server.url,
                    ]
                    variables.merge(environment) { $1 }
                    let chain = CredentialsChain.standard(
                        environment: variables.mapValues { $0.replacing("SERVER", with: server.url) },
                        httpClient: http,
                        logger: .quiet
                    )
                    let credentials = try await chain.credentials()
                    var kept: [String: String] = [:]
                    for name in files.keys {
                        kept[name] = try String(contentsOf: folder.appending(path: name), encoding: .utf8)
                    }
                    return (credentials, server.requests, kept)
                }
            }
        }
    }

    private func refusal(
        config: String = "",
        files: [String: String] = [:],
        _ environment: [String: String] = ["AWS_PROFILE": "p"],
        _ script: @escaping @Sendable (ReceivedRequest, Int) -> ScriptedResponse = { _, _ in
            .json("", status: "404 Not Found")
        }
    ) async throws -> String {
        let error = await #expect(throws: CredentialsError.self) {
            _ = try await find(config: config, files: files, environment, script)
        }
        let text = try #require(error).description
        #expect(!text.contains("hidden"))
        return text
    }

    @Test("to keys, of either file, the credentials' file first")
    func keys() async throws {
        let config = "[default]\naws_access_key_id = C\naws_secret_access_key = x\n[profile p]\nregion = r"
        #expect(try await find(config: config).credentials.accessKeyID == "C")
        let credentials = "[default]\naws_access_key_id = K\naws_secret_access_key = y\naws_session_token = z"
        #expect(
            try await find(config: config, credentials: credentials).credentials
                == AWSCredentials(accessKeyID: "K", secretAccessKey: "y", sessionToken: "z")
        )
    }

    @Test("nowhere where they are not there, or have nothing")
    func nothing() async throws {
        #expect(try await refusal().contains("has the profile p"))
        #expect(try await refusal(config: "[profile p]\nregion = r").contains("has no credentials"))
        #expect(try await refusal(config: "[profile p]\naws_access_key_id = A").contains("one half of a key"))
        #expect(
            try await refusal(config: "[default]\nregion = r", [:]).contains("the profile default has no credentials")
        )
    }

    private static let assumed = ScriptedResponse(steps: [
        .send(
            Array(
                ("<R><AccessKeyId>ASIA</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken>"
                    + "<Expiration>2090-01-01T00:00:00Z</Expiration></R>").utf8
            )
        )
    ])

    @Test("to roles, assumed with another profile's keys, or with their own")
    func roles() async throws {
        let config = """
            [profile p]
            role_arn = arn:aws:iam::1:role/r
            source_profile = base
            external_id = e/1
            role_session_name = me
            duration_seconds = 900
            region = eu-west-3
            [profile base]
            aws_access_key_id = BASE
            aws_secret_access_key = hidden
            """
        let found = try await find(config: config, ["AWS_PROFILE": "p"]) { _, _ in Self.assumed }
        #expect(found.credentials.accessKeyID == "ASIA")
        let request = try #require(found.requests.first)
        #expect(request.headers["authorization"]?.contains("Credential=BASE/") == true)
        #expect(request.headers["authorization"]?.contains("/eu-west-3/sts/aws4_request") == true)
        let body = String(decoding: request.body, as: UTF8.self)
        #expect(
            body.hasSuffix(
                "RoleArn=arn%3Aaws%3Aiam%3A%3A1%3Arole%2Fr&RoleSessionName=me&ExternalId=e%2F1&DurationSeconds=900"
            )
        )
        let own = config.replacing(
            "source_profile = base",
            with: "source_profile = p\naws_access_key_id = OWN\naws_secret_access_key = x"
        )
        let second = try await find(config: own, ["AWS_PROFILE": "p"]) { _, _ in Self.assumed }
        #expect(second.requests.first?.headers["authorization"]?.contains("Credential=OWN/") == true)
        let container = try await find(
            config: "[profile p]\nrole_arn = r\ncredential_source = EcsContainer",
            ["AWS_PROFILE": "p", "AWS_CONTAINER_CREDENTIALS_FULL_URI": "SERVER/c"]
        ) { request, _ in
            request.path == "/c" ? .json(#"{"AccessKeyId":"BOX","SecretAccessKey":"x"}"#) : Self.assumed
        }
        #expect(container.credentials.accessKeyID == "ASIA")
        #expect(container.requests.last?.headers["authorization"]?.contains("Credential=BOX/") == true)
    }

    @Test(
        "in circles, to missing profiles and to second factors: then that is told",
        arguments: [
            (
                "[profile p]\nrole_arn = r\nsource_profile = q\n[profile q]\nrole_arn = r\nsource_profile = p",
                "lead to each other"
            ),
            ("[profile p]\nrole_arn = r\nsource_profile = gone", "which is not there"),
            ("[profile p]\nrole_arn = r\nsource_profile = q\n[profile q]\nregion = r", "has no credentials"),
            ("[profile p]\nrole_arn = r", "nothing to assume it with"),
            ("[profile p]\nrole_arn = r\ncredential_source = Environment", "AWS_ACCESS_KEY_ID is not set"),
            ("[profile p]\nrole_arn = r\nmfa_serial = m\nsource_profile = p", "second factor"),
            ("[profile p]\nrole_arn = r\nweb_identity_token_file = /nonexistent", "cannot be read"),
            ("[profile p]\nsso_account_id = 1\nsso_role_name = r\nsso_session = s", "sso-session s"),
            ("[profile p]\nsso_account_id = 1\nsso_role_name = r", "sso_region"),
            (
                "[profile p]\nsso_account_id = 1\nsso_role_name = r\nsso_region = r\nsso_start_url = u",
                "nobody has signed in"
            ),
            ("[profile p]\ncredential_process = /nonexistent/tool --x", "cannot be started"),
            ("[profile p]\ncredential_process = \"", "cannot be started"),
        ]
    )
    func dead(config: String, words: String) async throws {
        #expect(try await refusal(config: config).contains(words))
    }

    // SHA-1 of "my-sso" and of "https://start.example".
    @Test(
        "to the sign-in of a browser, by session or by address",
        arguments: [
            ("sso_session = my-sso", "0ad374308c5a4e22f723adf10145eafad7c4031c"),
            (
                "sso_start_url = https://start.example\nsso_region = eu-west-1",
                "1c5a689b7bb92284d0c514c4b1c1e1ce96d9621f"
            ),
        ]
    )
    func singleSignOn(lines: String, name: String) async throws {
        let file = ".aws/sso/cache/\(name).json"
        let config = """
            [profile p]
            sso_account_id = 123
            sso_role_name = Dev Ops
            \(lines)
            [sso-session my-sso]
            sso_start_url = https://start.example
            sso_region = eu-west-1
            """
        let token = #"{"accessToken":"hidden-token","expiresAt":"2090-01-01T00:00:00UTC","region":"eu-west-1"}"#
        let found = try await find(config: config, files: [file: token], ["AWS_PROFILE": "p"]) { _, _ in
            .json(
                #"{"roleCredentials":{"accessKeyId":"S","secretAccessKey":"x","sessionToken":"y","expiration":3786912000000}}"#
            )
        }
        #expect(found.credentials.accessKeyID == "S")
        #expect(found.credentials.expiration == Date(timeIntervalSince1970: 3_786_912_000))
        let request = try #require(found.requests.first)
        #expect(request.path == "/federation/credentials?role_name=Dev%20Ops&account_id=123")
        #expect(request.headers["x-amz-sso_bearer_token"] == "hidden-token")
        #expect(request.headers["authorization"] == nil)
        let ended = try await refusal(config: config, files: [file: token.replacing("2090", with: "2020")])
        #expect(ended.contains("has ended") && ended.contains("aws sso login --profile p"))
        let refused = try await refusal(config: config, files: [file: token]) { _, _ in
            .json(#"{"message":"hidden-token is bad","__type":"UnauthorizedException"}"#, status: "401 No")
        }
        #expect(refused.contains("UnauthorizedException") && refused.contains("aws sso login"))
    }

    @Test("to a sign-in that is renewed when its token ends, where that can be done")
    func renewedSignOn() async throws {
        let file = ".aws/sso/cache/0ad374308c5a4e22f723adf10145eafad7c4031c.json"
        let config = """
            [profile p]
            sso_account_id = 123
            sso_role_name = dev
            sso_session = my-sso
            [sso-session my-sso]
            sso_start_url = https://start.example
            sso_region = eu-west-1
            """
        let token = """
            {"accessToken":"hidden-old","expiresAt":"2020-01-01T00:00:00Z","clientId":"c","clientSecret":"hidden-secret",
             "refreshToken":"hidden-refresh","registrationExpiresAt":"2090-01-01T00:00:00Z","startUrl":"kept"}
            """
        let found = try await find(config: config, files: [file: token], ["AWS_PROFILE": "p"]) { request, _ in
            guard request.path != "/token" else {
                return .json(#"{"accessToken":"hidden-new","expiresIn":3600,"refreshToken":"hidden-next"}"#)
            }
            return .json(#"{"roleCredentials":{"accessKeyId":"S","secretAccessKey":"x"}}"#)
        }
        #expect(found.credentials.accessKeyID == "S")
        #expect(found.requests.map(\.path).first == "/token")
        #expect(found.requests.first?.json["refreshToken"]?.string == "hidden-refresh")
        #expect(found.requests.last?.headers["x-amz-sso_bearer_token"] == "hidden-new")
        let kept = try JSONValue(parsing: (found.files[file] ?? "").utf8)
        #expect(kept["accessToken"]?.string == "hidden-new" && kept["refreshToken"]?.string == "hidden-next")
        #expect(kept["startUrl"]?.string == "kept" && kept["clientSecret"]?.string == "hidden-secret")
        let refused = try await refusal(config: config, files: [file: token]) { _, _ in
            .json(#"{"error":"invalid_grant","error_description":"hidden"}"#, status: "400 Bad Request")
        }
        #expect(refused.contains("has ended"))
    }

    @Test("to a program, run as it is written, without a shell")
    func process() async throws {
        let script = """
            #!/bin/sh
            printf '{"Version":1,"AccessKeyId":"%s","SecretAccessKey":"%s","Expiration":"2090-01-01T00:00:00Z"}' "$1" "$2$AWS_X"
            echo noise >&2
            """
        let config = "[profile p]\ncredential_process = \"HOME/my tool\" 'a $(b) c' d\\ e"
        let found = try await find(config: config, files: ["my tool": script], ["AWS_PROFILE": "p", "AWS_X": "!"])
        #expect(found.credentials.accessKeyID == "a $(b) c")
        #expect(
            found.credentials
                == AWSCredentials(
                    accessKeyID: "a $(b) c",
                    secretAccessKey: "d e!",
                    expiration: Date(timeIntervalSince1970: 3_786_912_000)
                )
        )
    }

    @Test(
        "to a program that fails, prints nonsense, or does not stop printing",
        arguments: [
            ("exit 3", "ends with status 3"), ("kill -9 $$", "ends with status 137"),
            ("echo hidden", "no JSON with Version 1"),
            ("echo '{\"Version\":1}'", "without credentials"), ("yes hidden", "prints more than credentials"),
        ]
    )
    func badProcess(body: String, words: String) async throws {
        let text = try await refusal(
            config: "[profile p]\ncredential_process = HOME/tool",
            files: ["tool": "#!/bin/sh\n\(body)\n"]
        )
        #expect(text.contains(words))
    }
}
