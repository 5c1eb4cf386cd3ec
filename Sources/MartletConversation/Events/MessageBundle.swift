/// What ties a message to its neighbours, so that they can be answered as one.
public struct MessageBundle: Sendable, Hashable, Codable {
    /// The album it is part of.
    public var album: String?
    /// Whether it was forwarded.
    public var isForwarded: Bool
    /// Whether it is as long as a message can be, so that more of the same text may follow.
    public var isFull: Bool

    /// Makes a bundle.
    public init(album: String? = nil, isForwarded: Bool = false, isFull: Bool = false) {
        self.album = album
        self.isForwarded = isForwarded
        self.isFull = isFull
    }
}
