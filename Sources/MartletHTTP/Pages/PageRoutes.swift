import Hummingbird

/// The pages: the documentation of the API, its description, and what they need.
struct PageRoutes: APIRoutes {
    private let pages: [(path: RouterPath, page: Page)]

    /// Prepares the pages.
    /// - Parameter version: The program's version, for the description.
    init(version: String) {
        pages = [
            ("/docs", Page(PackageResources.docs_html, contentType: "text/html; charset=utf-8")),
            ("/docs/docs.css", Page(PackageResources.docs_css, contentType: "text/css; charset=utf-8")),
            ("/docs/docs.js", Page(PackageResources.docs_js, contentType: "text/javascript; charset=utf-8")),
            ("/favicon.svg", Page(PackageResources.favicon_svg, contentType: "image/svg+xml")),
            ("/openapi.json", Page(APIDescription.json(version: version), contentType: "application/json")),
        ]
    }

    func add(to router: Router<APIRequestContext>) {
        for (path, page) in pages {
            router.get(path) { request, _ in page.response(to: request) }
        }
    }
}
