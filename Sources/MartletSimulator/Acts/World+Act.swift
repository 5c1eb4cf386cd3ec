import MartletCore

extension World {
    /// Does what a person, or whoever turns the world, wants.
    mutating func act(_ object: JSONObject) throws(SimulatorActError) -> JSONObject {
        let act = try ActReader(object)
        expireDrafts()
        switch act.name {
        case "addUser": return try addUser(act)
        case "addGroup": return try addGroup(act)
        case "addTopic": return try addTopic(act)
        case "say": return ["message": pageJSON(of: try say(act))]
        case "paste": return try paste(act)
        case "send": return ["message": pageJSON(of: try send(act))]
        case "album": return try album(act)
        case "forward": return try forward(act)
        case "edit": return try edit(act)
        case "delete": return try deleteByUser(act)
        case "press": return try press(act)
        case "stopDraft": return try stopDraft(act)
        case "inline": return try askInline(act)
        case "chooseInline": return try chooseInline(act)
        case "guest": return try askGuest(act)
        case "block", "unblock":
            let user = try person(act)
            _ = privateChat(of: user)
            setBlocked(act.name == "block", chat: user.id)
            return [:]
        case "join", "leave": return try changeMembership(act)
        case "addBot", "removeBot", "promoteBot": return try changeBot(act)
        case "migrate": return try migrate(act)
        case "react": return try react(act)
        case "linkGroup": return try linkGroup(act)
        case "connect": return try connect(act)
        default: return try turn(act)
        }
    }

    // MARK: Who and where

    /// The person who acts.
    func person(_ act: ActReader) throws(SimulatorActError) -> SimulatedUser {
        let id = try act.integer("from")
        guard let user = users[id] else { throw SimulatorActError("there is no user \(id); add them with \"addUser\"") }
        return user
    }

    /// The chat of an act, and whether it is a group.
    func group(_ act: ActReader) throws(SimulatorActError) -> ChatRecord {
        let id = try act.integer("chat_id")
        guard let chat = chats[id] else { throw SimulatorActError("there is no chat \(id); add it with \"addGroup\"") }
        guard chat.kind != .private else {
            throw SimulatorActError("chat \(id) is a private one; \"\(act.name)\" is for groups")
        }
        return chat
    }

    /// Where a message goes; nil is the person's private chat.
    func groupNumber(_ act: ActReader, of user: SimulatedUser) throws(SimulatorActError) -> Int64? {
        guard let id = act["chat_id"]?.integer, id != user.id else { return nil }
        guard let chat = chats[id] else { throw SimulatorActError("there is no chat \(id); add it with \"addGroup\"") }
        if chat.kind == .private { throw SimulatorActError("chat \(id) is private and not \(user.name)'s") }
        guard chat.migratedTo == nil else {
            throw SimulatorActError("chat \(id) has become supergroup \(chat.migratedTo ?? 0); write there")
        }
        guard chat.status(of: user.id).isPresent else {
            throw SimulatorActError("\(user.name) is not in chat \(id); \"join\" it first")
        }
        return id
    }

    // MARK: Making the world

    private mutating func addUser(_ act: ActReader) throws(SimulatorActError) -> JSONObject {
        let id = act["id"]?.integer ?? nextUser
        guard id > 0, id < 1 << 52 else { throw SimulatorActError("a user's id is above zero and below 2^52") }
        var user = SimulatedUser(
            id: id,
            name: try act.text("name"),
            languageCode: act["language_code"]?.string ?? "en",
            username: act["username"]?.string
        )
        guard !user.name.trimmingWhitespace().isEmpty else { throw SimulatorActError("a user needs a name") }
        user.isPremium = act["is_premium"]?.bool ?? false
        _ = privateChat(of: user)
        return ["user": user.json]
    }

