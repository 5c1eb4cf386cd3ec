import MartletCore

extension World {
    mutating func setMyCommands(_ call: MethodCall) throws(Refusal) -> JSONValue {
        let key = try MenuKey(call)
        let list = try call.structured("commands", "can't parse commands JSON array")
        guard let commands = list?.array else { throw .badRequest("commands are not specified") }
        guard commands.count <= 100 else { throw .badRequest("BOT_COMMANDS_TOO_MUCH") }
        for command in commands {
            let name = command["command"]?.string ?? ""
            let isName =
                (1...32).contains(name.utf8.count)
                && name.utf8.allSatisfy { byte in
                    (0x61...0x7A).contains(byte) || (0x30...0x39).contains(byte) || byte == UInt8(ascii: "_")
                }
            guard isName else { throw .badRequest("BOT_COMMAND_INVALID") }
            guard (1...256).contains(command["description"]?.string?.count ?? 0) else {
                throw .badRequest("BOT_COMMAND_DESCRIPTION_INVALID")
            }
            guard command["is_ephemeral"].map({ $0.bool != nil }) ?? true else {
                throw .badRequest("can't parse commands JSON array")
            }
        }
        menus[key] = commands
        journal.append("menu", key.json(commands))
        return true
    }

    func getMyCommands(_ call: MethodCall) throws(Refusal) -> JSONValue {
        .array(menus[try MenuKey(call)] ?? [])
    }

    mutating func deleteMyCommands(_ call: MethodCall) throws(Refusal) -> JSONValue {
        let key = try MenuKey(call)
        menus[key] = nil
        journal.append("menu", key.json([]))
        return true
    }

    /// `setMyDescription`, `setMyShortDescription` and `setMyName`, each for a language.
    mutating func setText(
        _ call: MethodCall,
        _ name: String,
        maximum: Int,
        _ path: WritableKeyPath<BotProfile, [String: String]>
    ) throws(Refusal) -> JSONValue {
        let text = call[name]?.string ?? ""
        guard text.count <= maximum else { throw .badRequest("BOT_\(name.uppercased())_TOO_LONG") }
        bot[keyPath: path][call["language_code"]?.string ?? ""] = text
        journal.append("bot", bot.pageJSON)
        return true
    }

    func getText(
        _ call: MethodCall,
        _ name: String,
        _ path: WritableKeyPath<BotProfile, [String: String]>
    ) -> JSONValue {
        let texts = bot[keyPath: path]
        return .object([name: .string(texts[call["language_code"]?.string ?? ""] ?? texts[""] ?? "")])
    }

    func getFile(_ call: MethodCall) throws(Refusal) -> JSONValue {
        guard let id = call["file_id"]?.string, !id.isEmpty else { throw .badRequest("file_id is not specified") }
        guard let file = files[file: id] else {
            throw .badRequest("wrong file_id or the file is temporarily unavailable")
        }
        guard file.bytes.count <= FileShelf.maximumDownloadByteCount else { throw .badRequest("file is too big") }
        return .object(file.json.merging(["file_path": .string(file.path)]))
    }

    // MARK: Webhook

    mutating func setWebhook(_ call: MethodCall) throws(Refusal) -> JSONValue {
        let url = call["url"]?.string ?? ""
        if url.isEmpty { return try deleteWebhook(call) }
        let lower = url.lowercased()
        // A local server takes plain HTTP and any port; the cloud would not.
        guard lower.hasPrefix("https://") || lower.hasPrefix("http://"), AutomaticEntities.isLink(url) else {
            throw .badRequest("bad webhook: An HTTPS URL must be provided for webhook")
        }
        var settings = WebhookSettings()
        settings.url = url
        if let secret = call["secret_token"]?.string, !secret.isEmpty {
            let isPlain = secret.utf8.allSatisfy { byte in
                let character = Character(Unicode.Scalar(byte))
                return character.isASCII
                    && (character.isLetter || character.isNumber || character == "_" || character == "-")
            }
            guard secret.utf8.count <= 256 else { throw .badRequest("secret token is too long") }
            guard isPlain else { throw .badRequest("secret token contains unallowed characters") }
            settings.secretToken = secret
        }
        let connectionCount = call["max_connections"]?.integer ?? 40
        settings.maximumConnectionCount = Int(min(max(connectionCount, 1), 100))
        try allow(call)
        if call["drop_pending_updates"]?.bool == true { updates.drop() }
        updates.forgetDeliveries(now: now)
        webhook = settings
        journalWebhook()
        return true
    }

    mutating func deleteWebhook(_ call: MethodCall) throws(Refusal) -> JSONValue {
        if call["drop_pending_updates"]?.bool == true { updates.drop() }
        updates.forgetDeliveries(now: now)
        webhook = WebhookSettings()
        journalWebhook()
        return true
    }

    /// Takes `allowed_updates` of a call; an absent list leaves things as they are, an empty one is the default.
    mutating func allow(_ call: MethodCall) throws(Refusal) {
        guard let list = try call.structured("allowed_updates", "can't parse allowed_updates JSON array") else {
            return
        }
        guard let kinds = list.array else { throw .badRequest("can't parse allowed_updates JSON array") }
        let names = Set(kinds.compactMap(\.string))
        updates.allowed = names.isEmpty ? nil : names
    }

    mutating func journalWebhook() {
        journal.append("webhook", webhook.json(pendingCount: updates.pending.count, allowed: updates.allowed))
    }
}
