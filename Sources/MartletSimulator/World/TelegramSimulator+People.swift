public import MartletCore

extension TelegramSimulator {
    // MARK: What people do

    /// Somebody writes a text, in their private chat or in a group.
    ///
    /// Nothing is marked in it but what `extra` has in `entities`; the act `say` marks as a messenger does.
    /// - Parameters:
    ///   - group: The group's number, below zero; a group that is not there yet is made.
    ///   - extra: Further members of the message, such as `entities`.
    /// - Returns: The message's number.
    @discardableResult
    public func say(
        _ text: String,
        from user: SimulatedUser,
        group: Int64? = nil,
        thread: Int64? = nil,
        extra: JSONObject = [:]
    ) -> Int64 {
        post(extra.merging(["text": .string(text)]), from: user, group: group, thread: thread)
    }

    /// Somebody posts a message of any kind, such as `["photo": […]]`.
    @discardableResult
    public func post(
        _ content: JSONObject,
        from user: SimulatedUser,
        group: Int64? = nil,
        thread: Int64? = nil
    ) -> Int64 {
        change { $0.post(content, from: user, group: group, thread: thread).id }
    }

    /// Does what an object says, as `POST /simulator/act` does.
    /// - Returns: What came of it.
    /// - Throws: ``SimulatorActError`` that names what to do about it.
    @discardableResult
    public func act(_ act: JSONObject) throws(SimulatorActError) -> JSONObject {
        if act["act"] == "reset" {
            reset()
            return [:]
        }
        let result: Result<JSONObject, SimulatorActError> = change { world in
            do throws(SimulatorActError) {
                return .success(try world.act(act))
            } catch {
                return .failure(error)
            }
        }
        return try result.get()
    }

    /// Puts an update of any kind in line; its number is added.
    @discardableResult
    public func inject(_ update: JSONObject) -> Int64 {
        change { $0.updates.append(object: update, now: $0.now) }
    }

    /// Puts bytes in line as they are, JSON or not.
    /// - Parameter bytes: Gets the update's number and gives its text.
    @discardableResult
    public func inject(raw bytes: (Int64) -> String) -> Int64 {
        change { $0.updates.append(raw: { Array(bytes($0).utf8) }, now: $0.now) }
    }

    /// Puts the latest update in line once more, as servers do after a broken connection.
    public func repeatLatestUpdate(_ update: Int64, json: JSONObject) {
        change { $0.updates.repeatUpdate(update, json, now: $0.now) }
    }

    /// Somebody blocks the bot.
    public func block(chat: Int64) {
        change { $0.setBlocked(true, chat: chat) }
    }

    /// Somebody deletes a message of the bot's.
    public func delete(message: Int64) {
        change { world in
            for (chat, record) in world.chats where record.messages[message]?.isByBot == true {
                world.delete(message, in: chat, by: chat)
            }
        }
    }

    /// Puts a file where the server offers them, `/file/bot<token>/<path>`.
    /// - Returns: Its path, to be put behind the base URL.
    public func putFile(_ bytes: [UInt8], at path: String) -> String {
        change { $0.files.put(bytes, at: path) }
        return "/file/bot\(token)/\(path)"
    }

    /// Sets a webhook, as the bot would.
    public func setWebhook(_ url: String) {
        change { world in
            world.webhook = WebhookSettings()
            world.webhook.url = url
        }
    }

    // MARK: What goes wrong

    /// Makes calls of a method fail.
    /// - Parameters:
    ///   - chat: Only calls for this chat; nil for all.
    ///   - occurrence: The first call that fails, counted from now, from 1.
    ///   - count: How many calls fail from then on.
    public func fail(
        _ method: String,
        with fault: SimulatedFault,
        chat: Int64? = nil,
        at occurrence: Int = 1,
        count: Int = 1
    ) {
        change { world in
            let entry = world.faults.add(fault, method: method, chat: chat, at: occurrence, count: count)
            world.journal.append("fault", entry.json)
        }
    }

    /// Lets everything go well again.
    public func endFaults() {
        change { $0.endFaults() }
    }

    // MARK: What can be seen

    /// The bot's messages in a chat that are still there, oldest first.
    public func messages(in chat: Int64) -> [SimulatedMessage] {
        allMessages(in: chat).filter { $0.isByBot && !$0.message.isDeleted }.map(\.message)
    }

    /// Everybody's messages in a chat, oldest first, deleted ones too.
    func allMessages(in chat: Int64) -> [(message: SimulatedMessage, isByBot: Bool)] {
        look { world in
            guard let record = world.chats[chat] else { return [] }
            return record.order.compactMap { record.messages[$0].map { ($0.simulated, $0.isByBot) } }
        }
    }

    /// What the bot's messages in a chat say now.
    public func texts(in chat: Int64) -> [String] { messages(in: chat).map(\.text) }

    /// The texts that are being written in a chat and not yet sent.
    public func drafts(in chat: Int64) -> [String] {
        change { world in
            world.expireDrafts()
            return world.drafts.values.filter { $0.key.chat == chat }.sorted { $0.key.draft < $1.key.draft }
                .map { $0.content["text"]?.string ?? "" }
        }
    }

    /// The latest 10,000 calls or more.
    public var calls: [SimulatedCall] { look { $0.calls.entries } }

    /// The latest calls of a method.
    public func calls(of method: String) -> [SimulatedCall] { calls.filter { $0.method == method } }

    /// Calls that would have shown or changed a message in a chat that was to be silent.
    ///
    /// A "typing" that was on its way already when the silence began is nobody's fault, and is not among them.
    public var messagesIntoSilence: [SimulatedCall] {
        look { $0.callsIntoSilence.filter { $0.method != "sendChatAction" } }
    }

    /// How many updates are not confirmed.
    public var unconfirmedCount: Int { look { $0.updates.pending.count } }

    /// When an update is next delivered again; nil while none waits for that.
    package var nextAttempt: SimulatedDate? { look { $0.updates.nextAttempt(after: $0.now) } }

    /// The menu registered for a language; the empty code is everybody's.
    /// - Parameter scope: The type of its scope.
    public func menu(languageCode: String, scope: String = "default") -> [String] {
        look { world in
            let menu = world.menus.first { $0.key.languageCode == languageCode && $0.key.type == scope }
            return menu?.value.compactMap { $0["command"]?.string } ?? []
        }
    }
}
