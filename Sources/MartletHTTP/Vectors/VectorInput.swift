import FoundationEssentials
import MartletCore

/// Vectors, metadata and identifiers as requests have them.
struct VectorInput {
    /// Bounds.
    let limits: VectorLimits

    /// A vector: numbers, or the base64 of little-endian 32-bit floats.
    func vector(_ value: JSONValue, _ place: String) throws(RequestFault) -> [Float] {
        let vector: [Float]
        switch value {
        case .array(let elements):
            var values: [Float] = []
            values.reserveCapacity(elements.count)
            for (index, element) in elements.enumerated() {
                guard let number = element.number else {
                    throw ValueKind<Double>.wrongType(element, "\(place)[\(index)]", "a number")
                }
                values.append(Float(number))
            }
            vector = values
        case .string(let text):
            guard let data = Data(base64Encoded: text), data.count % 4 == 0 else {
                throw RequestFault(.wrongValue, place, "'\(place)' is not the base64 of little-endian 32-bit floats.")
            }
            let bytes = [UInt8](data)
            vector = stride(from: 0, to: bytes.count, by: 4).map { start in
                let bits = (0..<4).reduce(UInt32(0)) { $0 | UInt32(bytes[start + $1]) << (8 * UInt32($1)) }
                return Float(bitPattern: bits)
            }
        default: throw ValueKind<[Float]>.wrongType(value, place, "an array of numbers")
        }
        guard !vector.isEmpty else { throw RequestFault(.emptyArray, place, "'\(place)' must not be empty.") }
        guard vector.count <= limits.width else {
            let message = "'\(place)' has \(vector.count) values, and a vector has at most \(limits.width)."
            throw RequestFault(.longArray, place, message)
        }
        guard vector.allSatisfy(\.isFinite) else {
            throw RequestFault(.wrongValue, place, "'\(place)' has a value that is no finite 32-bit float.")
        }
        return vector
    }

    /// An identifier of a record.
    var id: ValueKind<String> { .text(1...limits.idByteCount) }

    /// Identifiers, at most so many.
    func ids(_ range: ClosedRange<Int>) -> ValueKind<[String]> { .array(range, of: id) }

    /// A record's metadata: strings, numbers, truth values, and lists of one of these.
    ///
    /// - Parameter allowsNull: Whether a null stands for a field that goes away.
    func metadata(_ value: JSONValue, _ place: String, allowsNull: Bool = false) throws(RequestFault) -> JSONObject {
        let members = try ValueKind<JSONObject>.object.read(value, place)
        for member in members {
            let place = "\(place).\(member.name.prefix(64))"
            switch member.value {
            case .string, .bool, .integer, .number: continue
            case .null where allowsNull: continue
            case .array(let elements) where elements.allSatisfy(Self.isScalar): continue
            default:
                throw ValueKind<JSONObject>.wrongType(
                    member.value,
                    place,
                    "a string, a number, a boolean or a list of them"
                )
            }
        }
        return members
    }

    /// Whether a value is one that filters compare.
    static func isScalar(_ value: JSONValue) -> Bool {
        switch value {
        case .string, .bool, .integer, .number: true
        case .null, .array, .object: false
        }
    }
}
