import FoundationEssentials

/// What is known of a published file, and so of the bytes that a partial download holds.
struct RemoteIdentity: Codable, Hashable, Sendable {
    /// The address that was asked for, before redirections.
    var source: String
    /// The strong entity tag of the server that sent the bytes.
    var entityTag: String?
    /// The SHA-256 that the hub states for the file.
    var sha256: String?
    /// The file's size.
    var byteCount: Int?

    /// Whether bytes fetched earlier can be told from those of a changed file.
    var isVerifiable: Bool { entityTag != nil || sha256 != nil }

    /// Whether a server's present answer may be about other bytes than this.
    ///
    /// The hub's checksum decides where both sides have one, for servers of the same file give it different tags.
    func isChanged(_ now: RemoteIdentity) -> Bool {
        if let byteCount, let other = now.byteCount, byteCount != other { return true }
        if let sha256, let other = now.sha256 { return sha256 != other }
        if let entityTag, let other = now.entityTag { return entityTag != other }
        return entityTag != nil || sha256 != nil
    }
}

/// `Content-Range`: which bytes a partial answer holds.
struct ContentRange: Equatable {
    /// The first byte's place; nil when the server only states the size.
    var start: Int?
    /// The whole file's size; nil when the server doesn't know it.
    var total: Int?

    /// Reads `bytes 5-9/10`, `bytes 5-9/*` or `bytes */10`.
    init?(_ header: String) {
        let words = header.split(separator: " ")
        guard words.count == 2, words[0].lowercased() == "bytes" else { return nil }
        let parts = words[1].split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2 else { return nil }
        if parts[1] != "*" {
            guard let total = Int(parts[1]), total >= 0 else { return nil }
            self.total = total
        }
        if parts[0] != "*" {
            let ends = parts[0].split(separator: "-", omittingEmptySubsequences: false)
            guard ends.count == 2, let first = Int(ends[0]), let last = Int(ends[1]), first >= 0, last >= first else {
                return nil
            }
            start = first
        }
    }
}

enum Header {
    /// The SHA-256 in the hub's `X-Linked-Etag`, or nil when it is something else.
    static func sha256(linkedTag: String) -> String? {
        let digits = linkedTag.hasPrefix("W/") ? linkedTag.dropFirst(2) : linkedTag[...]
        let bare = digits.trimming { $0 == "\"" }.lowercased()
        return bare.utf8.count == 64 && bare.utf8.allSatisfy(isHexDigit) ? bare : nil
    }

    /// A strong entity tag as it stands, or nil for a weak one.
    static func strongTag(_ tag: String?) -> String? {
        guard let tag, tag.hasPrefix("\""), tag.hasSuffix("\""), tag.utf8.count > 2 else { return nil }
        return tag
    }

    static func isHexDigit(_ byte: UInt8) -> Bool {
        (48...57).contains(byte) || (97...102).contains(byte)
    }
}

extension Substring {
    fileprivate func trimming(_ matches: (Character) -> Bool) -> Substring {
        var rest = self
        while let first = rest.first, matches(first) { rest.removeFirst() }
        while let last = rest.last, matches(last) { rest.removeLast() }
        return rest
    }
}
