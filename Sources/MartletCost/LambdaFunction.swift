/// How a function is set up.
public struct LambdaFunction: Sendable, Hashable, Codable {
    /// The processor that it runs on.
    public enum Architecture: String, Sendable, Hashable, Codable, CaseIterable {
        /// 64-bit ARM (Graviton).
        case arm64
        /// 64-bit x86.
        case x86 = "x86_64"
    }

    /// The processor.
    public var architecture: Architecture
    /// Memory in megabytes, 128 to 10,240; processors come in proportion.
    public var memoryMegabytes: Int
    /// Scratch disk in megabytes.
    public var storageMegabytes: Int
    /// Environments that are kept ready all month; cold starts are then counted for nobody.
    public var readyCount: Int

    /// Makes a set-up.
    public init(
        architecture: Architecture = .arm64,
        memoryMegabytes: Int,
        storageMegabytes: Int = 512,
        readyCount: Int = 0
    ) {
        self.architecture = architecture
        self.memoryMegabytes = memoryMegabytes
        self.storageMegabytes = storageMegabytes
        self.readyCount = readyCount
    }

    /// What memory can be set to, in megabytes.
    public static let memoryRange = 128...10_240

    /// Memory as it is billed: a gigabyte has 1,024 megabytes.
    public var gigabytes: Double { Double(memoryMegabytes) / 1024 }

    /// The processors that the memory brings: one for each 1,769 MB.
    public var processorCount: Double { Double(memoryMegabytes) / 1769 }
}
