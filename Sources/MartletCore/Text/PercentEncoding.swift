/// Percent-encoding as strict readers, AWS among them, want it: everything but letters, digits and `-._~`, in capitals.
package enum PercentEncoding {
    /// Encodes a text's UTF-8.
    ///
    /// - Parameter kept: Characters beside the unreserved ones that stay as they are.
    package static func encode(_ text: String, keeping kept: String = "") -> String {
        encode(bytes: Array(text.utf8), keeping: kept)
    }

    /// Encodes bytes.
    package static func encode(bytes: [UInt8], keeping kept: String = "") -> String {
        var result: [UInt8] = []
        for byte in bytes {
            let isUnreserved =
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                    UInt8(ascii: "~"):
                    true
                default: kept.utf8.contains(byte)
                }
            if isUnreserved {
                result.append(byte)
            } else {
                let digits = String(byte, radix: 16, uppercase: true)
                result += (byte < 16 ? "%0\(digits)" : "%\(digits)").utf8
            }
        }
        return String(decoding: result, as: UTF8.self)
    }

    /// The bytes of a text with its percent signs resolved; a sign without two hexadecimal digits stays.
    package static func decode(_ text: String) -> [UInt8] {
        let bytes = Array(text.utf8)
        var result: [UInt8] = []
        var index = 0
        while index < bytes.count {
            if bytes[index] == UInt8(ascii: "%"), index + 2 < bytes.count,
                let high = Character(Unicode.Scalar(bytes[index + 1])).hexDigitValue,
                let low = Character(Unicode.Scalar(bytes[index + 2])).hexDigitValue
            {
                result.append(UInt8(high * 16 + low))
                index += 3
            } else {
                result.append(bytes[index])
                index += 1
            }
        }
        return result
    }
}
