import Foundation
import MartletAWS
import MartletCore
import Testing

@Suite("Events of Lambda")
struct LambdaEventTests {
    private func event(_ text: String) throws -> LambdaEvent { try LambdaEvent(payload: Array(text.utf8)) }

    private func request(_ text: String) throws -> LambdaHTTPRequest {
        guard case .http(let request) = try event(text) else { throw LambdaFault(type: "x", message: "no request") }
        return request
    }

    // MARK: HTTP

    @Test("reads a request through a function URL")
    func functionURL() throws {
        let request = try request(
            """
            {"version":"2.0","rawPath":"/webhook","rawQueryString":"a=1&a=2&b=%20x","cookies":["k=v","l=w"],
             "headers":{"Content-Type":"application/json","X-Many":"1,2"},
             "requestContext":{"domainName":"abc.lambda-url.eu-west-1.on.aws","requestId":"r-1","routeKey":"$default",
              "http":{"method":"post","path":"/webhook","sourceIp":"203.0.113.9"}},
             "body":"eyJvayI6dHJ1ZX0=","isBase64Encoded":true}
            """
        )
        #expect(request.method == "POST")
        #expect(request.target == "/webhook?a=1&a=2&b=%20x")
        #expect(request.header("content-TYPE") == "application/json")
        #expect(request.header("cookie") == "k=v; l=w")
        #expect(request.cookies == ["k=v", "l=w"])
        #expect(request.body == Array(#"{"ok":true}"#.utf8))
        #expect(request.sourceIP == "203.0.113.9")
        #expect(request.format == .functionURL)
        #expect(request.requestID == "r-1")
    }

    @Test("tells an HTTP API from a function URL")
    func apiV2() throws {
        let request = try request(
            #"{"version":"2.0","rawPath":"/","requestContext":{"routeKey":"ANY /","domainName":"a.execute-api.aws","http":{"method":"GET"}}}"#
        )
        #expect(request.format == .apiV2)
        #expect(request.headers.isEmpty && request.body.isEmpty && request.query.isEmpty)
    }

    @Test("reads a request through a REST API, whose query is decoded")
    func apiV1() throws {
        let request = try request(
            """
            {"resource":"/{proxy+}","path":"/a b","httpMethod":"PUT",
             "headers":{"Host":"h","Cookie":"a=1; b=2","X-Only-Single":"s"},
             "multiValueHeaders":{"Host":["h"],"X-Two":["1","2"],"Cookie":["a=1; b=2"]},
             "queryStringParameters":{"q":"last"},
             "multiValueQueryStringParameters":{"q":["a&b","ü"],"empty":[""]},
             "requestContext":{"requestId":"r","identity":{"sourceIp":"198.51.100.1"}},"body":null}
            """
        )
        #expect(request.format == .apiV1)
        #expect(request.target == "/a%20b?q=a%26b&q=%C3%BC&empty=")
        #expect(request.headers.filter { $0.name == "x-two" }.map(\.value) == ["1", "2"])
        #expect(request.header("x-only-single") == "s")
        #expect(request.cookies == ["a=1", "b=2"])
        #expect(request.sourceIP == "198.51.100.1")
    }

    @Test("reads a request through a load balancer, with one value a header or many", arguments: [false, true])
    func balancer(isMultiValue: Bool) throws {
        let fields =
            isMultiValue
            ? #""multiValueHeaders":{"Accept":["a","b"],"x-forwarded-for":["10.0.0.1, 203.0.113.5"]},"multiValueQueryStringParameters":{"k":["%C3%BC","2"]}"#
            : #""headers":{"Accept":"a","x-forwarded-for":"10.0.0.1, 203.0.113.5"},"queryStringParameters":{"k":"%C3%BC"}"#
        let request = try request(
            #"{"requestContext":{"elb":{"targetGroupArn":"arn"}},"httpMethod":"GET","path":"/p",\#(fields),"body":"","isBase64Encoded":false}"#
        )
        #expect(request.format == (isMultiValue ? .albMultiValue : .alb))
        // A balancer leaves the query as it came, and adds what it saw itself at the end of the list.
        #expect(request.query == (isMultiValue ? "k=%C3%BC&k=2" : "k=%C3%BC"))
        #expect(request.sourceIP == "203.0.113.5")
        #expect(request.headers.filter { $0.name == "accept" }.count == (isMultiValue ? 2 : 1))
    }

    @Test("does not take what no path or query may hold to the server")
    func hostilePath() throws {
        let request = try request(
            #"{"rawPath":"no/slash\r\nHost: x","rawQueryString":"a= b\u0000","requestContext":{"http":{"method":"GET"}}}"#
        )
        #expect(request.target == "/no/slash%0D%0AHost:%20x?a=%20b%00")
    }

