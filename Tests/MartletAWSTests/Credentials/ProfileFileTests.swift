import MartletAWS
import Testing

@Suite("Files of AWS's tools")
struct ProfileFileTests {
    @Test("have profiles, sign-ins, comments, and lines that mean nothing here")
    func profiles() {
        let file = ProfileFile(
            """
            # comment
            stray = 1
            [default]
            aws_access_key_id = A
            aws_secret_access_key=B # trailing
            [profile work]
            AWS_ACCESS_KEY_ID=C=D#E
            no equals sign
            credential_process = "/opt/my tool" --json   ; two
            s3 =
              region = nested
            region = eu-west-1
            [ profile "far away" ]
            region = eu-north-1
            [sso-session work]
            sso_region = us-east-1
            [services local]
            region = hidden
            []
            region = nobody
            """
        )
        #expect(file.profiles["default"] == ["aws_access_key_id": "A", "aws_secret_access_key": "B"])
        #expect(
            file.profiles["work"] == [
                "aws_access_key_id": "C=D#E", "credential_process": "\"/opt/my tool\" --json", "s3": "",
                "region": "eu-west-1",
            ]
        )
        #expect(file.profiles["far away"] == ["region": "eu-north-1"])
        #expect(file.sessions == ["work": ["sso_region": "us-east-1"]])
        #expect(file.profiles.count == 3)
    }

    @Test(
        "may be anything at all",
        arguments: ["", "[", "[]", "=\n[=", "[a]\n=", "[profile ]\na=b", "\u{0}[x]\r\n=\r\n"]
    )
    func nonsense(text: String) {
        #expect(ProfileFile(text).sessions.isEmpty)
    }
}
