/// Where the keys and values of prompts are kept between runs, and how many.
public struct SnapshotOptions: Sendable {
    /// The directory; made for this user only when there is none.
    ///
    /// nil keeps nothing, and only reads ``pack``. Several processes may share one.
    public var directory: String?
    /// Prompts that were packed with the model, which are read as well.
    public var pack: PromptPack?
    /// Bytes of all snapshots together, of all models; nil takes 4 GiB, or a tenth of what is free where that is less.
    ///
    /// The least recently used go first.
    public var byteLimit: Int?
    /// The shortest beginning of a text that is worth a file.
    ///
    /// Below a hundred tokens or so, opening files, checksums and
    /// one more file in the directory cost about what is saved.
    public var minimumTokenCount = 128
    /// Beginnings that this machine computes faster than this are not kept: a small model's are not worth the disk.
    public var minimumComputation = Duration.milliseconds(100)
    /// Bytes that may be on their way to the disk at a time; what doesn't fit waits a little and is then dropped.
    public var byteCountInFlight = 64 << 20
    /// How often the directory is looked at for what other processes have written.
    package var rescanInterval = Duration.seconds(1)
    /// How long the end of the engine waits for what is left to be copied.
    package var closingPatience = Duration.seconds(3)
    /// Hears once of each kind of trouble, such as a full disk, and of each damaged file; from any thread.
    ///
    /// Nothing else comes of trouble: prompts are computed as if there were no snapshots.
    public var onWarning: (@Sendable (String) -> Void)?

    /// Keeps snapshots in `directory`, or none.
    public init(directory: String?) {
        self.directory = directory
    }
}