    private mutating func addGroup(_ act: ActReader) throws(SimulatorActError) -> JSONObject {
        let title = try act.text("title")
        let ids = try act.list("members").compactMap(\.integer)
        guard let creator = ids.first else { throw SimulatorActError("a group needs a member, its creator") }
        for id in ids where users[id] == nil {
            throw SimulatorActError("there is no user \(id); add them with \"addUser\"")
        }
        guard let kind = ChatKind(rawValue: act["type"]?.string ?? "supergroup"), kind != .private else {
            throw SimulatorActError("a group's type is group, supergroup or channel")
        }
        let id = act["id"]?.integer ?? nextGroup
        guard id < 0, chats[id] == nil else { throw SimulatorActError("chat \(id) is there already or not below zero") }
        let bot = act["bot"]?.string ?? "member"
        guard ["member", "administrator", "none"].contains(bot) else {
            throw SimulatorActError("bot is member, administrator or none")
        }
        add(
            ChatRecord(
                id: id,
                kind: kind,
                title: title,
                username: act["username"]?.string,
                isForum: act["is_forum"]?.bool ?? false,
                members: ids.enumerated().map { ($1, $0 == 0 ? .creator : .member) },
                botStatus: .left,
                nextMessage: kind == .group ? nil : 1
            )
        )
        if bot != "none" {
            let isAdministrator = bot == "administrator"
            setBot(
                isAdministrator ? .administrator : .member,
                rights: isAdministrator ? Set(AdministratorRight.all) : [],
                in: id,
                by: creator
            )
        }
        return ["chat": chats[id]?.json(now: now) ?? .null]
    }

    private mutating func addTopic(_ act: ActReader) throws(SimulatorActError) -> JSONObject {
        let chat = try group(act)
        let user = try person(act)
        let name = try act.text("name")
        guard chat.kind == .supergroup else {
            throw SimulatorActError("only supergroups have topics; \"migrate\" the group first")
        }
        change(chat.id) { $0.isForum = true }
        let message = add(
            ["forum_topic_created": ["name": .string(name), "icon_color": 7_322_096]],
            by: .user(user.id),
            to: chat.id
        )
        change(chat.id) { $0.topics.append((message.id, name)) }
        tell(of: message)
        return ["message_thread_id": .integer(message.id)]
    }

    private mutating func changeMembership(_ act: ActReader) throws(SimulatorActError) -> JSONObject {
        let chat = try group(act)
        let user = try person(act)
        let joins = act.name == "join"
        guard chat.status(of: user.id).isPresent != joins else {
            throw SimulatorActError("\(user.name) \(joins ? "is in" : "is not in") chat \(chat.id) already")
        }
        let old = member(user.json, chat.status(of: user.id))
        change(chat.id) { $0.set(joins ? .member : .left, of: user.id) }
        let content: JSONObject = joins ? ["new_chat_members": [user.json]] : ["left_chat_member": user.json]
        tell(of: add(content, by: .user(user.id), to: chat.id))
        if chat.isBotAdministrator {
            tell(
                "chat_member",
                [
                    "chat": chat.shortJSON, "from": user.json, "date": .integer(now.whole), "old_chat_member": old,
                    "new_chat_member": member(user.json, joins ? .member : .left),
                ]
            )
        }
        return [:]
    }

    private mutating func changeBot(_ act: ActReader) throws(SimulatorActError) -> JSONObject {
        let chat = try group(act)
        let user = try person(act)
        switch act.name {
        case "addBot":
            guard !chat.botStatus.isPresent else { throw SimulatorActError("the bot is in chat \(chat.id) already") }
            // A channel takes bots as administrators only.
            let isChannel = chat.kind == .channel
            setBot(
                isChannel ? .administrator : .member,
                rights: isChannel ? ["can_post_messages"] : [],
                in: chat.id,
                by: user.id
            )
        case "removeBot":
            guard chat.botStatus.isPresent else { throw SimulatorActError("the bot is not in chat \(chat.id)") }
            setBot(.kicked, in: chat.id, by: user.id)
        default:
            guard chat.botStatus.isPresent else {
                throw SimulatorActError("the bot is not in chat \(chat.id); \"addBot\" first")
            }
            let rights = Set((act["rights"]?.object ?? [:]).filter { $0.value.bool == true }.map(\.name))
            for right in rights where !AdministratorRight.all.contains(right) {
                throw SimulatorActError(
                    "there is no right \"\(right)\"" + NearestName.suggestion(right, in: AdministratorRight.all)
                )
            }
            setBot(rights.isEmpty ? .member : .administrator, rights: rights, in: chat.id, by: user.id)
        }
        return [:]
    }

