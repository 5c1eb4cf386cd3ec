/// Why the configuration cannot be used, and what to do about it; never with a secret in it.
package struct ConfigurationError: Error, Sendable, CustomStringConvertible {
    /// The kinds of failure.
    package struct Code: Sendable, Hashable {
        let name: String
        /// The file has a key that nothing reads.
        package static let unknownKey = Code(name: "unknownKey")
        /// A value is not what its key needs.
        package static let invalidValue = Code(name: "invalidValue")
        /// A value that is needed is not there.
        package static let missingValue = Code(name: "missingValue")
        /// A file cannot be read.
        package static let unreadableFile = Code(name: "unreadableFile")
    }

    /// The kind of failure.
    package var code: Code
    /// What happened, and the remedy.
    package var description: String
}
