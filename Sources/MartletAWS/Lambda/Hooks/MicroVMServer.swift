import NIOHTTP1

/// Answers the hooks of a Lambda MicroVM on a port of their own, which nobody outside can reach.
public struct MicroVMServer: Sendable {
    private let server: EmulatorServer

    /// Where it listens.
    public var port: Int { server.port }

    /// Listens; nobody is answered before ``run(_:)``.
    ///
    /// - Parameter port: 0 takes any free one.
    /// - Throws: ``LambdaError`` where the port can't be had.
    public init(host: String, port: Int) async throws {
        server = try await EmulatorServer(host: host, port: port)
    }

    /// Answers until the task is cancelled.
    public func run(_ hooks: MicroVMHooks) async throws {
        try await server.serve { exchange in
            // What a hook carries is for programs that ask for it; it is read so that the connection can be used on.
            guard try await exchange.body(upTo: 1 << 16) != nil else { return try await exchange.respond(413) }
            let answer = await hooks.answer(method: exchange.head.method.rawValue, path: exchange.path)
            try await exchange.respond(
                answer.status,
                [("Content-Type", "text/plain")],
                Array((answer.text + "\n").utf8)
            )
        }
    }
}
