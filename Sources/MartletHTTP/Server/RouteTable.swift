import HTTPTypes
import Hummingbird
import Synchronization

/// The routes of a router, to tell an unknown address from a wrong method.
final class RouteTable: Sendable {
    private struct Entry {
        var components: [Substring]
        var method: HTTPRequest.Method
    }

    private let entries = Mutex<[Entry]>([])

    /// An empty table, to be filled once the router has its routes.
    init() {}

    /// Takes over the routes of a router.
    func fill(from router: Router<APIRequestContext>) {
        let list = router.routes.map { route in
            Entry(components: route.path.description.split(separator: "/"), method: route.method)
        }
        entries.withLock { $0 = list }
    }

    /// The methods of the routes at a path, HEAD beside GET; empty where there is nothing.
    func methods(at path: String) -> [HTTPRequest.Method] {
        let components = path.split(separator: "/")
        let methods = entries.withLock { entries in
            entries.filter { Self.matches($0.components, components) }.map(\.method)
        }
        guard !methods.isEmpty else { return [] }
        let all = methods + (methods.contains(.get) ? [.head] : [])
        return Set(all).sorted { $0.rawValue < $1.rawValue }
    }

    private static func matches(_ pattern: [Substring], _ path: [Substring]) -> Bool {
        for (index, part) in pattern.enumerated() {
            if part == "**" { return true }
            guard index < path.count else { return false }
            let isVariable = part.hasPrefix(":") || part.hasPrefix("{") || part == "*"
            guard isVariable || part == path[index] else { return false }
        }
        return pattern.count == path.count
    }
}
