import MartletCore

/// The updates on their way to the bot, for polling and for webhooks.
struct UpdateQueue: Sendable {
    private(set) var pending: [PendingUpdate] = []
    private var next: Int64
    /// Which poller is the latest; an older one is sent away.
    var pollCount = 0
    /// What the bot asked for last; nil is everything but the kinds that must be named.
    var allowed: Set<String>?

    static let mustBeNamed: Set<String> = ["chat_member", "message_reaction", "message_reaction_count"]

    init(next: Int64) {
        self.next = next
    }

    /// Whether the bot wants updates of a kind.
    func wants(_ kind: String) -> Bool { allowed?.contains(kind) ?? !Self.mustBeNamed.contains(kind) }

    /// Puts an update in line.
    /// - Returns: Its number, also where the bot does not want it.
    mutating func append(kind: String, content: JSONValue, now: SimulatedDate) -> Int64 {
        append(["update_id": 0, kind: content], kind: kind, content: content, now: now, isFiltered: true)
    }

    /// Puts an update in line as it is but for its number, whatever the bot wants.
    mutating func append(object: JSONObject, now: SimulatedDate) -> Int64 {
        let kind = object.names.first { $0 != "update_id" } ?? ""
        return append(object, kind: kind, content: object[kind] ?? .null, now: now, isFiltered: false)
    }

    private mutating func append(
        _ object: JSONObject,
        kind: String,
        content: JSONValue,
        now: SimulatedDate,
        isFiltered: Bool
    ) -> Int64 {
        if isFiltered, !wants(kind) { return next }
        let id = next
        next += 1
        var object = object
        object["update_id"] = .integer(id)
        add(id, kind, content, JSONValue.object(object).serialized, now)
        return id
    }

    /// Puts bytes in line as they are, JSON or not.
    mutating func append(raw bytes: (Int64) -> [UInt8], now: SimulatedDate) -> Int64 {
        let id = next
        next += 1
        add(id, "", .null, bytes(id), now)
        return id
    }

    /// Puts an update in line that has a number already.
    mutating func repeatUpdate(_ id: Int64, _ object: JSONObject, now: SimulatedDate) {
        let kind = object.names.first { $0 != "update_id" } ?? ""
        var object = object
        object["update_id"] = .integer(id)
        add(id, kind, object[kind] ?? .null, JSONValue.object(object).serialized, now)
    }

    private mutating func add(_ id: Int64, _ kind: String, _ content: JSONValue, _ bytes: [UInt8], _ now: SimulatedDate)
    {
        pending.append(
            PendingUpdate(
                id: id,
                kind: kind,
                queue: QueueKey(kind: kind, content: content),
                bytes: bytes,
                expires: now + QueueKey.life(of: kind),
                nextAttempt: now
            )
        )
    }

    /// Forgets what is too old.
    mutating func expire(now: SimulatedDate) { pending.removeAll { $0.expires <= now && !$0.isInFlight } }

    /// Confirms everything before `offset`; a negative one keeps the last so many.
    mutating func confirm(before offset: Int64) {
        if offset >= 0 {
            pending.removeAll { $0.id < offset }
        } else {
            pending = Array(pending.suffix(Int(min(offset.magnitude, 100))))
        }
    }

    /// Forgets everything that waits.
    mutating func drop() { pending = [] }

    // MARK: Webhooks

    /// Takes what is to be delivered now: of each queue its first update, as long as there are connections.
    mutating func takeDue(now: SimulatedDate, connectionCount: Int) -> [PendingUpdate] {
        expire(now: now)
        var free = connectionCount - pending.count(where: \.isInFlight)
        var busy = Set(pending.lazy.filter(\.isInFlight).map(\.queue))
        var due: [PendingUpdate] = []
        for index in pending.indices where free > 0 {
            guard busy.insert(pending[index].queue).inserted, pending[index].nextAttempt <= now else { continue }
            pending[index].isInFlight = true
            pending[index].attempt += 1
            due.append(pending[index])
            free -= 1
        }
        return due
    }

    /// When the next update becomes due that is not due yet; what is due and not taken waits for its queue.
    func nextAttempt(after now: SimulatedDate) -> SimulatedDate? {
        pending.lazy.filter { !$0.isInFlight && $0.nextAttempt > now }.map(\.nextAttempt).min()
    }

    /// The bot has taken an update.
    mutating func deliver(_ id: Int64) { pending.removeAll { $0.id == id && $0.isInFlight } }

    /// The bot has not taken an update.
    /// - Parameter delay: How long its queue waits.
    mutating func putBack(_ id: Int64, delay: Duration, now: SimulatedDate) -> SimulatedDate? {
        guard let index = pending.firstIndex(where: { $0.id == id && $0.isInFlight }) else { return nil }
        pending[index].isInFlight = false
        pending[index].nextAttempt = now + delay
        return pending[index].nextAttempt
    }

    /// What a webhook did not finish is given to whatever comes next.
    mutating func forgetDeliveries(now: SimulatedDate) {
        for index in pending.indices {
            pending[index].isInFlight = false
            pending[index].attempt = 0
            pending[index].nextAttempt = now
        }
    }
}
