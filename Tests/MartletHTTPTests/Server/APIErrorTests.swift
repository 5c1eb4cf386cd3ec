import HTTPTypes
import Hummingbird
import MartletCore
import MartletHTTP
import NIOCore
import Testing

@Suite("Errors of the API")
struct APIErrorTests {
    private struct Failure: ModelFailure {
        var failureKind: ModelFailureKind
        var description = "what the model said"
    }

    @Test(
        "have the status, the type and the code of the model's failure",
        arguments: [
            (
                ModelFailureKind.invalidRequest(parameter: "stop"), 400, "invalid_request_error", String?.some("stop"),
                String?.none
            ),
            (.contextTooLong, 400, "invalid_request_error", "messages", "context_length_exceeded"),
            (.overloaded(retryAfter: .milliseconds(1500)), 503, "server_error", nil, "overloaded"),
            (.notAuthorized, 502, "server_error", nil, "upstream_error"),
            (.unknownModel, 404, "invalid_request_error", "model", "model_not_found"),
            (.unavailable, 503, "server_error", nil, "unavailable"),
            (.internal, 500, "server_error", nil, "internal_error"),
        ]
    )
    func translation(kind: ModelFailureKind, status: Int, type: String, parameter: String?, code: String?) {
        let error = APIError(Failure(failureKind: kind))
        #expect(error.status.code == status)
        #expect(error.type == type)
        #expect(error.parameter == parameter)
        #expect(error.code == code)
    }

    @Test("say when to try again, in whole seconds and never zero")
    func retryAfter() {
        let name = HTTPField.Name("retry-after")!
        let overloaded = APIError(Failure(failureKind: .overloaded(retryAfter: .milliseconds(1500))))
        #expect(overloaded.headers[name] == "2")
        #expect(APIError.rateLimited("", retryAfter: .milliseconds(1)).headers[name] == "1")
        #expect(APIError.overloaded(retryAfter: .zero).headers[name] == "1")
        #expect(APIError.rateLimited("", retryAfter: nil).headers[name] == nil)
    }

    @Test("keep what a model's inside says to themselves")
    func secrecy() {
        struct Surprise: Error, CustomStringConvertible { let description = "/home/ada/key.pem: sk-secret" }
        for error in [
            APIError(Surprise()), APIError(Failure(failureKind: .internal)),
            APIError(Failure(failureKind: .unavailable)),
            APIError(Failure(failureKind: .notAuthorized)),
        ] {
            #expect(!error.envelope.text.contains("secret"))
            #expect(!error.envelope.text.contains("what the model said"))
        }
        #expect(APIError(Failure(failureKind: .contextTooLong)).message == "what the model said")
    }

    @Test("are OpenAI's envelope, with every member present")
    func envelope() {
        let error = APIError.invalidRequest("no \"temperature\" over 2", parameter: "temperature")
        #expect(
            error.envelope.text
                == #"{"error":{"message":"no \"temperature\" over 2","type":"invalid_request_error","param":"temperature","code":null}}"#
        )
    }

    @Test("come from the errors of the layers below as well")
    func otherErrors() {
        #expect(APIError(NIOTooManyBytesError(maxBytes: 10)).status == .contentTooLarge)
        #expect(APIError(HTTPError(.notFound)).code == "unknown_url")
        #expect(APIError(HTTPError(.unprocessableContent, message: "inside")).status == .unprocessableContent)
        #expect(!APIError(HTTPError(.unprocessableContent, message: "inside")).message.contains("inside"))
        #expect(APIError(HTTPError(.notImplemented)).status == .internalServerError)
        #expect(APIError(CancellationError()).status == .serviceUnavailable)
        #expect(APIError(APIError.unknownModel("x")).code == "model_not_found")
    }

    @Test("show no more than the beginning of a name that somebody made up")
    func longNames() {
        #expect(APIError.unknownModel(String(repeating: "x", count: 10_000)).message.utf8.count < 300)
    }
}
