import Foundation
import Testing

/// `martlet pack` in a process of its own.
@Suite("Packing models", .timeLimit(.minutes(1)))
struct PackProcessTests {
    @Test("takes away what was left by runs that were killed, and leaves what others are at")
    func leftovers() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "martlet-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        // A process that has ended, and one that runs.
        let (dead, living) = (Process(), ProcessInfo.processInfo.processIdentifier)
        dead.executableURL = URL(filePath: "/bin/true")
        try dead.run()
        dead.waitUntilExit()
        for name in ["packed.gguf", "packed.gguf.pack.outdated", "other.gguf"] {
            for process in [dead.processIdentifier, living] {
                try Data("half".utf8).write(to: folder.appending(path: "\(name).packing-\(process)"))
            }
        }
        let run = try MartletProgram.run(
            [
                "pack", root.appending(path: "Models/fledgling.gguf").path, folder.appending(path: "packed.gguf").path,
                "--quiet",
            ],
            environment: ["HOME": folder.path]
        )
        #expect(run.status == 0, "\(run.errors)")
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
        #expect(
            names
                == [
                    "other.gguf.packing-\(dead.processIdentifier)", "other.gguf.packing-\(living)", "packed.gguf",
                    "packed.gguf.pack.outdated.packing-\(living)", "packed.gguf.packing-\(living)",
                ].sorted()
        )
    }
}
