public import FoundationEssentials
import MartletAWS
public import MartletConversation

extension DynamoDBConversationStore {
    /// How many codes are open at a time.
    private static let codeLimit = 20

    /// Keeps a code; beyond twenty the oldest goes.
    public func addPairingCode(_ code: PairingCodeRecord, bot: BotID) async throws {
        try await table.write(
            .put(
                DynamoDBItem(
                    Self.place(of: code, bot: bot),
                    [
                        "salt": .bytes(code.salt), "digest": .bytes(code.digest),
                        Name.role: .string(code.role.rawValue),
                        Name.expiry: .double(code.expiry), Name.position: .integer(positions.next()),
                    ]
                )
            )
        )
        try await delete(try await codes(of: bot).dropFirst(Self.codeLimit).map { Self.place(of: $0, bot: bot) })
    }

    /// The codes that have not been used.
    public func pairingCodes(of bot: BotID) async throws -> [PairingCodeRecord] { try await codes(of: bot) }

    private func codes(of bot: BotID) async throws -> [PairingCodeRecord] {
        try await table.all(DynamoDBQuery(Place.access(bot), .prefix("k#")))
            .sorted { ($0[Name.position]?.integer ?? 0) > ($1[Name.position]?.integer ?? 0) }
            .compactMap { item in
                guard let salt = item["salt"]?.bytes, let digest = item["digest"]?.bytes,
                    let expiry = item[Name.expiry]?.double
                else { return nil }
                let role = item[Name.role]?.string.flatMap(AccessRole.init(rawValue:)) ?? .member
                return PairingCodeRecord(salt: salt, digest: digest, role: role, expiry: expiry)
            }
    }

    /// Uses a code up and lets its user in.
    public func redeem(_ code: PairingCodeRecord, for person: AccessPerson, bot: BotID) async throws -> Bool {
        var update = DynamoDBUpdate()
        update.set(AccessName.standing, .string(person.standing.rawValue))
        update.set(Name.role, .string(person.role.rawValue))
        update.set(Name.name, orRemove: .text(person.name))
        update.set(AccessName.since, .date(person.since))
        update.set(AccessName.pairingUpdate, orRemove: person.pairingUpdate.map { .integer($0) })
        update.remove(
            AccessName.refusedUpdate,
            AccessName.refusal,
            AccessName.wrongCodeCount,
            AccessName.wrongCodesSince
        )
        let isOwner = person.standing == .allowed && person.role == .owner
        do {
            try await table.transact([
                .delete(Self.place(of: code, bot: bot), if: .isThere),
                .update(Self.place(of: person.id, bot: bot), update),
                Self.listing(person.id, isOwner: isOwner, bot: bot),
            ])
            return true
        } catch is DynamoDBRefusal {
            return false
        }
    }

    /// Takes codes away.
    public func removePairingCodes(of bot: BotID, expiredBefore date: Date, for role: AccessRole?) async throws {
        let codes = try await codes(of: bot).filter { $0.expiry < date.timeIntervalSince1970 || $0.role == role }
        try await delete(codes.map { Self.place(of: $0, bot: bot) })
    }

    private static func place(of code: PairingCodeRecord, bot: BotID) -> DynamoDBKey {
        let digits = code.digest.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }
        return DynamoDBKey(Place.access(bot), "k#" + digits.joined())
    }
}
