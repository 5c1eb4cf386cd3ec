import Foundation
import MartletHub
import MartletStore
import MartletTerminal

/// The folders that Martlet writes to.
enum StorageCheck {
    static func findings(environment: [String: String]) -> [Finding] {
        let models = ModelDirectory.standard(environment: environment)
        let store = SQLiteConversationStore.standardPath(environment: environment)
        let count = models.models().count
        return [
            check("models", folder: models.path, note: "\(count) model\(count == 1 ? "" : "s") in \(models.path)"),
            check("store", folder: (store as NSString).deletingLastPathComponent, note: store),
        ]
    }

    /// Whether `folder`, or the nearest folder above it that exists, can be written to and has room.
    private static func check(_ subject: String, folder: String, note: String) -> Finding {
        let manager = FileManager.default
        var existing = folder
        while !manager.fileExists(atPath: existing), existing != "/", !existing.isEmpty {
            existing = (existing as NSString).deletingLastPathComponent
        }
        guard manager.isWritableFile(atPath: existing) else {
            return Finding(
                .failure,
                subject,
                "\(existing) can't be written to",
                remedy:
                    "Change its owner, or choose another place: MARTLET_MODELS for models, MARTLET_STORE_PATH for chats."
            )
        }
        let attributes = try? manager.attributesOfFileSystem(forPath: existing)
        if let free = (attributes?[.systemFreeSize] as? NSNumber)?.intValue, free < 1 << 30 {
            return Finding(.notice, subject, "\(note); only \(Quantity.bytes(free)) free there", remedy: "Make room.")
        }
        return Finding(.ok, subject, note)
    }
}
