import FoundationEssentials
public import Logging
public import ServiceLifecycle

/// A file of keys that is read again when it changes.
public struct KeyFile: Service {
    /// Why a keys file can't be used.
    public struct Failure: Error, Sendable, CustomStringConvertible {
        /// The file, what is wrong with it, and the remedy; never a key.
        public var description: String
    }

    private let path: String
    private let others: AccessKeys
    private let ring: KeyRing
    private let logger: Logger

    /// Watches the file for `ring`.
    /// - Parameter others: Keys that are in force beside those of the file.
    public init(path: String, beside others: AccessKeys, for ring: KeyRing, logger: Logger) {
        self.path = path
        self.others = others
        self.ring = ring
        self.logger = logger
    }

    /// Reads the keys of a file, and `others` beside them.
    public static func read(path: String, beside others: AccessKeys = AccessKeys()) throws -> AccessKeys {
        let maximumSize = 1 << 20
        guard let data = FileManager.default.contents(atPath: path) else {
            throw Failure(description: "the keys file \(path) can't be read; check its place and its rights")
        }
        guard data.count <= maximumSize, let text = String(validating: data, as: UTF8.self) else {
            throw Failure(description: "the keys file \(path) is not UTF-8 text of at most 1 MiB")
        }
        var keys: AccessKeys
        do {
            keys = try AccessKeys(parsing: text)
        } catch {
            throw Failure(description: "the keys file \(path), \(error)")
        }
        for key in others.keys where !keys.add(key) {
            throw Failure(
                description: "the keys file \(path) has a key of the name \(key.name), and so has the environment; "
                    + "give one of them another name"
            )
        }
        return keys
    }

    /// Reads the file again; a file that can't be used leaves the keys in force that were.
    public func reload() {
        do {
            let keys = try Self.read(path: path, beside: others)
            ring.replace(with: keys)
            logger.notice("The keys were read again", metadata: ["keys.count": "\(keys.keys.count)"])
        } catch {
            logger.error("The keys stay as they were", metadata: ["keys.problem": "\(error)"])
        }
    }

    /// Looks every second whether the file has changed.
    public func run() async throws {
        do {
            try await cancelWhenGracefulShutdown {
                var seen = Self.fingerprint(path)
                while true {
                    try await Task.sleep(for: .seconds(1))
                    let current = Self.fingerprint(path)
                    guard current != seen else { continue }
                    seen = current
                    reload()
                }
            }
        } catch is CancellationError {
            // That is how it ends.
        }
    }

    /// What changes when the file does: its date, its size and its number.
    private static func fingerprint(_ path: String) -> [String] {
        guard let attributes = try? FileManager.default.attributesOfItem(atPath: path) else { return [] }
        let date = (attributes[.modificationDate] as? Date)?.timeIntervalSinceReferenceDate ?? 0
        return ["\(date)"] + [FileAttributeKey.size, .systemFileNumber].map { "\(attributes[$0] ?? 0)" }
    }
}
