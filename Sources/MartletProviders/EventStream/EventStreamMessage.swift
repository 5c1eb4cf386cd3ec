/// A message of an `application/vnd.amazon.eventstream`.
package struct EventStreamMessage: Sendable, Hashable {
    /// A header's value, by its kind on the wire.
    package enum Value: Sendable, Hashable {
        case bool(Bool)
        case byte(Int8)
        case int16(Int16)
        case int32(Int32)
        case int64(Int64)
        case bytes([UInt8])
        case string(String)
        /// Milliseconds since 1970.
        case timestamp(Int64)
        /// Sixteen bytes.
        case uuid([UInt8])
    }

    /// The headers in their order; names need not be unique.
    package var headers: [Header]
    /// The payload.
    package var payload: [UInt8]

    /// A header.
    package struct Header: Sendable, Hashable {
        package var name: String
        package var value: Value

        package init(_ name: String, _ value: Value) {
            self.name = name
            self.value = value
        }
    }

    package init(headers: [Header], payload: [UInt8]) {
        self.headers = headers
        self.payload = payload
    }

    /// The text of a header, such as `:event-type`.
    package func text(_ name: String) -> String? {
        for header in headers where header.name == name {
            if case .string(let text) = header.value { return text }
        }
        return nil
    }
}

/// Why bytes are no event stream.
package enum EventStreamError: Error, Sendable, Hashable {
    /// The lengths contradict each other or the format's limits.
    case invalidLength
    /// The message is longer than the decoder takes.
    case tooLong(limit: Int)
    /// The first twelve bytes, or the whole message, are not what was sent.
    case wrongChecksum
    /// A header is cut off, has no name or is of an unknown kind.
    case invalidHeader
}
