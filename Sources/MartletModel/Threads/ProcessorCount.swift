#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// How many processors this process may really use.
///
/// A container on a large machine sees all its cores but gets the time of a few: threads beyond that only wait for
/// each other. So the smallest of the affinity mask and the cgroup quotas (version 1 and 2, this group and its
/// parents) counts.
public enum ProcessorCount {
    /// The count, at least 1; reads a few small files.
    public static var available: Int {
        var count = max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN))))
        if let mask = allowed(status: readText("/proc/self/status") ?? "") { count = min(count, mask) }
        if let quota = quota(ownGroups: readText("/proc/self/cgroup") ?? "", read: readText) {
            count = min(count, quota)
        }
        return max(1, count)
    }

    /// The processors in the affinity mask, from the text of `/proc/self/status`; nil where it isn't told.
    package static func allowed(status: String) -> Int? {
        guard let line = status.split(separator: "\n").first(where: { $0.hasPrefix("Cpus_allowed:") }) else {
            return nil
        }
        let bits = line.dropFirst("Cpus_allowed:".count).reduce(0) { $0 + ($1.hexDigitValue?.nonzeroBitCount ?? 0) }
        return bits > 0 ? bits : nil
    }

    /// The smallest quota of this process's control groups, in whole processors; nil where none limits.
    ///
    /// - Parameters:
    ///   - ownGroups: The text of `/proc/self/cgroup`.
    ///   - read: Gives a file's text, or nil.
    package static func quota(ownGroups: String, read: (String) -> String?) -> Int? {
        var best: Int?
        for line in ownGroups.split(separator: "\n") {
            let fields = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
            guard fields.count == 3 else { continue }
            let controllers = fields[1].split(separator: ",")
            if fields[0] == "0" && controllers.isEmpty {
                for folder in ancestors(of: String(fields[2]), under: "/sys/fs/cgroup") {
                    note(unifiedQuota(read(folder + "/cpu.max") ?? ""), in: &best)
                }
            } else if controllers.contains("cpu") {
                for mount in ["/sys/fs/cgroup/cpu", "/sys/fs/cgroup/cpu,cpuacct"] {
                    for folder in ancestors(of: String(fields[2]), under: mount) {
                        let quota = read(folder + "/cpu.cfs_quota_us").flatMap(leadingInteger)
                        let period = read(folder + "/cpu.cfs_period_us").flatMap(leadingInteger)
                        note(processors(quota: quota, period: period), in: &best)
                    }
                }
            }
        }
        return best
    }

    /// The quota in a `cpu.max` file: "max 100000" or "150000 100000".
    private static func unifiedQuota(_ text: String) -> Int? {
        let fields = text.split { $0 == " " || $0 == "\n" }
        guard fields.count == 2 else { return nil }
        return processors(quota: Int(fields[0]), period: Int(fields[1]))
    }

    /// Whole processors that a quota keeps busy; one that is partly used still helps.
    private static func processors(quota: Int?, period: Int?) -> Int? {
        guard let quota, let period, quota > 0, period > 0 else { return nil }
        let whole = quota / period
        return max(1, quota % period == 0 ? whole : whole + 1)
    }

    private static func note(_ count: Int?, in best: inout Int?) {
        guard let count else { return }
        best = min(best ?? count, count)
    }

    /// The group's folder and its parents' up to the mount.
    static func ancestors(of path: String, under mount: String) -> [String] {
        let parts = path.split(separator: "/").filter { $0 != ".." && $0 != "." }
        return (0...parts.count).map { ([mount] + parts.prefix($0).map(String.init)).joined(separator: "/") }
    }

    private static func leadingInteger(_ text: String) -> Int? {
        Int(text.prefix { $0.isNumber || $0 == "-" })
    }

    /// A small file's text; nil when it can't be read.
    static func readText(_ path: String) -> String? {
        guard let file = fopen(path, "r") else { return nil }
        defer { fclose(file) }
        var bytes = [UInt8](repeating: 0, count: 8192)
        let count = fread(&bytes, 1, bytes.count, file)
        return String(decoding: bytes.prefix(count), as: UTF8.self)
    }
}
