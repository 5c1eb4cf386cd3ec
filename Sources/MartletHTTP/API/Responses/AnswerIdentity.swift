import FoundationEssentials
import MartletCore

/// What every part of an answer repeats.
struct AnswerIdentity: Sendable {
    /// The answer's id.
    var id: String
    /// When it was begun, in seconds since 1970.
    var created: Int64
    /// The served model's id.
    var model: String
    /// Stands for everything beside the request that an answer with a seed depends on.
    var fingerprint: String

    /// Makes an identity with a fresh id.
    init(_ kind: String, _ served: ServedModel) {
        id = Self.freshID(kind)
        created = Int64(Date.now.timeIntervalSince1970)
        model = served.id
        fingerprint = Self.fingerprint(of: served)
    }

    /// An id of the form `chatcmpl-…`, with 144 random bits.
    static func freshID(_ kind: String) -> String {
        let alphabet = Array("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789".utf8)
        var generator = SystemRandomNumberGenerator()
        var bytes = Array(kind.utf8)
        for _ in 0..<24 { bytes.append(alphabet[Int.random(in: 0..<alphabet.count, using: &generator)]) }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func fingerprint(of served: ServedModel) -> String {
        let text =
            "\(served.id)\n\(served.information.name)\n\(served.information.contextLength)\n\(served.defaultSampling)"
        // FNV-1a, which unlike Swift's hashes is the same in every process.
        let hash = text.utf8.reduce(0xCBF2_9CE4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01B3 }
        let digits = String(hash, radix: 16)
        return "fp_" + String(repeating: "0", count: 16 - digits.count) + digits
    }
}
