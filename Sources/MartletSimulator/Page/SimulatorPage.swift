/// The page in which a person is everybody but the bot.
enum SimulatorPage {
    /// One file of the page.
    struct File: Sendable {
        var contentType: String
        var bytes: [UInt8]
    }

    /// The file at a path; nil where there is none.
    static func file(at path: String) -> File? {
        guard path == "/" else { return nil }
        let text = "A simulated Telegram. The interface is at /simulator/state, /simulator/events and /simulator/act.\n"
        return File(contentType: "text/plain; charset=utf-8", bytes: Array(text.utf8))
    }
}
