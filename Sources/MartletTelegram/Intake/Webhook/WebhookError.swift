import NIOCore

/// Why the webhook cannot be listened for, and what to do about it.
public struct WebhookError: Error, Sendable, CustomStringConvertible {
    /// What happened, and the remedy.
    public var description: String

    /// Translates what the system says of an address.
    init(_ error: IOError, host: String, port: Int) {
        let place = "\(host):\(port)"
        description =
            switch error.errnoCode {
            case 98, 48:
                "the address \(place) is in use by another program; choose another --port, or stop that program"
            case 13: "the address \(place) may not be used; ports below 1024 need rights, so choose a --port above"
            case 99, 49: "the address \(place) is none of this machine's; choose another --host"
            default: "the address \(place) can't be listened at: \(error)"
            }
    }
}
