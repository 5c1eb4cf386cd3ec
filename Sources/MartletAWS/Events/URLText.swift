/// Parts of URLs in the form that they have on the wire.
enum URLText {
    /// A path: it begins with a slash, and what may not stand in one is percent-encoded.
    static func path(_ text: String) -> String {
        let encoded = encode(text, keeping: "/:@!$&'()*+,;=%")
        return encoded.hasPrefix("/") ? encoded : "/" + encoded
    }

    /// A query: what may not stand in one is percent-encoded.
    static func query(_ text: String) -> String { encode(text, keeping: "/?:@!$&'()*+,;=%") }

    /// A name or value of a query that is not encoded yet.
    static func component(_ text: String) -> String { encode(text, keeping: "") }

    private static func encode(_ text: String, keeping others: StaticString) -> String {
        let digits = Array("0123456789ABCDEF".utf8)
        var bytes: [UInt8] = []
        others.withUTF8Buffer { others in
            for byte in text.utf8 {
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                    UInt8(ascii: "~"):
                    bytes.append(byte)
                case _ where others.contains(byte): bytes.append(byte)
                default: bytes += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
                }
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
