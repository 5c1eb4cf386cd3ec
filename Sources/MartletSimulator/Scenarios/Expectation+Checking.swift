import MartletCore

extension Expectation {
    /// What the conditions are held against.
    struct Evidence: Sendable {
        var simulator: TelegramSimulator
        var script: ModelScript
        var isRunning: Bool
    }

    /// Why it is not so; nil where it is.
    func failure(_ evidence: Evidence) -> String? {
        for condition in conditions {
            if let reason = failure(of: condition, evidence) { return "\(condition.name): \(reason)" }
        }
        return nil
    }

    private func failure(of condition: Condition, _ evidence: Evidence) -> String? {
        let simulator = evidence.simulator
        let value = condition.value
        switch condition.name {
        case "calls": return calls(value, simulator)
        case "silence_kept":
            let broken = simulator.messagesIntoSilence.count
            return (broken == 0) == (value.bool ?? true) ? nil : "\(broken) calls came into a silence"
        case "rate_limited":
            return number(value, simulator.calls.count { $0.status == 429 }, "calls were answered with 429")
        case "refused":
            let refused = simulator.calls.filter { ($0.status ?? 0) >= 400 && $0.status != 429 }
            let last = refused.last.map { ", the last \($0.method): \($0.refusal ?? "")" } ?? ""
            return number(value, refused.count, "calls were refused\(last)")
        case "unconfirmed": return number(value, simulator.unconfirmedCount, "updates are unconfirmed")
        case "running":
            return evidence.isRunning == value.bool ? nil : "the bot is \(evidence.isRunning ? "" : "not ")running"
        case "model": return model(value, evidence.script)
        case "bot_status":
            let status = simulator.look { $0.chats[chat]?.botStatus.rawValue ?? "unknown" }
            return status == value.string ? nil : "it is \(status)"
        case "menu":
            let menu = simulator.menu(languageCode: "")
            let missing = texts(value).filter { !menu.contains($0) }
            return missing.isEmpty ? nil : "missing \(missing.joined(separator: ", "))"
        case "draft":
            let drafts = simulator.drafts(in: chat)
            let wanted = value.string ?? value.text
            return drafts.contains { $0.contains(wanted) } ? nil : "the drafts are \(quoted(drafts))"
        default: return messages(condition.name, value, simulator.messages(in: chat), simulator)
        }
    }

    private func messages(
        _ name: String,
        _ value: JSONValue,
        _ messages: [SimulatedMessage],
        _ simulator: TelegramSimulator
    ) -> String? {
        let shown = messages.map(\.text)
        switch name {
        case "texts": return shown == texts(value) ? nil : "the messages are \(quoted(shown))"
        case "last":
            return shown.last == (value.string ?? value.text) ? nil : "the last message is \(quoted(shown.suffix(1)))"
        case "contains":
            let missing = texts(value).filter { wanted in !shown.contains { $0.contains(wanted) } }
            return missing.isEmpty ? nil : "nothing says \(quoted(missing)); the messages are \(quoted(shown))"
        case "absent":
            let everything =
                simulator.allMessages(in: chat).filter(\.isByBot).flatMap(\.message.texts)
                + simulator.drafts(in: chat)
            let found = texts(value).filter { unwanted in everything.contains { $0.contains(unwanted) } }
            return found.isEmpty ? nil : "\(quoted(found)) was shown"
        case "order":
            var rest = shown[...]
            for wanted in texts(value) {
                guard let index = rest.firstIndex(where: { $0.contains(wanted) }) else {
                    return "\(quoted([wanted])) does not come there; the messages are \(quoted(shown))"
                }
                rest = rest[(index + 1)...]
            }
            return nil
        case "whole":
            let all = shown.joined().filter { !$0.isWhitespace }
            let wanted = (value.string ?? value.text).filter { !$0.isWhitespace }
            return all == wanted ? nil : "all messages together are \(quoted([all]))"
        case "count": return number(value, messages.count, "messages")
        case "at_least":
            return messages.count >= value.integer ?? 0 ? nil : "there are \(messages.count) messages: \(quoted(shown))"
        case "at_most":
            return messages.count <= value.integer ?? 0 ? nil : "there are \(messages.count) messages: \(quoted(shown))"
        case "longest":
            let longest = shown.map(\.utf16.count).max() ?? 0
            return longest <= value.integer ?? 0 ? nil : "one is \(longest) long"
        case "edits_at_least":
            let count = messages.map(\.editCount).max() ?? 0
            return count >= value.integer ?? 0 ? nil : "no message was edited more than \(count) times"
        case "buttons":
            let buttons = messages.last?.buttons.flatMap { $0 }.compactMap { $0["text"]?.string } ?? []
            let missing = texts(value).filter { wanted in !buttons.contains { $0.contains(wanted) } }
            return missing.isEmpty ? nil : "the buttons are \(quoted(buttons))"
        case "whispers":
            let count = messages.count { $0.json["receiver_user"] != nil }
            return count == value.integer ?? 0 ? nil : "\(count) messages are for one person alone"
        case "replies_to_last":
            let last = simulator.allMessages(in: chat).last { !$0.isByBot }?.message.id
            return (messages.last?.replyTo == last) == (value.bool ?? true)
                ? nil : "it replies to \(messages.last?.replyTo ?? 0)"
        case "entities": return entities(value, messages.last)
        default: return "unknown"
        }
    }

