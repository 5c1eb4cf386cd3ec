import Foundation
import MartletCore
import MartletEngine
import MartletTerminal

/// Whether the model loads, fits and answers.
struct ModelCheck {
    let options: ModelOptions
    /// The file; nil is the model in the box.
    let name: String?

    func findings() async -> [Finding] {
        let model: LocalModel
        do {
            let path = try name.map { try ModelOptions.path(named: $0) } ?? BoxedModel.path()
            let kind = try ModelKind(file: path)
            if kind != .decoder { return await EncoderCheck(options: options, path: path, kind: kind).findings() }
            model = try options.load(path: path)
        } catch {
            return [Finding(.failure, "model", "\(error)", remedy: "martlet pull --list names models to fetch.")]
        }
        let details = model.details
        var findings = [
            Finding(
                .ok,
                "model",
                "\(details.name), \(details.architecture), \(Quantity.bytes(details.fileByteCount)), "
                    + "context \(details.contextLength) of \(details.trainedContextLength)"
            )
        ]
        switch model.template {
        case .success(let template): findings.append(Finding(.ok, "template", template.origin))
        case .failure(let error):
            findings.append(
                Finding(
                    .notice,
                    "template",
                    "\(error)",
                    remedy: "Give one with --chat-template, or use generate --raw."
                )
            )
        }
        findings.append(fit(details))
        findings.append(await speed(model))
        return findings
    }

    /// Whether weights and cache fit the machine's memory.
    private func fit(_ details: LocalModelDetails) -> Finding {
        let need = details.fileByteCount + details.cacheByteCount
        let total = Int(clamping: ProcessInfo.processInfo.physicalMemory)
        let text = "needs \(Quantity.bytes(need)) with a full context"
        guard need > total / 10 * 9 else { return Finding(.ok, "fit", text) }
        return Finding(
            .notice,
            "fit",
            text + ", nearly all of this machine's \(Quantity.bytes(total)) or more",
            remedy: "Take a smaller format (martlet quantize), a shorter --context, or --kv-cache q8_0."
        )
    }

    private func speed(_ model: LocalModel) async -> Finding {
        do {
            let measured = try await model.measure(
                promptTokenCount: min(16, model.details.contextLength / 2),
                generatedTokenCount: min(8, model.details.contextLength / 4)
            )
            return Finding(
                .ok,
                "speed",
                "\(Quantity.short(measured.generatedTokensPerSecond)) tokens a second; martlet bench measures properly"
            )
        } catch {
            return Finding(.failure, "speed", "\(error)")
        }
    }
}
