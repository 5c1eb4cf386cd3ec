import MartletCore
import MartletHTTP
import NIOCore
import Testing

@Suite("Vectors as text")
struct VectorTextTests {
    private func text(_ vector: [Float]) -> String {
        var buffer = ByteBuffer()
        buffer.writeJSON(vector)
        return String(buffer: buffer)
    }

    @Test("are short where a short text names the number")
    func short() {
        #expect(text([]) == "[]")
        #expect(text([0, -0.0, 1, -1, 0.5, 0.1, 1234.5]) == "[0.0,-0.0,1.0,-1.0,0.5,0.1,1234.5]")
        #expect(text([1e-6, 3e38]) == "[1e-06,3e+38]")
        #expect(text([-.greatestFiniteMagnitude]) == "[-3.4028235e+38]")
    }

    @Test("name the same numbers again, whether they are read as floats or through doubles")
    func round() throws {
        var values: [Float] = [
            .leastNonzeroMagnitude, .leastNormalMagnitude, .greatestFiniteMagnitude, .pi, .ulpOfOne, 16_777_216,
            0.999_999_94, 9.999_999e-6, 999_999_936, 1_000_000_000,
        ]
        for exponent in -149...127 {
            let power = Float(sign: .plus, exponent: exponent, significand: 1)
            values += [power, power.nextUp, power.nextDown]
        }
        for exponent in -44...38 {
            guard let power = Float("1e\(exponent)") else { continue }
            values += [power, power.nextUp, power.nextDown]
        }
        // Every sort of bit pattern, the same each time.
        var state: UInt64 = 1
        for _ in 0..<50_000 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            let value = Float(bitPattern: UInt32(truncatingIfNeeded: state >> 32))
            if value.isFinite { values.append(value) }
            values.append(Float(Int32(truncatingIfNeeded: state >> 32)) / Float(Int32.max) * 0.2)
        }
        values = values.filter(\.isFinite)
        let written = text(values).dropFirst().dropLast().split(separator: ",")
        #expect(written.count == values.count)
        var wrong: [Float] = []
        for (value, text) in zip(values, written) {
            let isSame = Float(text)?.bitPattern == value.bitPattern
            let isSameThroughDouble = Double(text).map { Float($0).bitPattern } == value.bitPattern
            if !isSame || !isSameThroughDouble || text.utf8.count > 16 { wrong.append(value) }
        }
        #expect(wrong.isEmpty, "\(wrong.prefix(5))")
        let parsed = try JSONValue(parsing: text(values).utf8)
        #expect(parsed.array?.count == values.count)
    }

    @Test("are the bytes of their numbers in base64, the least significant first")
    func base64() {
        #expect(String(decoding: Base64.encode([Float](repeating: 1, count: 2)), as: UTF8.self) == "AACAPwAAgD8=")
        for count in 0..<20 {
            let vector = (0..<count).map { Float($0) * -0.37 }
            let text = Base64.encode(vector)
            #expect(Base64.decodeVector(text) == vector)
            #expect(text.count == (count * 4 + 2) / 3 * 4)
        }
        for text in ["AAAA", "AA=A", "A", "!!!!", "ÄÄÄÄ"] {
            #expect(Base64.decodeVector(text.utf8)?.isEmpty != false, "\(text)")
        }
    }
}