    private func entities(_ value: JSONValue, _ message: SimulatedMessage?) -> String? {
        guard let message else { return "there is no message" }
        let formatted = FormattedText(text: message.text)
        for wanted in value.array ?? [] {
            let isThere = message.entities.contains { entity in
                let range = FormattedText.Entity(
                    type: entity["type"]?.string ?? "",
                    offset: Int(clamping: entity["offset"]?.integer ?? -1),
                    length: Int(clamping: entity["length"]?.integer ?? 0)
                )
                return range.type == wanted["type"]?.string
                    && (wanted["text"] == nil || formatted.text(of: range) == wanted["text"]?.string)
                    && (wanted["language"] == nil || entity["language"] == wanted["language"])
                    && (wanted["url"] == nil || entity["url"] == wanted["url"])
            }
            if !isThere { return "\(wanted.text) is not among \(JSONValue.array(message.entities).text)" }
        }
        return nil
    }

    private func calls(_ value: JSONValue, _ simulator: TelegramSimulator) -> String? {
        let count = simulator.calls(of: value["method"]?.string ?? "").count
        if let wanted = value["count"]?.integer, count != wanted { return "there were \(count)" }
        if let least = value["at_least"]?.integer, count < least { return "there were \(count)" }
        if let most = value["at_most"]?.integer, count > most { return "there were \(count)" }
        return nil
    }

    private func model(_ value: JSONValue, _ script: ModelScript) -> String? {
        if let wanted = value["asked"]?.integer, script.questionCount != wanted {
            return "it was asked \(script.questionCount) times"
        }
        if let wanted = value["finished"]?.integer, script.finishedCount != wanted {
            return "it finished \(script.finishedCount) answers"
        }
        let last = script.questions.last ?? []
        let prompt = last.map { ModelScript.text(of: $0) }.joined(separator: "\n")
        if let wanted = value["last_contains"] {
            let missing = texts(wanted).filter { !prompt.contains($0) }
            if !missing.isEmpty { return "its last prompt has no \(quoted(missing)): \(quoted([prompt]))" }
        }
        if let unwanted = value["last_lacks"] {
            let found = texts(unwanted).filter { prompt.contains($0) }
            if !found.isEmpty { return "its last prompt has \(quoted(found))" }
        }
        if let wanted = value["last_message_count"]?.integer, last.count != wanted {
            return "its last prompt has \(last.count) messages"
        }
        return nil
    }

    private func number(_ value: JSONValue, _ count: Int, _ name: String) -> String? {
        Int64(count) == value.integer ? nil : "\(count) \(name)"
    }

    private func texts(_ value: JSONValue) -> [String] {
        (value.array ?? [value]).map { $0.string ?? $0.text }
    }

    private func quoted(_ texts: some Collection<String>) -> String {
        texts.isEmpty
            ? "none" : texts.map { "\"\($0.count > 200 ? $0.prefix(200) + "…" : $0)\"" }.joined(separator: ", ")
    }
}
