extension KnownModel {
    /// All of them, longer names of a family before shorter ones.
    public static let all: [KnownModel] = openAI + anthropic + bedrock

    private static let openAI = rows(
        "openai",
        date: "2026-11-05",
        source: "https://developers.openai.com/api/docs/pricing",
        [
            ("gpt-5.4-mini", 400_000, 0.75, 0.075, 4.50),
            ("gpt-5.4", 400_000, 2.50, 0.25, 15.00),
            ("gpt-5-mini", 400_000, 0.25, 0.025, 2.00),
            ("gpt-5-nano", 400_000, 0.05, 0.005, 0.40),
            ("gpt-5", 400_000, 1.25, 0.125, 10.00),
            ("gpt-4.1-mini", 1_047_576, 0.40, 0.10, 1.60),
            ("gpt-4.1-nano", 1_047_576, 0.10, 0.025, 0.40),
            ("gpt-4.1", 1_047_576, 2.00, 0.50, 8.00),
            ("gpt-4o-mini", 128_000, 0.15, 0.075, 0.60),
            ("gpt-4o", 128_000, 2.50, 1.25, 10.00),
            ("gpt-3.5-turbo", 16_385, 0.50, nil, 1.50),
        ]
    )

    private static let anthropic = rows(
        "anthropic",
        date: "2026-10-10",
        source: "https://platform.claude.com/docs/en/about-claude/pricing",
        writeFactor: 1.25,
        [
            ("claude-opus-4-8", 200_000, 5, 0.50, 25),
            ("claude-opus-4-7", 200_000, 5, 0.50, 25),
            ("claude-opus-4-6", 200_000, 5, 0.50, 25),
            ("claude-opus-4-5", 200_000, 5, 0.50, 25),
            ("claude-opus-4-1", 200_000, 15, 1.50, 75),
            ("claude-opus-5", 200_000, 5, 0.50, 25),
            ("claude-sonnet-5", 200_000, 2, 0.20, 10),
            ("claude-sonnet-4-6", 200_000, 3, 0.30, 15),
            ("claude-sonnet-4-5", 200_000, 3, 0.30, 15),
            ("claude-haiku-4-5", 200_000, 1, 0.10, 5),
            ("claude-3-5-haiku", 200_000, 0.80, 0.08, 4),
        ]
    )

    private static let bedrock = rows(
        "bedrock",
        date: "2026-11-21",
        source: "https://pristren.com/blog/amazon-nova-micro-ultra-fast",
        [
            ("amazon.nova-micro", 128_000, 0.035, nil, 0.14),
            ("amazon.nova-lite", 300_000, 0.06, nil, 0.24),
        ]
    )

    /// Rows of name, context length, and US dollars for a million tokens of input, cached input and output.
    private static func rows(
        _ provider: String,
        date: String,
        source: String,
        writeFactor: Double? = nil,
        _ rows: [(String, Int, Double, Double?, Double)]
    ) -> [KnownModel] {
        rows.map { name, contextLength, input, cached, output in
            KnownModel(
                provider: provider,
                name: name,
                contextLength: contextLength,
                prices: ModelPrices(
                    input: input,
                    cachedInput: cached,
                    writtenInput: writeFactor.map { $0 * input },
                    output: output
                ),
                date: date,
                source: source
            )
        }
    }
}
