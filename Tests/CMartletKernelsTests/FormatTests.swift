import CMartletKernels
import Testing

@Suite("Weight formats")
struct FormatTests {
    @Test(
        "gives each block its size in GGUF files",
        arguments: [
            ("F32", 0, 1, 4), ("F16", 1, 1, 2), ("BF16", 30, 1, 2),
            ("Q4_0", 2, 32, 18), ("Q4_1", 3, 32, 20), ("Q5_0", 6, 32, 22), ("Q5_1", 7, 32, 24), ("Q8_0", 8, 32, 34),
            ("Q2_K", 10, 256, 84), ("Q3_K", 11, 256, 110), ("Q4_K", 12, 256, 144), ("Q5_K", 13, 256, 176),
            ("Q6_K", 14, 256, 210), ("IQ4_NL", 20, 32, 18), ("IQ4_XS", 23, 256, 136),
        ] as [(String, UInt32, Int, Int)]
    )
    func blockSizes(name: String, number: UInt32, length: Int, bytes: Int) throws {
        let traits = try #require(martlet_format_traits_of(number)).pointee
        #expect(String(cString: traits.name) == name)
        #expect(traits.block_length == length)
        #expect(traits.block_bytes == bytes)
        #expect(traits.format.rawValue == number)
    }

    @Test("knows no other number", arguments: [4, 5, 9, 15, 16, 24, 29, 31, 1000, UInt32.max] as [UInt32])
    func unknownNumbers(number: UInt32) {
        #expect(martlet_format_traits_of(number) == nil)
    }

    @Test("lists every format once")
    func list() {
        var names: [String] = []
        while let traits = martlet_format_traits_at(names.count) {
            names.append(String(cString: traits.pointee.name))
        }
        #expect(names.count == 15)
        #expect(Set(names).count == names.count)
    }
}
