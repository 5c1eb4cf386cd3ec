/// What a function does with its invocations.
public protocol LambdaHandling: Sendable {
    /// Deals with an invocation.
    ///
    /// It responds once, may go on working afterwards, and returns when the next invocation may come: until then the
    /// environment runs, and is billed. The task is cancelled shortly before the invocation's deadline, and when the
    /// process is told to stop and its grace period is over; a handler that does not return then is ended with the process.
    ///
    /// - Throws: What it throws before it responded becomes the invocation's error, which makes callers and queues try
    ///   again; what it throws in a streamed response ends the stream with that error; what it throws afterwards is
    ///   logged. Returning without a response is an error too, since the caller would take an empty answer for a success:
    ///   respond with no bytes where there is nothing to say.
    func handle(_ invocation: LambdaInvocation, responding responder: LambdaResponder) async throws
}
