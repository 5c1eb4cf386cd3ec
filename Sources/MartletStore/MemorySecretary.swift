import FoundationEssentials
import MartletConversation

/// What the memory store keeps for the secretary.
struct MemorySecretary {
    struct Owner: Hashable {
        var bot: BotID
        var owner: UserID
    }

    struct Shown: Hashable {
        var bot: BotID
        var chat: ChatID
        var message: MessageID
    }

    var accounts: [Owner: SecretaryAccount] = [:]
    var contacts: [LaneID: SecretaryContact] = [:]
    var laneCount: Int64 = 0
    var said: [LaneID: [SaidMessage]] = [:]
    var sent: [SentMessage] = []
    var shown: [Shown: (lane: LaneID, date: Date)] = [:]

    func contact(_ reference: LaneReference) -> SecretaryContact? {
        switch reference {
        case .id(let id): contacts[id]
        case .address(let address), .known(let address): contacts.values.first { $0.address == address }
        }
    }

    func automaticCount(since: Date, where isMeant: (SecretaryContact) -> Bool) -> Int {
        sent.count { entry in
            entry.isAutomatic && entry.outcome != .failed && entry.date >= since
                && (contacts[entry.lane].map(isMeant) ?? false)
        }
    }

    mutating func store(_ record: LaneRecord, of contact: SecretaryContact, _ account: SecretaryAccount) {
        let lane = contact.id
        switch record {
        case .said(let message):
            var messages = said[lane] ?? []
            messages.append(message)
            if messages.count(where: { $0.author == message.author }) > SaidMessage.maximumCount,
                let oldest = messages.firstIndex(where: { $0.author == message.author })
            {
                messages.remove(at: oldest)
            }
            said[lane] = messages
        case .edited(let message, let text):
            for index in said[lane, default: []].indices where said[lane]?[index].message == message {
                said[lane]?[index].text = text
            }
        case .unsaid(let messages): said[lane]?.removeAll { messages.contains($0.message) }
        case .forgotten: said[lane] = nil
        case .claimed(let draft, let date, let isAutomatic):
            precondition(
                !sent.contains { $0.lane == lane && $0.draft == draft.number },
                "a draft's number is claimed once"
            )
            sent.append(
                SentMessage(
                    lane: lane,
                    draft: draft.number,
                    contact: contact.lane.name,
                    text: draft.text,
                    date: date,
                    isAutomatic: isAutomatic,
                    outcome: .sending
                )
            )
        case .settled(let draft, let outcome):
            for index in sent.indices where sent[index].lane == lane && sent[index].draft == draft {
                sent[index].outcome = outcome
            }
        case .shown(let message, let date):
            let place = Shown(bot: contact.address.bot, chat: account.connection.ownerChat, message: message)
            shown[place] = (lane, date)
        }
    }
}
