import AsyncHTTPClient
import FoundationEssentials
import NIOCore

/// Fetches model files: resumes what broke off, and checks what arrived.
public struct ModelPull: Sendable {
    /// What a running download reports.
    public enum Event: Sendable, Hashable {
        /// A request goes to this host.
        case connecting(host: String)
        /// So many bytes are here, of so many if the server says.
        case transferring(completed: Int, total: Int?)
        /// The connection failed; another attempt follows after the wait.
        case waiting(reason: String, duration: Duration)
        /// Bytes of an earlier run are being read again for the checksum.
        case verifying(completed: Int, total: Int)
    }

    /// A model that is here now.
    public struct Outcome: Sendable, Hashable {
        /// Where it is.
        public let path: String
        /// Its size.
        public let byteCount: Int
        /// Its SHA-256, when that was compared with what the hub or the caller stated; nil when there was nothing to
        /// compare with.
        public let verifiedSHA256: String?
        /// Whether it was here before, and nothing was fetched.
        public let wasPresent: Bool
    }

    /// How models are fetched.
    public let configuration: HubConfiguration
    /// Where models are kept.
    public let directory: ModelDirectory

    /// Makes a puller.
    public init(configuration: HubConfiguration, directory: ModelDirectory) {
        self.configuration = configuration
        self.directory = directory
    }

    /// Fetches `reference` unless it is here already.
    ///
    /// Cancelling the task leaves the part that has arrived, which the next call goes on from.
    /// - Parameters:
    ///   - reference: What to fetch.
    ///   - replacing: Whether to fetch it even if it is here; the file is replaced when the new one is complete.
    ///   - expectedSHA256: The checksum that the file must have, in hexadecimal; nil takes the hub's word.
    ///   - report: Called from the download as it goes on.
    /// - Throws: `HubError`, or `CancellationError`.
    public func pull(
        _ reference: ModelReference,
        replacing: Bool = false,
        expectedSHA256: String? = nil,
        report: @escaping @Sendable (Event) -> Void = { _ in }
    ) async throws -> Outcome {
        let expected = expectedSHA256?.lowercased()
        guard expected.map({ $0.utf8.count == 64 && $0.utf8.allSatisfy(Header.isHexDigit) }) ?? true else {
            throw HubError(
                .invalidReference,
                "A SHA-256 has 64 hexadecimal digits.",
                remedy: "Copy the whole checksum."
            )
        }
        let path = directory.path(of: reference)
        if !replacing, let size = PresentFile.byteCount(path) {
            return Outcome(path: path, byteCount: size, verifiedSHA256: nil, wasPresent: true)
        }
        let part = try PartialFile(destination: path)
        var client = HTTPClient.Configuration(redirectConfiguration: .disallow)
        client.timeout.connect = TimeAmount(configuration.connectTimeout)
        client.timeout.read = TimeAmount(configuration.readTimeout)
        client.connectionPool.retryConnectionEstablishment = false
        return try await HTTPClient.withHTTPClient(configuration: client) { client in
            let download = Download(
                source: reference.url(hub: configuration.baseURL),
                expectedSHA256: expected,
                configuration: configuration,
                client: client,
                part: part,
                report: report
            )
            let verified = try await download.run()
            return Outcome(path: path, byteCount: part.byteCount, verifiedSHA256: verified, wasPresent: false)
        }
    }
}

/// A file that is here already.
private enum PresentFile {
    static func byteCount(_ path: String) -> Int? {
        guard let attributes = try? FileManager.default.attributesOfItem(atPath: path),
            attributes[.type] as? FileAttributeType == .typeRegular
        else { return nil }
        return (attributes[.size] as? UInt64).flatMap { Int(exactly: $0) } ?? (attributes[.size] as? Int)
    }
}
