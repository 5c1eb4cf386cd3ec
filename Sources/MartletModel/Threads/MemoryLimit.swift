#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// How much memory this process may really use.
///
/// A container on a large machine sees all its memory and is killed when it takes more than its share: the smallest of
/// the machine's memory and the cgroup limits (version 1 and 2, this group and its parents) counts.
public enum MemoryLimit {
    /// Bytes, at least 1; reads a few small files.
    public static var byteCount: Int {
        let pages = max(1, Int(sysconf(Int32(_SC_PHYS_PAGES))))
        let pageSize = max(1, Int(sysconf(Int32(_SC_PAGESIZE))))
        let (machine, overflow) = pages.multipliedReportingOverflow(by: pageSize)
        let ownGroups = ProcessorCount.readText("/proc/self/cgroup") ?? ""
        let group = groupLimit(ownGroups: ownGroups, read: ProcessorCount.readText)
        return min(overflow ? .max : machine, group ?? .max)
    }

    /// Bytes that files read now may take before they drive out anything but other files; reads a few small files.
    ///
    /// Where less than a model's file is left, reading all of it ahead would drive its own beginning out again.
    public static var availableByteCount: Int {
        let ownGroups = ProcessorCount.readText("/proc/self/cgroup") ?? ""
        let machine = (ProcessorCount.readText("/proc/meminfo") ?? "").split(separator: "\n")
            .first { $0.hasPrefix("MemAvailable:") }
            .flatMap { number(in: $0.dropFirst("MemAvailable:".count)) }
        let group = availableByteCount(ownGroups: ownGroups, read: ProcessorCount.readText)
        return min(machine.map { $0 << 10 } ?? byteCount, group ?? .max)
    }

    /// The smallest limit of this process's control groups in bytes; nil where none limits.
    ///
    /// - Parameters:
    ///   - ownGroups: The text of `/proc/self/cgroup`.
    ///   - read: Gives a file's text, or nil.
    package static func groupLimit(ownGroups: String, read: (String) -> String?) -> Int? {
        Group.all(ownGroups).compactMap { $0.limit(read) }.min()
    }

    /// What this process's control groups leave for files, in bytes; nil where none limits.
    ///
    /// - Parameters:
    ///   - ownGroups: The text of `/proc/self/cgroup`.
    ///   - read: Gives a file's text, or nil.
    package static func availableByteCount(ownGroups: String, read: (String) -> String?) -> Int? {
        Group.all(ownGroups).compactMap { group in
            group.limit(read).map { max(0, $0 - (group.bytesBesideFiles(read) ?? 0)) }
        }.min()
    }

    /// A control group that counts this process's memory.
    private struct Group {
        let folder: String
        let isUnified: Bool

        /// The own groups and their parents, of both versions.
        static func all(_ ownGroups: String) -> [Group] {
            var groups: [Group] = []
            for line in ownGroups.split(separator: "\n") {
                let fields = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
                guard fields.count == 3 else { continue }
                let controllers = fields[1].split(separator: ",")
                let isUnified = fields[0] == "0" && controllers.isEmpty
                guard isUnified || controllers.contains("memory") else { continue }
                let mount = isUnified ? "/sys/fs/cgroup" : "/sys/fs/cgroup/memory"
                groups += ProcessorCount.ancestors(of: String(fields[2]), under: mount).map {
                    Group(folder: $0, isUnified: isUnified)
                }
            }
            return groups
        }

        func limit(_ read: (String) -> String?) -> Int? {
            // "max" in version 2, and about 2^63 in version 1, stand for no limit.
            guard let text = read(folder + (isUnified ? "/memory.max" : "/memory.limit_in_bytes")),
                let limit = MemoryLimit.number(in: text[...]), limit > 0
            else { return nil }
            return limit
        }

        /// What the group takes, without the files, which give way.
        func bytesBesideFiles(_ read: (String) -> String?) -> Int? {
            guard let text = read(folder + (isUnified ? "/memory.current" : "/memory.usage_in_bytes")),
                let usage = MemoryLimit.number(in: text[...])
            else { return nil }
            let key = isUnified ? "file " : "total_cache "
            let files = (read(folder + "/memory.stat") ?? "").split(separator: "\n")
                .first { $0.hasPrefix(key) }
                .flatMap { MemoryLimit.number(in: $0.dropFirst(key.count)) }
            return max(0, usage - (files ?? 0))
        }
    }

    /// The digits at the start of a text, after spaces.
    private static func number(in text: Substring) -> Int? {
        Int(text.drop { $0 == " " }.prefix { $0.isASCII && $0.isNumber })
    }
}
