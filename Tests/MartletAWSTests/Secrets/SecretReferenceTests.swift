import MartletAWS
import Testing

@Suite("References to secrets")
struct SecretReferenceTests {
    @Test("name a service, a secret, and maybe a key and a region")
    func forms() throws {
        let named = try SecretReference("secretsmanager:bot/keys#openai")
        #expect(named.service == .secretsManager && named.name == "bot/keys" && named.key == "openai")
        #expect(named.region == nil)
        #expect("\(named)" == "secretsmanager:bot/keys#openai")
        let parameter = try SecretReference("ssm:/martlet/token")
        #expect(parameter.service == .parameterStore && parameter.name == "/martlet/token" && parameter.key == nil)
        let arn = try SecretReference("arn:aws:secretsmanager:eu-west-1:123456789012:secret:bot-AbCdEf#k")
        #expect(arn.service == .secretsManager && arn.region == "eu-west-1" && arn.key == "k")
        #expect(arn.name == "arn:aws:secretsmanager:eu-west-1:123456789012:secret:bot-AbCdEf")
        #expect("\(arn)" == "arn:aws:secretsmanager:eu-west-1:123456789012:secret:bot-AbCdEf#k")
        let stored = try SecretReference("arn:aws-cn:ssm:cn-north-1:1:parameter/a/b")
        #expect(stored.service == .parameterStore && stored.region == "cn-north-1")
    }

    @Test(
        "are told where they are none, without the text",
        arguments: [
            "", "sk-hidden", "secretsmanager:", "ssm:", "ssm:a#", "ssm:hidden words", "arn:aws:s3:::hidden",
            "arn:hidden",
            "arn:aws:ssm::1:parameter/hidden", "ssm:hidden\n",
        ]
    )
    func nonsense(text: String) {
        let error = #expect(throws: AWSError.self) { try SecretReference(text) }
        #expect(error?.description.contains("hidden") == false)
        #expect(error?.description.contains("secretsmanager:NAME#KEY") == true)
    }

    @Test("are told from plain values by how they begin")
    func plain() {
        #expect(SecretReference.isReference("ssm:x") && SecretReference.isReference("arn:x"))
        #expect(!SecretReference.isReference("123:AAF-x") && !SecretReference.isReference("sk-ssm:"))
    }
}
