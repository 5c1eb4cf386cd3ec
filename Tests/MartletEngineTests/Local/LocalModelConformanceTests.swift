import Foundation
import MartletCore
import MartletEngine
import MartletTestSupport
import Testing

@Suite("A local model behaves as every language model does")
struct LocalModelConformanceTests {
    /// Behaviours whose scenario the model in the box can be had in: nobody can make it fail, hang or say a given word.
    @Test(
        "keeps to the table of behaviours",
        arguments: [
            ModelConformance.endsOnce, .accountsForTokens, .endsAtTokenLimit, .answersSeveralAtOnce, .countsTokens,
        ]
    )
    func behaviour(behaviour: ModelConformance) async throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../../Models")
        var options = LocalModelOptions()
        options.threadCount = 2
        let model = try LocalModel.load(path: root.appending(path: "fledgling.gguf").path, options: options)
        let findings = try await behaviour.findings { _, check in
            let subject = ModelConformance.Subject(model) {
                model.statistics.activeRequestCount + model.statistics.waitingRequestCount == 0
            }
            return try await check(subject)
        }
        #expect(findings.isEmpty, "\(behaviour.rawValue): \(findings)")
    }
}
