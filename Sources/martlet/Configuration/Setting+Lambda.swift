extension Setting {
    /// Everything that can be set for `martlet lambda`.
    static let lambda: [Setting] = [
        lambdaMode, handlerTimeout, queueURL, maximumReceives, gigabyteSecondsPerDay, lambdaMetrics, lambdaStreams,
        emulatorPort,
    ]

    static let lambdaMode = Setting(
        key: "lambda.mode",
        environmentName: "LAMBDA_MODE",
        option: "--mode",
        summary: "what the function is: one, front, worker, request or api"
    )
    static let handlerTimeout = Setting(
        key: "lambda.handlerTimeout",
        environmentName: "HANDLER_TIMEOUT",
        option: "--handler-timeout",
        summary: "seconds that an answer within Telegram's own request may take, 1 to 55"
    )
    static let queueURL = Setting(
        key: "lambda.queueURL",
        environmentName: "LAMBDA_QUEUE_URL",
        option: "--queue-url",
        summary: "the SQS FIFO queue between front and worker, https://…/name.fifo"
    )
    static let maximumReceives = Setting(
        key: "lambda.maximumReceives",
        environmentName: "LAMBDA_MAXIMUM_RECEIVES",
        summary: "how often a worker gets a message before it gives it up; the maxReceiveCount of the queue, 2 to 1000"
    )
    static let gigabyteSecondsPerDay = Setting(
        key: "lambda.gigabyteSecondsPerDay",
        environmentName: "LAMBDA_GB_SECONDS_PER_DAY",
        summary: "gigabyte-seconds that the bot's answers may take a day, all of them together"
    )
    static let lambdaMetrics = Setting(
        key: "lambda.metrics",
        environmentName: "LAMBDA_METRICS",
        summary: "whether every answer's cost is written as a CloudWatch metric; on where AWS runs it"
    )
    static let lambdaStreams = Setting(
        key: "lambda.streams",
        environmentName: "LAMBDA_STREAMS",
        summary:
            "whether the API answers piece by piece, for function URLs with InvokeMode RESPONSE_STREAM; on in mode api"
    )
    static let emulatorPort = Setting(
        key: "lambda.emulatorPort",
        environmentName: "LAMBDA_EMULATOR_PORT",
        option: "--port",
        summary: "the port to listen at where nobody but this machine runs the function"
    )
}
