import Foundation
import MartletWeights

/// A folder of its own for a test, gone when the test is.
final class TemporaryFolder {
    let path: String

    /// Makes the folder; `inMemory` for tests that write thousands of files, where the system has a place for that.
    init(inMemory: Bool = false) throws {
        let memory = "/dev/shm/"
        let base = inMemory && FileManager.default.isWritableFile(atPath: memory) ? memory : NSTemporaryDirectory()
        path = base + "martlet-weights-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit {
        try? FileManager.default.removeItem(atPath: path)
    }

    /// The path of a file in the folder.
    func file(_ name: String) -> String { path + "/" + name }

    /// Writes a file and returns its path.
    func write(_ bytes: [UInt8], as name: String = "model.gguf") throws -> String {
        // A fresh file each time: some file systems flush one that is cut short and written again.
        try? FileManager.default.removeItem(atPath: file(name))
        try Data(bytes).write(to: URL(fileURLWithPath: file(name)))
        return file(name)
    }

    /// The names of all files in the folder.
    var names: [String] { (try? FileManager.default.contentsOfDirectory(atPath: path).sorted()) ?? [] }

    /// The bytes of a file in the folder.
    func read(_ name: String) throws -> [UInt8] {
        Array(try Data(contentsOf: URL(fileURLWithPath: file(name))))
    }

    /// Writes a file and opens it as a model.
    func open(_ bytes: [UInt8]) throws -> GGUFFile {
        try GGUFFile.open(path: try write(bytes))
    }
}

/// The bytes of a fixture beside the tests.
func fixture(_ name: String) throws -> [UInt8] {
    Array(try Data(contentsOf: Bundle.module.bundleURL.appendingPathComponent("Fixtures/" + name)))
}
