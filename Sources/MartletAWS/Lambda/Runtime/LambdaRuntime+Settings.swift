extension LambdaRuntime {
    /// How a runtime goes about its work.
    public struct Settings: Sendable {
        /// How many invocations are handled at a time: more than one on Managed Instances only.
        public var loopCount = 1
        /// Whether streams go to the caller as they are written; a front door that doesn't stream needs `buffered`.
        public var streamMode = LambdaResponder.StreamMode.buffered
        /// How long the start-up may hold up the first `/next`; Lambda ends an initialisation after 10 seconds.
        public var handOver: Duration {
            get { times.handOver }
            set { times.handOver = newValue }
        }
        /// How long before an invocation's deadline its handler is cancelled.
        public var deadlineMargin: Duration {
            get { times.margin }
            set { times.margin = newValue }
        }
        /// Whether Lambda is asked to send SIGTERM before it ends the environment, by registering as an extension that hears of
        /// nothing else.
        public var wantsStopNotice = false
        /// How long running invocations may go on after ``LambdaRuntime/stop()``.
        ///
        /// Lambda ends the process half a second after SIGTERM, or 2 seconds after it where another extension is registered.
        public var gracePeriod: Duration {
            get { times.grace }
            set { times.grace = newValue }
        }
        var times = RuntimeMachine.Times()
        /// Takes each invocation's trace, before it is handled.
        var exportTraceID: @Sendable (String?) -> Void = { _ in }
        /// Ends the process, when a handler goes on after its time.
        var abandon: @Sendable (LambdaError) -> Void = RuntimeExit.now

        /// Makes the standard settings: one invocation at a time, nothing streamed.
        public init() {}

        /// The settings for Lambda itself: it is asked to give notice before it ends the environment, and what its environment
        /// says of concurrency counts (`AWS_LAMBDA_MAX_CONCURRENCY`).
        ///
        /// With one invocation at a time, its trace is exported as `_X_AMZN_TRACE_ID`.
        public init(environment: [String: String]) {
            wantsStopNotice = true
            times.grace = StopNotice.gracePeriod
            if let count = environment["AWS_LAMBDA_MAX_CONCURRENCY"].flatMap({ Int($0) }), (1...1024).contains(count) {
                loopCount = count
            }
            if loopCount == 1 { exportTraceID = TraceExport.set }
        }
    }
}
