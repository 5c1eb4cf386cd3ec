import HTTPTypes
import Hummingbird
import Logging
import Synchronization

/// The routes of a router: tells an unknown address from a wrong method, and knows what each route needs.
final class RouteTable: Sendable {
    private struct Entry {
        var path: String
        var components: [Substring]
        var method: HTTPRequest.Method
        var owner: any APIRoutes
    }

    private let entries = Mutex<[Entry]>([])

    /// An empty table, to be filled while the router gets its routes.
    init() {}

    /// Adds routes to a router, and takes note of them.
    func add(_ routes: any APIRoutes, to router: Router<APIRequestContext>) {
        routes.add(to: router)
        let all = router.routes.map { ($0.path.description, $0.method) }
        entries.withLock { entries in
            for (path, method) in all where !entries.contains(where: { $0.path == path && $0.method == method }) {
                entries.append(
                    Entry(path: path, components: path.split(separator: "/"), method: method, owner: routes)
                )
            }
        }
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

    /// What a caller must have the right to for a route.
    func requiredRights(of path: String, _ method: HTTPRequest.Method) -> Caller.Rights {
        let method = method == .head ? .get : method
        let owner = entries.withLock { $0.first { $0.path == path && $0.method == method }?.owner }
        return owner?.requiredRights(of: path, method) ?? .generation
    }

    /// The response to an error of a route, or of no route; what must not be shown is logged.
    func response(to error: any Error, of path: String?, logger: Logger) -> Response {
        let shown = APIError.logged(error, logger: logger)
        let owner = path.flatMap { path in entries.withLock { $0.first { $0.path == path }?.owner } }
        return owner?.response(to: shown) ?? shown.response
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
