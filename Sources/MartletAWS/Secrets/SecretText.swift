import MartletCore

/// What is stored at a place: a secret, or a JSON object of several.
///
/// It shows itself nowhere.
struct SecretText: Sendable, Hashable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    private let text: String

    init(_ text: String) {
        self.text = text
    }

    var description: String { "<secret>" }
    var debugDescription: String { description }
    var customMirror: Mirror { Mirror(self, children: [:]) }

    /// The value of the key that a reference names, or the whole.
    /// - Throws: ``AWSError``, which names the reference and never the value.
    func value(of reference: SecretReference) throws(AWSError) -> Secret {
        func unusable(_ reason: String, remedy: String) -> AWSError {
            AWSError(code: AWSError.invalidRequest, message: "\(reference): the secret \(reason)", remedy: remedy)
        }
        let members = text.first { !$0.isWhitespace } == "{" ? (try? JSONValue(parsing: text.utf8))?.object : nil
        let names = members?.names.prefix(20).joined(separator: ", ") ?? ""
        var chosen = text
        switch (reference.key, members) {
        case (nil, nil): break
        case (nil, _?):
            throw unusable("is a JSON object with the keys \(names)", remedy: "Say which is meant: \(reference)#KEY")
        case (let key?, nil): throw unusable("is no JSON object", remedy: "Leave #\(key) away")
        case (let key?, let members?):
            guard let value = members[key] else {
                throw unusable("has no key \(key) but \(names)", remedy: "Name one of these behind the #")
            }
            guard let text = value.string ?? value.integer.map({ "\($0)" }) else {
                throw unusable("has no text at the key \(key)", remedy: "Store a text there")
            }
            chosen = text
        }
        guard let secret = Secret(chosen) else {
            throw unusable(
                "is empty or holds spaces or characters that no key has",
                remedy: "Store the key itself, or a JSON object and name its key behind a #"
            )
        }
        return secret
    }
}
