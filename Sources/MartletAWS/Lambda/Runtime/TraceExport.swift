#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// The trace of the invocation in the process's environment, where libraries of AWS look for it.
enum TraceExport {
    private static let name = "_X_AMZN_TRACE_ID"

    /// Sets the variable; no trace is an empty one.
    ///
    /// The environment belongs to the process: this is for runtimes that handle one invocation at a time.
    @Sendable
    static func set(_ traceID: String?) {
        _ = setenv(name, traceID ?? "", 1)
    }
}
