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

    /// The smallest limit of this process's control groups in bytes; nil where none limits.
    ///
    /// - Parameters:
    ///   - ownGroups: The text of `/proc/self/cgroup`.
    ///   - read: Gives a file's text, or nil.
    package static func groupLimit(ownGroups: String, read: (String) -> String?) -> Int? {
        var best: Int?
        for line in ownGroups.split(separator: "\n") {
            let fields = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
            guard fields.count == 3 else { continue }
            let controllers = fields[1].split(separator: ",")
            let (mount, file): (String, String)
            if fields[0] == "0" && controllers.isEmpty {
                (mount, file) = ("/sys/fs/cgroup", "/memory.max")
            } else if controllers.contains("memory") {
                (mount, file) = ("/sys/fs/cgroup/memory", "/memory.limit_in_bytes")
            } else {
                continue
            }
            for folder in ProcessorCount.ancestors(of: String(fields[2]), under: mount) {
                // "max" in version 2, and about 2^63 in version 1, stand for no limit.
                guard let text = read(folder + file), let limit = Int(text.prefix { $0.isNumber }), limit > 0 else {
                    continue
                }
                best = min(best ?? limit, limit)
            }
        }
        return best
    }
}
