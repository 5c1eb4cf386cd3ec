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
        /// How long running invocations may go on after ``LambdaRuntime/stop()``; Lambda ends the process after 2 seconds.
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

        /// Takes what Lambda's environment says: `AWS_LAMBDA_MAX_CONCURRENCY`.
        ///
        /// With one invocation at a time, its trace is exported as `_X_AMZN_TRACE_ID`.
        public init(environment: [String: String]) {
            if let count = environment["AWS_LAMBDA_MAX_CONCURRENCY"].flatMap({ Int($0) }), (1...1024).contains(count) {
                loopCount = count
            }
            if loopCount == 1 { exportTraceID = TraceExport.set }
        }
    }
}
