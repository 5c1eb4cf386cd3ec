import Foundation
import MartletModel
import MartletTerminal

/// The processor and the memory.
enum MachineCheck {
    static func findings() -> [Finding] {
        [processors(), kernels(), memory()]
    }

    private static func processors() -> Finding {
        let visible = ProcessInfo.processInfo.processorCount
        let usable = ProcessorCount.available
        guard usable < visible else { return Finding(.ok, "processors", "\(usable)") }
        return Finding(.ok, "processors", "\(usable) of \(visible), as this process is limited to")
    }

    private static func kernels() -> Finding {
        let available = Decoder.availableKernels
        let best = available.last ?? "reference"
        if let forced = ProcessInfo.processInfo.environment["MARTLET_KERNELS"], !forced.isEmpty {
            guard available.contains(forced) else {
                return Finding(
                    .failure,
                    "kernels",
                    "MARTLET_KERNELS is '\(forced)', which this machine can't run",
                    remedy: "Unset it, or take one of: \(available.joined(separator: ", "))."
                )
            }
            return Finding(.notice, "kernels", "\(forced), as MARTLET_KERNELS says; the best would be \(best)")
        }
        guard best != "reference" else {
            return Finding(
                .notice,
                "kernels",
                "only the slow reference kernels run on this processor",
                remedy: "A processor with AVX2, or ARM with dot products, answers many times faster."
            )
        }
        return Finding(.ok, "kernels", best)
    }

    private static func memory() -> Finding {
        let total = Int(clamping: ProcessInfo.processInfo.physicalMemory)
        guard let available = availableByteCount() else { return Finding(.ok, "memory", Quantity.bytes(total)) }
        let text = "\(Quantity.bytes(available)) free of \(Quantity.bytes(total))"
        guard available < 512 << 20 else { return Finding(.ok, "memory", text) }
        return Finding(
            .notice,
            "memory",
            text,
            remedy:
                "Take a small model, or end other programs: weights that don't fit are read from disk for each token."
        )
    }

    /// `MemAvailable` of the system.
    private static func availableByteCount() -> Int? {
        guard let text = try? String(contentsOfFile: "/proc/meminfo", encoding: .utf8) else { return nil }
        for line in text.split(separator: "\n") where line.hasPrefix("MemAvailable:") {
            return line.split(separator: " ").dropFirst().first.flatMap { Int($0) }.map { $0 * 1024 }
        }
        return nil
    }
}
