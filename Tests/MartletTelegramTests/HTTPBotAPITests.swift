import AsyncHTTPClient
import MartletCore
import MartletTelegram
import MartletTestSupport
import Testing

@Suite("Calls over HTTP", .timeLimit(.minutes(1)))
struct HTTPBotAPITests {
    private func failure(of answer: ScriptedResponse) async throws -> TelegramError? {
        let token = try #require(BotToken("7000001:secret-letters"))
        return try await ScriptedServer.run({ request, _ in
            request.path.hasPrefix("/bot") ? answer : .json(#"{"ok":true,"result":{"id":1}}"#)
        }) { server in
            try await HTTPClient.withHTTPClient(configuration: TelegramBot.clientConfiguration) { client in
                let api = HTTPBotAPI(client: client, baseURL: server.url, token: token)
                do {
                    _ = try await api.call(BotAPICall("getMe"))
                    return nil
                } catch let error as TelegramError {
                    return error
                }
            }
        }
    }

    @Test(
        "an answer that is no Bot API's names the address as what to look at",
        arguments: ["null", "[]", "7", "{}", #"{"ok":"yes"}"#, "<html>", ""]
    )
    func foreign(body: String) async throws {
        let error = try await failure(of: .json(body))
        #expect(error?.code == .malformedResponse)
        #expect(error?.description.contains("TELEGRAM_API_BASE_URL") == true)
    }

    @Test("a server that sends callers elsewhere is none, since the parameters would not come along")
    func redirected() async throws {
        let error = try await failure(of: .json("", status: "301 Moved Permanently", [("Location", "/elsewhere")]))
        #expect(error?.code == .malformedResponse)
        #expect(error?.description.contains("secret-letters") == false)
    }

    @Test("a refusal stays a refusal")
    func refused() async throws {
        let error = try await failure(
            of: .json(
                #"{"ok":false,"error_code":400,"description":"Bad Request: chat not found"}"#,
                status: "400 Bad Request"
            )
        )
        #expect(error?.code == .chatNotFound)
    }
}
