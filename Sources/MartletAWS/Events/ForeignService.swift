import MartletCore

/// A service whose events Martlet has nothing to do with, told from one of its events.
struct ForeignService {
    /// Its name, as AWS writes it.
    let name: String

    init?(sending event: JSONValue) {
        guard event.object != nil else { return nil }
        let found =
            Self.source(of: event)
            ?? Self.marks.first { mark in mark.fields.allSatisfy { Self.has($0, in: event) } }?.name
        guard let found else { return nil }
        name = found
    }

    /// Whether an event has a member at a path such as `Details/ContactData`.
    private static func has(_ path: String, in event: JSONValue) -> Bool {
        path.split(separator: "/").reduce(Optional(event)) { $0?.object?[String($1)] } != nil
    }

    /// Who sends records, bus events and messages of brokers: they say it themselves.
    private static func source(of event: JSONValue) -> String? {
        if let records = event["Records"]?.array {
            let sources = records.prefix(16).map { $0["eventSource"]?.string ?? $0["EventSource"]?.string }
            if let first = sources.first(where: { $0 != "aws:sqs" }), let source = first { return name(of: source) }
            return nil
        }
        if let source = event["eventSource"]?.string { return name(of: source) }
        if event["detail-type"] != nil, let source = event["source"]?.string, !ScheduleEvent.sources.contains(source) {
            return "Amazon EventBridge (\(shown(source)))"
        }
        if event["requestContext"]?["connectionId"] != nil || event["requestContext"]?["messageDirection"] != nil {
            return "API Gateway's WebSocket API"
        }
        return nil
    }

    private static func name(of source: String) -> String {
        names[source] ?? "the source \(shown(source))"
    }

    /// The source's own name, where it can stand in an error.
    private static func shown(_ source: String) -> String {
        let isSane = source.utf8.count <= 64 && source.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F }
        return isSane ? source : "with a strange name"
    }

    private static let names: [String: String] = [
        "aws:s3": "Amazon S3", "aws:sns": "Amazon SNS", "aws:ses": "Amazon SES", "aws:dynamodb": "Amazon DynamoDB",
        "aws:kinesis": "Amazon Kinesis", "aws:codecommit": "AWS CodeCommit", "aws:kafka": "Amazon MSK",
        "SelfManagedKafka": "Apache Kafka", "aws:rmq": "Amazon MQ for RabbitMQ", "aws:amq": "Amazon MQ for ActiveMQ",
        "aws:docdb": "Amazon DocumentDB",
    ]

    /// The members by which events of other services are told; the first that fits counts.
    ///
    /// Few enough to leave direct calls their freedom, many enough that no such event is taken for one.
    private static let marks: [(name: String, fields: [String])] = [
        ("an authorizer of API Gateway", ["methodArn"]), ("an authorizer of API Gateway", ["routeArn", "type"]),
        ("Amazon CloudWatch Logs", ["awslogs"]), ("Amazon Data Firehose", ["deliveryStreamArn", "records"]),
        ("Amazon Kinesis Data Analytics", ["applicationArn", "records"]),
        ("Amazon Cognito", ["triggerSource", "userPoolId"]),
        ("Amazon Cognito Sync", ["datasetName", "identityPoolId"]),
        ("AWS Config", ["configRuleName", "invokingEvent"]), ("AWS CodePipeline", ["CodePipeline.job"]),
        ("AWS CodeDeploy", ["DeploymentId", "LifecycleEventHookExecutionId"]),
        ("Amazon Connect", ["Details/ContactData"]), ("Amazon Lex", ["currentIntent", "bot"]),
        ("Amazon Lex", ["sessionState", "bot"]), ("AWS Secrets Manager", ["SecretId", "ClientRequestToken", "Step"]),
        ("Amazon S3 Batch Operations", ["invocationSchemaVersion", "tasks"]),
        ("Amazon S3 Object Lambda", ["xAmzRequestId", "userRequest"]),
        ("AWS Client VPN", ["connection-id", "endpoint-id"]), ("AWS IoT 1-Click", ["deviceEvent", "deviceInfo"]),
        ("AWS IoT", ["serialNumber", "clickType", "batteryVoltage"]),
        ("AWS IoT", ["protocolData", "signatureVerified"]),
        ("AWS IoT", ["claimCertificateId", "templateArn"]), ("AWS AppSync", ["authorizationToken", "requestContext"]),
        ("AWS CloudFormation", ["RequestType", "ResponseURL", "StackId"]),
        ("Amazon Bedrock Agents", ["messageVersion", "agent/alias", "actionGroup"]),
        ("an Alexa skill", ["session/application", "request/type"]),
    ]
}
