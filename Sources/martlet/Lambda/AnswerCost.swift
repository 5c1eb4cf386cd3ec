package import Foundation
import Logging
import MartletCore
import MartletCost

/// What one answer came to.
package struct AnswerCost: Sendable, Hashable {
    /// From the moment at which it was begun.
    package var duration: Duration
    /// Gigabyte-seconds of the function meanwhile.
    package var gigabyteSeconds: Double
    /// US dollars for them.
    package var functionDollars: Double
    /// US dollars for a hosted model.
    package var modelDollars: Double
    /// Tokens read and written.
    package var promptTokens: Int
    /// Of these, the written ones.
    package var generatedTokens: Int

    /// Makes a cost.
    package init(
        duration: Duration,
        gigabyteSeconds: Double,
        functionDollars: Double,
        modelDollars: Double,
        promptTokens: Int,
        generatedTokens: Int
    ) {
        self.duration = duration
        self.gigabyteSeconds = gigabyteSeconds
        self.functionDollars = functionDollars
        self.modelDollars = modelDollars
        self.promptTokens = promptTokens
        self.generatedTokens = generatedTokens
    }

    /// Both bills.
    package var dollars: Double { functionDollars + modelDollars }

    /// For the log: numbers only.
    var metadata: Logger.Metadata {
        [
            "cost.duration_ms": "\(duration.milliseconds)", "cost.gigabyte_seconds": "\(rounded(gigabyteSeconds))",
            "cost.function": "\(Dollars(functionDollars))", "cost.model": "\(Dollars(modelDollars))",
            "cost.total": "\(Dollars(dollars))", "generation.prompt_tokens": "\(promptTokens)",
            "generation.tokens": "\(generatedTokens)",
        ]
    }

    private func rounded(_ value: Double) -> Double { (value * 1000).rounded() / 1000 }
}

extension AnswerCost {
    init(_ duration: Duration, usage: Usage?, _ cost: FunctionCost) {
        self.init(
            duration: duration,
            gigabyteSeconds: cost.gigabyteSeconds(duration),
            functionDollars: cost.dollars(duration),
            modelDollars: usage?.cost ?? 0,
            promptTokens: usage?.promptTokenCount ?? 0,
            generatedTokens: usage?.generatedTokenCount ?? 0
        )
    }

    /// A line in CloudWatch's embedded metric format: written to the log, it becomes metrics without a call to anybody.
    package func metricLine(function: String, at date: Date) -> String {
        func metric(_ name: String, _ unit: String) -> JSONValue { ["Name": .string(name), "Unit": .string(unit)] }
        let line: JSONValue = [
            "_aws": [
                "Timestamp": .integer(Int64(date.timeIntervalSince1970 * 1000)),
                "CloudWatchMetrics": [
                    [
                        "Namespace": "Martlet", "Dimensions": [["FunctionName"]],
                        "Metrics": [
                            metric("AnswerDuration", "Milliseconds"), metric("AnswerGigabyteSeconds", "None"),
                            metric("AnswerDollars", "None"), metric("PromptTokens", "Count"),
                            metric("GeneratedTokens", "Count"),
                        ],
                    ]
                ],
            ],
            "FunctionName": .string(function), "AnswerDuration": .integer(Int64(duration.milliseconds)),
            "AnswerGigabyteSeconds": .number(gigabyteSeconds), "AnswerDollars": .number(dollars),
            "PromptTokens": .integer(Int64(promptTokens)), "GeneratedTokens": .integer(Int64(generatedTokens)),
        ]
        return line.text
    }
}

extension Duration {
    /// In whole milliseconds, rounded up.
    var milliseconds: Int { Int((self / .milliseconds(1)).rounded(.up)) }
}
