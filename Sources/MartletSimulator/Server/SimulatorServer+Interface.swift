import MartletCore
import NIOCore
import NIOHTTP1

extension SimulatorServer {
    /// Answers what is under `/simulator`.
    func answerInterface(
        _ segments: [String],
        _ query: JSONObject,
        _ request: SimulatorRequest,
        _ response: SimulatorResponse
    ) async {
        // Other sites' pages may not play with this machine.
        if let origin = request.head.headers.first(name: "Origin"), !isOwn(origin) {
            return response.send(403, ["ok": false, "error": "this interface is for its own page"])
        }
        switch (request.head.method, segments.dropFirst().first, segments.count) {
        case (.GET, "state", 2): response.send(200, simulator.look { $0.stateJSON })
        case (.GET, "events", 2):
            let header = request.head.headers.first(name: "Last-Event-ID").flatMap { Int64($0) }
            let after = header ?? query["after"]?.integer ?? simulator.look { $0.journal.last }
            try? await sendEvents(after: after, response)
            request.channel.close(promise: nil)
        case (.GET, "file", 3):
            guard let file = simulator.look({ $0.files[unique: segments[2]] }) else {
                return response.send(404, SimulatedAnswer.notFoundJSON)
            }
            // Nothing that was uploaded runs as a page of this address.
            let isImage = file.contentType.hasPrefix("image/") && file.contentType != "image/svg+xml"
            response.send(
                200,
                file.bytes,
                type: isImage ? file.contentType : "application/octet-stream",
                headers: [("X-Content-Type-Options", "nosniff"), ("Content-Security-Policy", "sandbox")]
            )
        case (.POST, "act", 2): act(request, response)
        default: response.send(404, SimulatedAnswer.notFoundJSON)
        }
    }

    private func isOwn(_ origin: String) -> Bool {
        ["http://127.0.0.1:\(port)", "http://localhost:\(port)"].contains(origin)
    }

    private func act(_ request: SimulatorRequest, _ response: SimulatorResponse) {
        guard let body = try? JSONValue(parsing: request.body) else {
            return response.send(400, ["ok": false, "error": "the body is not JSON"])
        }
        do throws(SimulatorActError) {
            if let list = body.array {
                var results: [JSONValue] = []
                for act in list { results.append(.object(try perform(act))) }
                response.send(200, ["ok": true, "results": .array(results)])
            } else {
                response.send(200, .object((["ok": true] as JSONObject).merging(try perform(body))))
            }
        } catch {
            response.send(400, ["ok": false, "error": .string(error.description)])
        }
    }

    private func perform(_ act: JSONValue) throws(SimulatorActError) -> JSONObject {
        guard let object = act.object else { throw SimulatorActError("an act is an object") }
        return try simulator.act(object)
    }

    /// Sends what happens until the page goes away.
    private func sendEvents(after first: Int64, _ response: SimulatorResponse) async throws {
        try await response.beginEvents()
        var last = first
        while !Task.isCancelled {
            let count = simulator.changes.count
            let (entries, end) = simulator.look { world in
                (world.journal.entries(after: last).map { Array($0) }, world.journal.last)
            }
            if let entries {
                var text = ""
                for entry in entries {
                    text += "id: \(entry.id)\nevent: \(entry.kind)\ndata: \(entry.data.text)\n\n"
                    last = entry.id
                }
                if !text.isEmpty { try await response.write(text) }
            } else {
                try await response.write("id: \(end)\nevent: reset\ndata: {}\n\n")
                last = end
            }
            await simulator.changes.wait(after: count, timeout: .seconds(15))
            if simulator.changes.count == count { try await response.write(": still here\n\n") }
        }
    }
}
