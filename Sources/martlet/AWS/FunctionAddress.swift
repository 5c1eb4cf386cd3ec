import MartletTerminal

/// Where a bot's function is called, as AWS knows it.
struct FunctionAddress {
    /// The function that has the address.
    let function: String
    /// The address.
    let url: String

    /// Looks for it by the name of what `deploy/template.yaml` and `martlet aws setup` make: the function of that name, or the
    /// front in mode queue.
    /// - Throws: `AWSError`; ``CommandError`` where neither has an address.
    static func find(_ name: String, on connection: AWSConnection) async throws -> FunctionAddress {
        let functions = [name, "\(name)-front"]
        for function in functions {
            if let url = try await connection.functionURL(function) {
                return FunctionAddress(function: function, url: url)
            }
        }
        throw CommandError(
            "Neither \(functions.map { TerminalText.harmless($0) }.joined(separator: " nor ")) is a function with an address in "
                + "\(connection.region). Name the stack by its table, --store dynamodb:NAME, or give the address itself."
        )
    }
}
