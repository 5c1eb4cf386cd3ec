#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

extension LambdaEmulator {
    /// What runs as the function.
    public enum Runtime: Sendable {
        /// A program that the emulator starts, ends when it takes too long, and starts again: as Lambda does.
        case program(String, arguments: [String], environment: [String: String])
        /// Whatever asks for invocations, such as a runtime in the same process.
        case external
    }

    /// What the emulated function is.
    public struct Settings: Sendable {
        /// Where callers find it; `0.0.0.0` lets others than this machine in.
        public var host = "127.0.0.1"
        /// The port for callers; 0 takes any free one.
        public var port = 8080
        /// Whether callers may hand over events themselves; otherwise every path is the function URL's.
        public var takesEvents = true
        /// The port of the Runtime API, on this machine only; 0 takes any free one.
        public var runtimePort = 0
        /// The function's name.
        public var functionName = "function"
        /// Its version.
        public var functionVersion = "$LATEST"
        /// How much memory it may use; said to it, and in the log.
        public var memoryMegabytes = 3008
        /// How long an invocation may take.
        public var timeout = Duration.seconds(300)
        /// How long a start may take before the first invocation is asked for.
        public var initLimit = Duration.seconds(10)
        /// How long the program may take to end when it is asked to.
        public var stopLimit = Duration.seconds(2)
        /// Takes the lines of the log.
        public var log: @Sendable (String) -> Void = { line in
            let bytes = Array("\(line)\n".utf8)
            _ = write(STDERR_FILENO, bytes, bytes.count)
        }

        /// Makes the settings that AWS's own emulator has where it is told nothing.
        public init() {}

        /// Takes what the variables of AWS's emulator say: `AWS_LAMBDA_FUNCTION_TIMEOUT`, `_NAME`, `_VERSION` and
        /// `_MEMORY_SIZE`.
        ///
        /// - Throws: ``LambdaError`` for a number that is none.
        public init(environment: [String: String]) throws(LambdaError) {
            func value(_ name: String) -> String? {
                environment["AWS_LAMBDA_FUNCTION_\(name)"].flatMap { $0.isEmpty ? nil : $0 }
            }
            func number(_ name: String, in range: ClosedRange<Int>) throws(LambdaError) -> Int? {
                guard let text = value(name) else { return nil }
                guard let number = Int(text), range.contains(number) else {
                    throw LambdaError(
                        .setting,
                        "AWS_LAMBDA_FUNCTION_\(name) is no number from \(range.lowerBound) to \(range.upperBound)"
                    )
                }
                return number
            }
            if let name = value("NAME") { functionName = name }
            if let version = value("VERSION") { functionVersion = version }
            if let size = try number("MEMORY_SIZE", in: 1...1_000_000) { memoryMegabytes = size }
            if let seconds = try number("TIMEOUT", in: 1...86_400) { timeout = .seconds(seconds) }
        }

        var functionARN: String { "arn:aws:lambda:us-east-1:012345678912:function:\(functionName)" }

        /// What Lambda tells a function's process.
        func variables(api: String) -> [String: String] {
            [
                "AWS_LAMBDA_RUNTIME_API": api, "AWS_LAMBDA_FUNCTION_NAME": functionName,
                "AWS_LAMBDA_FUNCTION_VERSION": functionVersion,
                "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "\(memoryMegabytes)",
                "AWS_LAMBDA_LOG_GROUP_NAME": "/aws/lambda/\(functionName)",
                "AWS_LAMBDA_LOG_STREAM_NAME": functionVersion, "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
            ]
        }
    }
}