    @Test(
        "refuses requests that lack or garble something, and names it",
        arguments: [
            (#"{"requestContext":{"http":{}}}"#, "requestContext.http.method"),
            (#"{"requestContext":{"http":{"method":"G T"}}}"#, "requestContext.http.method"),
            (#"{"requestContext":{"http":{"method":"GET"}},"isBase64Encoded":true,"body":"%%%"}"#, "body"),
            (#"{"requestContext":{"http":{"method":"GET"}},"body":{}}"#, "body"),
            (#"{"requestContext":{"http":{"method":"GET"}},"headers":{"a":[]}}"#, "headers"),
            (#"{"requestContext":{"http":{"method":"GET"}},"cookies":[1]}"#, "cookies"),
            (#"{"rawPath":"/","headers":{}}"#, "requestContext.http"),
            (#"{"httpMethod":7,"path":"/","requestContext":{}}"#, "httpMethod"),
            (#"{"httpMethod":"GET","path":"/","multiValueHeaders":{"a":[[]]}}"#, "multiValueHeaders"),
            (#"{"Records":[{"eventSource":"aws:sqs","body":"x"}]}"#, "Records[].messageId"),
            (#"{"Records":[{"eventSource":"aws:sqs","messageId":"1"}]}"#, "Records[].body"),
            (#"{"Records":[{"eventSource":"aws:sqs","messageId":"1","body":"x"},{"messageId":"2"}]}"#, "Records"),
        ]
    )
    func malformed(text: String, field: String) {
        let error = #expect(throws: LambdaEventError.self) { try event(text) }
        #expect(error?.code == .malformed(field: field))
        #expect(error?.description.contains(field) == true)
    }

    @Test("takes missing fields for empty ones")
    func missing() throws {
        let request = try request(#"{"requestContext":{"http":{"method":"DELETE"}},"headers":null,"cookies":null}"#)
        #expect(request == LambdaHTTPRequest(method: "DELETE", path: "/"))
    }

    // MARK: Queues and schedules

    @Test("reads the messages of a FIFO queue")
    func queue() throws {
        let event = try event(
            """
            {"Records":[{"messageId":"m1","receiptHandle":"h1","body":"{}","eventSource":"aws:sqs",
              "attributes":{"ApproximateReceiveCount":"3","MessageGroupId":"7:42","MessageDeduplicationId":"u9"},
              "messageAttributes":{"kind":{"stringValue":"update","dataType":"String"}},
              "eventSourceARN":"arn:aws:sqs:eu-west-1:1:q.fifo","awsRegion":"eu-west-1"},
             {"messageId":"m2","receiptHandle":"h2","body":"","eventSource":"aws:sqs"}]}
            """
        )
        guard case .queue(let records) = event else { throw LambdaFault(type: "x", message: "no messages") }
        #expect(records.map(\.messageID) == ["m1", "m2"])
        #expect(records[0].groupID == "7:42")
        #expect(records[0].deduplicationID == "u9")
        #expect(records.map(\.receiveCount) == [3, 1])
        #expect(records[0].messageAttributes == ["kind": "update"])
        #expect(records[0].queueARN?.hasSuffix("q.fifo") == true)
        // What the emulator's mapping sends reads as it was.
        #expect(try LambdaEvent(payload: QueueMapping.event(records)) == event)
    }

    @Test("says which messages failed as Lambda wants it")
    func batchResponse() {
        #expect(QueueBatchResponse().payload == Array(#"{"batchItemFailures":[]}"#.utf8))
        let failed = QueueBatchResponse(failedMessageIDs: ["a", "b"])
        #expect(
            String(decoding: failed.payload, as: UTF8.self)
                == #"{"batchItemFailures":[{"itemIdentifier":"a"},{"itemIdentifier":"b"}]}"#
        )
        #expect(QueueBatchResponse(failed.payload) == failed)
        for success in ["", "null", "{}", #"{"batchItemFailures":null}"#, #"{"batchItemFailures":[]}"#] {
            #expect(QueueBatchResponse(Array(success.utf8)) == QueueBatchResponse())
        }
        for garbled in [
            "[]", "x", "\"a\"", #"{"batchItemFailures":{}}"#, #"{"batchItemFailures":[{}]}"#,
            #"{"batchItemFailures":[{"itemIdentifier":""}]}"#, #"{"batchItemFailures":["a"]}"#,
        ] {
            #expect(QueueBatchResponse(Array(garbled.utf8)) == nil)
        }
    }

    @Test("reads schedules of a rule and of the scheduler")
    func schedule() throws {
        let rule = try event(
            """
            {"version":"0","id":"i","detail-type":"Scheduled Event","source":"aws.events","time":"2026-11-21T10:00:00Z",
             "resources":["arn:aws:events:eu-west-1:1:rule/warm-up"],"detail":{}}
            """
        )
        guard case .schedule(let event) = rule else { throw LambdaFault(type: "x", message: "no schedule") }
        #expect(event.name == "warm-up")
        #expect(event.time == Date(timeIntervalSince1970: 1_795_255_200))
        #expect(try self.event(event.json.text) == .schedule(event))
        let scheduler = try self.event(
            """
            {"version":"0","detail-type":"Scheduled Event","source":"aws.scheduler","time":"not a time",
             "resources":["arn:aws:scheduler:eu-west-1:1:schedule/default/retention"],"detail":"{\\"task\\":\\"retention\\"}"}
            """
        )
        guard case .schedule(let second) = scheduler else { throw LambdaFault(type: "x", message: "no schedule") }
        #expect(second.name == "retention")
        #expect(second.time == nil)
        #expect(second.detail["task"] == "retention")
    }

    // MARK: Everything else

    @Test(
        "takes any other JSON for a direct call",
        arguments: ["{}", "[]", "7", "\"text\"", "null", #"{"instruction":"a","sentence":"b"}"#]
    )
    func direct(text: String) throws {
        #expect(try event(text) == .direct(try JSONValue(parsing: text.utf8)))
    }

    @Test("takes an empty payload for a direct call without words")
    func empty() throws {
        #expect(try event("") == .direct(.null))
    }

    @Test(
        "refuses events of other services, and names them",
        arguments: [
            (#"{"Records":[{"eventSource":"aws:s3"}]}"#, "Amazon S3"),
            (#"{"Records":[{"EventSource":"aws:sns"}]}"#, "Amazon SNS"),
            (#"{"Records":[{"eventSource":"aws:future"}]}"#, "the source aws:future"),
            (#"{"Records":[{"eventSource":"a\u0007b"}]}"#, "the source with a strange name"),
            (#"{"detail-type":"X","source":"aws.ecr"}"#, "Amazon EventBridge (aws.ecr)"),
            (#"{"requestContext":{"connectionId":"c"}}"#, "API Gateway's WebSocket API"),
            (#"{"type":"TOKEN","methodArn":"a"}"#, "an authorizer of API Gateway"),
            (#"{"awslogs":{"data":""}}"#, "Amazon CloudWatch Logs"),
            (#"{"eventSource":"aws:kafka","records":{}}"#, "Amazon MSK"),
            (#"{"triggerSource":"x","userPoolId":"y"}"#, "Amazon Cognito"),
        ]
    )
    func foreign(text: String, service: String) {
        let error = #expect(throws: LambdaEventError.self) { try event(text) }
        #expect(error?.code == .unsupported(service: service))
        #expect(error?.description.contains("trigger") == true)
    }

    @Test("refuses what is no JSON, truncated, too deep or too large")
    func noJSON() {
        for text in ["{", "{\"a\":", "nul", "\u{FEFF}{}", String(repeating: "[", count: 100_000)] {
            let error = #expect(throws: LambdaEventError.self) { try event(text) }
            #expect(error?.code == .notJSON)
        }
        let large = [UInt8](repeating: 0x20, count: LambdaEvent.maximumByteCount + 1)
        let error = #expect(throws: LambdaEventError.self) { try LambdaEvent(payload: large) }
        #expect(error?.code == .tooLarge)
    }

    @Test("survives mutations of every kind of event", arguments: 0..<40)
    func mutations(seed: Int) {
        var random = SeededGenerator(seed: UInt64(seed))
        for text in Self.samples {
            var bytes = Array(text.utf8)
            for _ in 0..<200 {
                guard let index = bytes.indices.randomElement(using: &random) else { break }
                switch Int.random(in: 0..<5, using: &random) {
                case 0: bytes[index] = .random(in: .min ... .max, using: &random)
                case 1: bytes.remove(at: index)
                case 2: bytes.insert(contentsOf: bytes[index...].prefix(12), at: index)
                case 3: bytes.replaceSubrange(index..<min(index + 4, bytes.count), with: Array("null".utf8))
                default: bytes.replaceSubrange(index..<min(index + 1, bytes.count), with: Array("[]".utf8))
                }
                // Either an event or an error that says something; no trap.
                do {
                    if case .http(let request) = try LambdaEvent(payload: bytes) {
                        #expect(request.path.hasPrefix("/"))
                        #expect(request.target.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F })
                    }
                } catch {
                    #expect(error.description.contains(";"))
                }
                if bytes.count > 4096 { bytes = Array(text.utf8) }
            }
        }
    }

    private static let samples = [
        #"{"version":"2.0","rawPath":"/a","rawQueryString":"x=1","cookies":["a=b"],"headers":{"a":"b"},"requestContext":{"http":{"method":"POST","sourceIp":"1"}},"body":"aGk=","isBase64Encoded":true}"#,
        #"{"resource":"/","path":"/","httpMethod":"GET","multiValueHeaders":{"a":["b"]},"multiValueQueryStringParameters":{"q":["1"]},"requestContext":{"identity":{"sourceIp":"1"}},"body":null}"#,
        #"{"requestContext":{"elb":{}},"httpMethod":"GET","path":"/","headers":{"x-forwarded-for":"1"},"body":""}"#,
        #"{"Records":[{"messageId":"m","receiptHandle":"h","body":"x","eventSource":"aws:sqs","attributes":{"MessageGroupId":"g"}}]}"#,
        #"{"detail-type":"Scheduled Event","source":"aws.events","time":"2026-01-01T00:00:00Z","resources":["a/b"],"detail":{}}"#,
    ]
}
