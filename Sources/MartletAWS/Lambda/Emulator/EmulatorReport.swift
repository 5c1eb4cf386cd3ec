import FoundationEssentials

/// The line that Lambda writes to its log at the end of each invocation.
public struct EmulatorReport: Sendable, Hashable {
    /// The invocation.
    public var requestID: String
    /// From handing it to the runtime until the runtime asks for the next one.
    public var duration: Duration
    /// How long the start took, for the first invocation after one.
    public var initDuration: Duration?
    /// What the function may use.
    public var memoryMegabytes: Int
    /// The most that the runtime's process has used; nil where nobody knows.
    public var maximumMemoryMegabytes: Int?
    /// What went wrong, such as `timeout`.
    public var status: String?

    /// Makes a report.
    public init(
        requestID: String,
        duration: Duration,
        initDuration: Duration? = nil,
        memoryMegabytes: Int,
        maximumMemoryMegabytes: Int? = nil,
        status: String? = nil
    ) {
        self.requestID = requestID
        self.duration = duration
        self.initDuration = initDuration
        self.memoryMegabytes = memoryMegabytes
        self.maximumMemoryMegabytes = maximumMemoryMegabytes
        self.status = status
    }

    /// What is paid for: each millisecond that has begun, the start's too.
    public var billedMilliseconds: Int {
        Int(((duration + (initDuration ?? .zero)) / .milliseconds(1)).rounded(.up))
    }

    /// The line, its parts between tabs.
    public var line: String {
        var parts = [
            "REPORT RequestId: \(requestID)", "Duration: \(Self.decimals(duration / .milliseconds(1))) ms",
            "Billed Duration: \(billedMilliseconds) ms", "Memory Size: \(memoryMegabytes) MB",
        ]
        if let maximumMemoryMegabytes { parts.append("Max Memory Used: \(maximumMemoryMegabytes) MB") }
        if let initDuration { parts.append("Init Duration: \(Self.decimals(initDuration / .milliseconds(1))) ms") }
        if let status { parts.append("Status: \(status)") }
        return parts.joined(separator: "\t")
    }

    /// A number with two decimals.
    static func decimals(_ number: Double) -> String {
        let hundredths = Int((number * 100).rounded())
        let rest = hundredths % 100
        return "\(hundredths / 100).\(rest < 10 ? "0" : "")\(rest)"
    }
}

/// What the kernel knows of a process.
enum ProcessMemory {
    /// The most memory that a process has had, in MB; nil where the kernel doesn't say.
    static func peakMegabytes(of processID: Int32) -> Int? {
        guard let text = try? String(contentsOfFile: "/proc/\(processID)/status", encoding: .utf8) else { return nil }
        for line in text.split(separator: "\n") where line.hasPrefix("VmHWM:") {
            let words = line.split(whereSeparator: \.isWhitespace)
            return words.count > 1 ? Int(words[1]).map { ($0 + 1023) / 1024 } : nil
        }
        return nil
    }
}
