import ArgumentParser
import Foundation
import MartletEngine
import MartletTerminal

/// Whether and where prompts are kept on disk, so that nothing is computed twice after a restart.
struct SnapshotArguments: ParsableArguments {
    @Option(
        name: .customLong("snapshots"),
        help: ArgumentHelp(
            "Keep computed prompts in this directory, for this and later runs; default: martlet/snapshots in the cache "
                + "directory, for commands that go on talking.",
            valueName: "directory"
        ),
        completion: .directory
    )
    var directory: String?

    @Flag(name: .customLong("no-snapshots"), help: "Keep no prompts on disk.")
    var isOff = false

    @Option(
        name: .customLong("snapshot-limit"),
        help: ArgumentHelp(
            "Bytes of all kept prompts together, such as 2G or 500M; default: 4G, or a tenth of the free disk.",
            valueName: "size"
        )
    )
    var limit: ByteCount?

    mutating func validate() throws {
        guard !isOff || (directory == nil && limit == nil) else {
            throw ValidationError("--no-snapshots contradicts --snapshots and --snapshot-limit.")
        }
        guard directory != "" else { throw ValidationError("--snapshots needs the name of a directory.") }
    }

    /// The options for the engine, or nil when nothing is kept.
    ///
    /// - Parameters:
    ///   - byDefault: Whether prompts are kept when no directory is named.
    ///   - onWarning: Hears of trouble with the disk.
    func options(byDefault: Bool, onWarning: @escaping @Sendable (String) -> Void) -> SnapshotOptions? {
        guard !isOff, directory != nil || limit != nil || byDefault,
            let path = directory ?? Self.standardDirectory(environment: ProcessInfo.processInfo.environment)
        else { return nil }
        var options = SnapshotOptions(directory: path)
        options.byteLimit = limit?.value
        options.onWarning = onWarning
        return options
    }

    /// `$XDG_CACHE_HOME/martlet/snapshots`, else `~/.cache/martlet/snapshots`; nil where there is no home.
    static func standardDirectory(environment: [String: String]) -> String? {
        if let cache = environment["XDG_CACHE_HOME"], cache.hasPrefix("/") { return cache + "/martlet/snapshots" }
        guard let home = environment["HOME"], home.hasPrefix("/") else { return nil }
        return (home == "/" ? "" : home) + "/.cache/martlet/snapshots"
    }
}

extension SnapshotArguments {
    /// A number of bytes on the command line: `2G`, `500M`, `64K`, `2GiB` or bytes alone; units are powers of 1024.
    struct ByteCount: ExpressibleByArgument, Equatable {
        let value: Int

        init?(argument: String) {
            let digits = argument.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
            let shifts = ["": 0, "K": 10, "M": 20, "G": 30, "T": 40]
            var unit = argument.dropFirst(digits.count).uppercased()
            if unit.hasSuffix("IB") { unit.removeLast(2) } else if unit.hasSuffix("B") { unit.removeLast() }
            guard let number = Double(digits), let shift = shifts[unit] else { return nil }
            let bytes = number * Double(1 << shift)
            guard bytes >= 1, bytes < 0x1p62 else { return nil }
            value = Int(bytes)
        }
    }
}
