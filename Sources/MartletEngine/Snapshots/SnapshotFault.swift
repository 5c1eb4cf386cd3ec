/// Why a snapshot's file can't be used.
enum SnapshotFault: Error, Equatable {
    /// There is no such file (any longer): somebody else made room.
    case missing
    /// It is another model's, or another version of Martlet wrote it.
    case foreign
    /// It is not what its header, its length or its checksums say; the text says which.
    case damaged(String)
    /// The system refused, with this `errno`.
    case system(Int32)
}
