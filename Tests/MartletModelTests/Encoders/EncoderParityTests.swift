import MartletModel
import MartletWeights
import Testing

/// Encoders against Hugging Face transformers (NomicBERT against its description).
@Suite("Encoders agree with transformers")
struct EncoderParityTests {
    @Test("every row of every text, alone and together", arguments: EncoderFixture.names, Decoder.availableKernels)
    func rows(name: String, kernels: String) throws {
        let fixture = try EncoderFixture(name)
        let encoder = try Encoder(file: fixture.file, options: .small { $0.kernels = kernels })
        let together = try encoder.rows(of: fixture.texts)
        for (index, text) in fixture.texts.enumerated() {
            let alone = try encoder.rows(of: [text])[0]
            #expect(largestDifference(alone, fixture.rows[index]) < 1e-4, "text \(index) alone")
            #expect(largestDifference(together[index], fixture.rows[index]) < 1e-4, "text \(index) among others")
        }
    }

    @Test("any number of threads gives the same rows", arguments: EncoderFixture.names, [2, 3])
    func threads(name: String, count: Int) throws {
        let fixture = try EncoderFixture(name)
        let one = try Encoder(file: fixture.file, options: .small())
        let more = try Encoder(file: fixture.file, options: .small { $0.threadCount = count })
        let expected = try one.rows(of: fixture.texts)
        for _ in 0..<5 { #expect(try more.rows(of: fixture.texts) == expected) }
    }

    @Test("texts that workers read alone have the same rows", arguments: EncoderFixture.names, [2, 3])
    func alone(name: String, count: Int) throws {
        let fixture = try EncoderFixture(name)
        let texts = (0..<40).flatMap { _ in fixture.texts }.prefix(120)
        let encoders = try [1, count].map { threads in
            try Encoder(
                file: fixture.file,
                options: .small {
                    $0.threadCount = threads
                    $0.maximumRowCount = 8192
                }
            )
        }
        // From few texts, which all workers read together, to many groups of them.
        for count in [1, 2, 3, 7, 20, 64, texts.count] {
            let expected = try encoders[0].rows(of: Array(texts.prefix(count)))
            for _ in 0..<3 { #expect(try encoders[1].rows(of: Array(texts.prefix(count))) == expected) }
        }
    }

    @Test(
        "an unpacked copy of the weights gives the same rows",
        arguments: EncoderFixture.names,
        Decoder.availableKernels
    )
    func unpacked(name: String, kernels: String) throws {
        let fixture = try EncoderFixture(name)
        let file = try fixture.converted(to: .q8_0)
        for threadCount in [1, 2] {
            let encoders = try [0, .max].map { limit in
                try Encoder(
                    file: file,
                    options: .small {
                        $0.kernels = kernels
                        $0.threadCount = threadCount
                        $0.unpackedByteLimit = limit
                    }
                )
            }
            // The copy is made with the second batch.
            for _ in 0..<3 {
                let rows = try encoders.map { try $0.rows(of: fixture.texts) }
                for (found, expected) in zip(rows[1], rows[0]) {
                    #expect(largestDifference(found, expected) < 1e-5)
                }
            }
        }
    }

    @Test("vectors of 8-bit weights point the same way", arguments: EncoderFixture.names, Decoder.availableKernels)
    func quantised(name: String, kernels: String) throws {
        let fixture = try EncoderFixture(name)
        let file = try fixture.converted(to: .q8_0)
        let encoder = try Encoder(file: file, options: .small { $0.kernels = kernels })
        for (found, expected) in zip(try encoder.rows(of: fixture.texts), fixture.rows) {
            let width = encoder.configuration.width
            let means = [found, expected].map { rows in
                (0..<width).map { i in stride(from: i, to: rows.count, by: width).reduce(Float(0)) { $0 + rows[$1] } }
            }
            #expect(cosineSimilarity(means[0], means[1]) > 0.999)
        }
    }

    @Test("a cross-encoder's scores", arguments: Decoder.availableKernels)
    func scores(kernels: String) throws {
        let fixture = try EncoderFixture("cross-encoder")
        let encoder = try Encoder(file: fixture.file, options: .small { $0.kernels = kernels })
        let head = try RankHead(file: fixture.file, width: encoder.configuration.width, kernels: kernels)
        var batch = EncoderBatch()
        for text in fixture.texts { batch.append(tokens: text.tokens, types: text.types) }
        let rows = try encoder.encode(batch)
        let found = batch.texts.map { head.score(of: rows, first: $0.lowerBound) }
        #expect(largestDifference(found, fixture.scores) < 1e-4)
    }
}
