import FoundationEssentials

/// What the process uses of its machine.
struct ProcessFigures: Sendable, Hashable {
    /// Bytes of its memory that are in RAM.
    var residentByteCount: Int
    /// Bytes of its address space.
    var virtualByteCount: Int
    /// Files and sockets that it holds open.
    var openFileCount: Int

    /// Reads the figures of this process; nil where the system has no `/proc`.
    static func current() -> ProcessFigures? {
        guard let data = FileManager.default.contents(atPath: "/proc/self/status") else { return nil }
        var figures = ProcessFigures(residentByteCount: 0, virtualByteCount: 0, openFileCount: 0)
        for line in String(decoding: data, as: UTF8.self).split(separator: "\n") {
            let words = line.split(whereSeparator: { $0 == " " || $0 == "\t" })
            guard words.count >= 2, let kilobytes = Int(words[1]) else { continue }
            if words[0] == "VmRSS:" { figures.residentByteCount = kilobytes * 1024 }
            if words[0] == "VmSize:" { figures.virtualByteCount = kilobytes * 1024 }
        }
        figures.openFileCount = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count) ?? 0
        return figures
    }

    /// Writes the figures under the names that Prometheus' own libraries give them.
    func write(to text: inout PrometheusText) {
        text.gauge("process_resident_memory_bytes", "Memory in RAM.", [([], Double(residentByteCount))])
        text.gauge("process_virtual_memory_bytes", "Address space.", [([], Double(virtualByteCount))])
        text.gauge("process_open_fds", "Open files and sockets.", [([], Double(openFileCount))])
    }
}
