/// When a file's weights are read: before they are used, or when they are used.
public enum ReadingMode: String, Sendable, CaseIterable {
    /// Ahead of their use wherever they aren't in memory yet.
    case auto
    /// All ahead of their use, also what is in memory, which then costs no time at its first use.
    case eager
    /// When they are first used.
    case lazy
}

/// How a file's weights are read.
public struct ReadingOptions: Sendable {
    /// When they are read.
    public var mode = ReadingMode.auto
    /// Threads that read side by side; they mostly wait for the disk.
    public var threadCount = 4
    /// Bytes that are read ahead at most, so that what was read is not driven out again by what follows it.
    public var byteLimit = Int.max
    /// Gets each mebibyte of the file that was read from the disk, by its number, from several threads.
    ///
    /// The bytes are those of the mapping. What was in memory before doesn't come.
    public var onCell: (@Sendable (_ number: Int, _ bytes: UnsafeRawBufferPointer) -> Void)?

    /// The defaults.
    public init() {}
}
