import MartletCore

/// The members of an object in a request, read by declared fields; what no field has read is unknown at the end.
///
/// A member that is null counts as left out, whatever its name, because clients send whole objects with nulls in them.
final class RequestFields {
    private let members: JSONObject
    private let place: String
    private var seenNames: Set<String> = []

    /// Reads the members of `object`, which stands at `place`; the body itself stands at an empty one.
    init(_ object: JSONObject, at place: String = "") {
        members = object
        self.place = place
    }

    /// Where a member stands, such as `stream_options.include_usage`.
    func place(of name: String) -> String { place.isEmpty ? name : "\(place).\(name)" }

    /// Whether there is no member but nulls.
    var isEmpty: Bool { members.allSatisfy { $0.value == .null } }

    /// Whether a member is there and not null.
    func has(_ name: String) -> Bool { raw(name) != nil }

    /// A member as it stands, or nil for a missing one and for null.
    func raw(_ name: String) -> JSONValue? {
        seenNames.insert(name)
        guard let value = members[name], value != .null else { return nil }
        return value
    }

    /// A member's value, or nil where it is left out.
    func value<Value>(_ field: Field<Value>) throws(RequestFault) -> Value? {
        var found: (name: String, value: JSONValue)?
        for name in [field.name] + field.otherNames {
            guard let value = raw(name) else { continue }
            if let found {
                let message = "'\(place(of: found.name))' and '\(place(of: name))' mean the same; give one of them."
                throw RequestFault(.wrongValue, place(of: name), message)
            }
            found = (name, value)
        }
        guard let found else { return nil }
        return try field.kind.read(found.value, place(of: found.name))
    }

    /// A member's value.
    ///
    /// - Throws: A fault for one that is left out too.
    func required<Value>(_ field: Field<Value>) throws(RequestFault) -> Value {
        if let value = try value(field) { return value }
        let place = place(of: field.name)
        throw RequestFault(.missing, place, "'\(place)' is missing; it must be \(field.kind.expectation).")
    }

    /// The members of an object within this one.
    func fields(_ name: String) throws(RequestFault) -> RequestFields? {
        guard let object = try value(Field(name, .object)) else { return nil }
        return RequestFields(object, at: place(of: name))
    }

    /// Takes note of members that change nothing about the answer.
    func accept(_ names: String...) {
        seenNames.formUnion(names)
    }

    /// Refuses a member that asks for what isn't done here.
    func refuse(_ name: String, _ remedy: String) throws(RequestFault) {
        guard raw(name) != nil else { return }
        throw RequestFault(.unsupported, place(of: name), "'\(place(of: name))' is not supported. \(remedy)")
    }

    /// Refuses what no field has read, naming the field that may have been meant.
    func finish() throws(RequestFault) {
        for member in members where member.value != .null && !seenNames.contains(member.name) {
            let place = place(of: String(member.name.prefix(64)))
            var message = "'\(place)' is not known here."
            if let near = nearest(to: member.name) { message += " Was '\(near)' meant?" }
            throw RequestFault(.unknown, place, message)
        }
    }

    private func nearest(to name: String) -> String? {
        guard name.utf8.count <= 64 else { return nil }
        let candidates = seenNames.map { ($0, editDistance($0, name)) }
        return candidates.filter { $0.1 <= max(1, name.utf8.count / 4) }.min { ($0.1, $0.0) < ($1.1, $1.0) }?.0
    }
}

/// Insertions, deletions and replacements of bytes that turn one text into the other.
///
/// - Complexity: O(product of both lengths).
private func editDistance(_ first: String, _ second: String) -> Int {
    let second = Array(second.utf8)
    var row = Array(0...second.count)
    for (line, byte) in first.utf8.enumerated() {
        var diagonal = row[0]
        row[0] = line + 1
        for column in 0..<second.count {
            let replaced = diagonal + (byte == second[column] ? 0 : 1)
            diagonal = row[column + 1]
            row[column + 1] = min(replaced, row[column] + 1, diagonal + 1)
        }
    }
    return row[second.count]
}
