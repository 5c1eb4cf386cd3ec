import MartletCore

/// What a value in a request may be, and how it becomes one of ours.
struct ValueKind<Value: Sendable>: Sendable {
    /// What is expected, with an article: `a number from 0 to 2`.
    let expectation: String
    /// Reads a value that is not null; the text is its place, such as `tools[0].function`.
    let read: @Sendable (JSONValue, String) throws(RequestFault) -> Value

    /// The error for a value of another type.
    static func wrongType(_ value: JSONValue, _ place: String, _ expectation: String) -> RequestFault {
        RequestFault(.wrongType, place, "'\(place)' must be \(expectation), but is \(value.kindName).")
    }

    /// The same kind with its values turned into others.
    func map<Other>(
        _ expectation: String? = nil,
        _ transform: @escaping @Sendable (Value, String) throws(RequestFault) -> Other
    ) -> ValueKind<Other> {
        let read = read
        return ValueKind<Other>(expectation: expectation ?? self.expectation) { value, place throws(RequestFault) in
            try transform(read(value, place), place)
        }
    }
}

extension ValueKind where Value == Bool {
    /// True or false.
    static var flag: ValueKind {
        ValueKind(expectation: "a boolean") { value, place throws(RequestFault) in
            guard case .bool(let flag) = value else { throw wrongType(value, place, "a boolean") }
            return flag
        }
    }
}

extension ValueKind where Value == Int {
    /// A whole number, also where it is written as `1.0`.
    static func integer(in range: ClosedRange<Int>) -> ValueKind {
        let expectation =
            range.upperBound >= Int(Int32.max)
            ? "an integer of at least \(range.lowerBound)" : "an integer from \(range)"
        return ValueKind(expectation: expectation) { value, place throws(RequestFault) in
            let number: Int
            switch value {
            case .integer(let exact): number = Int(exact)
            case .number(let rounded) where rounded.rounded() == rounded:
                guard let exact = Int(exactly: rounded) else {
                    let code = rounded < 0 ? RequestFault.Code.integerBelow : .integerAbove
                    throw RequestFault(code, place, "'\(place)' must be \(expectation), but has too many digits.")
                }
                number = exact
            default: throw wrongType(value, place, expectation)
            }
            guard number >= range.lowerBound else {
                throw RequestFault(.integerBelow, place, "'\(place)' must be \(expectation), but is less.")
            }
            guard number <= range.upperBound else {
                throw RequestFault(.integerAbove, place, "'\(place)' must be \(expectation), but is more.")
            }
            return number
        }
    }
}

extension ValueKind where Value == Double {
    /// A finite number.
    static func number(in range: ClosedRange<Double>) -> ValueKind {
        let expectation = "a number from \(shown(range.lowerBound)) to \(shown(range.upperBound))"
        return ValueKind(expectation: expectation) { value, place throws(RequestFault) in
            guard let number = value.number, number.isFinite else { throw wrongType(value, place, expectation) }
            guard number >= range.lowerBound else {
                throw RequestFault(.numberBelow, place, "'\(place)' must be \(expectation), but is less.")
            }
            guard number <= range.upperBound else {
                throw RequestFault(.numberAbove, place, "'\(place)' must be \(expectation), but is more.")
            }
            return number
        }
    }

    private static func shown(_ number: Double) -> String {
        Int(exactly: number).map { "\($0)" } ?? "\(number)"
    }
}

extension ValueKind where Value == String {
    /// A text of so many bytes in UTF-8.
    static func text(_ range: ClosedRange<Int> = 0...Int.max) -> ValueKind {
        ValueKind(expectation: "a string") { value, place throws(RequestFault) in
            guard case .string(let text) = value else { throw wrongType(value, place, "a string") }
            let count = text.utf8.count
            guard count >= range.lowerBound else {
                throw RequestFault(.emptyText, place, "'\(place)' must not be an empty string.")
            }
            guard count <= range.upperBound else {
                let message = "'\(place)' must have at most \(range.upperBound) bytes, but has \(count)."
                throw RequestFault(.longText, place, message)
            }
            return text
        }
    }

    /// A name of letters, digits, `_` and `-`, 1 to 64 of them.
    static var identifier: ValueKind {
        text(1...64).map("a name of letters, digits, '_' and '-'") { text, place throws(RequestFault) in
            let isSane = text.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
                case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"): true
                default: false
                }
            }
            guard isSane else {
                throw RequestFault(.wrongValue, place, "'\(place)' may have letters, digits, '_' and '-' only.")
            }
            return text
        }
    }
}

extension ValueKind where Value == JSONObject {
    /// An object, whatever its members.
    static var object: ValueKind {
        ValueKind(expectation: "an object") { value, place throws(RequestFault) in
            guard case .object(let members) = value else { throw wrongType(value, place, "an object") }
            return members
        }
    }
}

extension ValueKind where Value == [JSONValue] {
    /// An array of so many elements, whatever they are.
    static func array(_ range: ClosedRange<Int>) -> ValueKind {
        ValueKind(expectation: "an array") { value, place throws(RequestFault) in
            guard case .array(let elements) = value else { throw wrongType(value, place, "an array") }
            guard elements.count >= range.lowerBound else {
                throw RequestFault(.emptyArray, place, "'\(place)' must not be an empty array.")
            }
            guard elements.count <= range.upperBound else {
                let message = "'\(place)' must have at most \(range.upperBound) elements, but has \(elements.count)."
                throw RequestFault(.longArray, place, message)
            }
            return elements
        }
    }
}

extension ValueKind {
    /// An array of so many elements, each of one kind.
    static func array<Element>(_ range: ClosedRange<Int>, of kind: ValueKind<Element>) -> ValueKind
    where Value == [Element] {
        ValueKind<[JSONValue]>.array(range).map { elements, place throws(RequestFault) in
            var values: [Element] = []
            values.reserveCapacity(elements.count)
            for (index, element) in elements.enumerated() {
                values.append(try kind.read(element, "\(place)[\(index)]"))
            }
            return values
        }
    }

    /// One of some words.
    static func choice(_ type: Value.Type = Value.self) -> ValueKind
    where Value: CaseIterable & RawRepresentable, Value.RawValue == String {
        let words = Value.allCases.map { "'\($0.rawValue)'" }.joined(separator: ", ")
        let expectation = "one of \(words)"
        return ValueKind(expectation: expectation) { value, place throws(RequestFault) in
            guard case .string(let word) = value else { throw wrongType(value, place, expectation) }
            guard let found = Value(rawValue: word) else {
                throw RequestFault(.wrongValue, place, "'\(place)' must be \(expectation).")
            }
            return found
        }
    }
}