    private mutating func migrate(_ act: ActReader) throws(SimulatorActError) -> JSONObject {
        let chat = try group(act)
        let user = try person(act)
        guard chat.kind == .group, chat.migratedTo == nil else {
            throw SimulatorActError("only a group of type \"group\" becomes a supergroup")
        }
        let successor = migrate(chat.id, by: user.id)
        return ["chat": chats[successor]?.json(now: now) ?? .null]
    }

    private mutating func connect(_ act: ActReader) throws(SimulatorActError) -> JSONObject {
        let user = try person(act)
        let rights = act["rights"]?.object ?? ["can_reply": true, "can_read_messages": true]
        let id = "connection-\(user.id)"
        let connection = ConnectionRecord(
            id: id,
            owner: user.id,
            date: connections[id]?.date ?? now,
            rights: Set(rights.filter { $0.value.bool == true }.map(\.name)),
            isEnabled: act["is_enabled"]?.bool ?? true,
            lastIncoming: connections[id]?.lastIncoming ?? [:]
        )
        connections[id] = connection
        let json = connection.json(owner: user)
        journal.append("connection", json)
        tell("business_connection", json)
        return ["connection": json]
    }

    // MARK: Turning the world

    private mutating func turn(_ act: ActReader) throws(SimulatorActError) -> JSONObject {
        switch act.name {
        case "privacyMode":
            bot.readsAllGroupMessages = !(act["is_on"]?.bool ?? true)
            journal.append("bot", bot.pageJSON)
            return [:]
        case "fault":
            let name = try act.text("fault")
            let fault = SimulatedFault(
                name: name,
                retryAfter: act["retry_after"]?.integer,
                status: act["status"]?.integer,
                description: act["description"]?.string
            )
            guard let fault else {
                throw SimulatorActError(
                    "unknown fault \"\(name)\"" + NearestName.suggestion(name, in: SimulatedFault.names)
                )
            }
            let isForUpdates = fault == .duplicateUpdates || fault == .reorderedUpdates
            let entry = faults.add(
                fault,
                method: isForUpdates ? "getUpdates" : act["method"]?.string,
                chat: isForUpdates ? nil : act["chat_id"]?.integer,
                at: Int(clamping: act["at"]?.integer ?? 1),
                count: Int(clamping: act["count"]?.integer ?? 1)
            )
            journal.append("fault", entry.json)
            return ["fault": entry.json]
        case "endFaults":
            if let id = act["id"]?.integer {
                for entry in faults.remove(id) {
                    var gone = entry
                    gone.left = 0
                    journal.append("fault", gone.json)
                }
            } else {
                endFaults()
            }
            return [:]
        case "advanceClock", "setClock":
            if act.name == "setClock" {
                clock.isManual = act["is_manual"]?.bool ?? true
            } else {
                guard let seconds = act["seconds"]?.number, seconds >= 0, seconds <= 366 * 86_400 else {
                    throw SimulatorActError("\"advanceClock\" needs \"seconds\", 0 to 366 days")
                }
                clock.advance(by: .seconds(seconds))
                expireDrafts()
            }
            journal.append("clock", clockJSON)
            return ["clock": clockJSON]
        case "setWebhook":
            do throws(Refusal) {
                _ = try setWebhook(MethodCall(method: "setWebhook", parameters: act.members))
            } catch {
                throw SimulatorActError(error.description)
            }
            return ["webhook": webhook.json(pendingCount: updates.pending.count, allowed: updates.allowed)]
        case "inject":
            guard let update = act["update"]?.object, !update.isEmpty else {
                throw SimulatorActError("\"inject\" needs \"update\", an object")
            }
            return ["update_id": .integer(updates.append(object: update, now: now))]
        default: throw SimulatorActError("\"\(act.name)\" is not for a world")
        }
    }

    /// The clock as the interface shows it.
    var clockJSON: JSONValue { ["now": .number(now.seconds), "is_manual": .bool(clock.isManual)] }
}
