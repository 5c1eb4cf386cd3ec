/// The ids of requests.
enum RequestIdentity {
    /// The id that a client gave, where it can stand in a log: 1 to 128 of `A-Z a-z 0-9 . _ - :`.
    static func accepted(_ text: String?) -> String? {
        guard let text, (1...128).contains(text.utf8.count) else { return nil }
        let isSane = text.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"),
                UInt8(ascii: ":"):
                true
            default: false
            }
        }
        return isSane ? text : nil
    }

    /// A new id, `req_` and 96 random bits.
    static func make() -> String {
        var bytes: [UInt8] = []
        for _ in 0..<12 { bytes.append(.random(in: .min ... .max)) }
        return "req_" + bytes.hexadecimal
    }
}
