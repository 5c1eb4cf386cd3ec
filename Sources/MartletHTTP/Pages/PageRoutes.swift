import Hummingbird

/// The pages: the chat, the documentation of the API, its description, and what they need.
///
/// All of it is part of the program; a page asks nobody but this server for anything.
struct PageRoutes: APIRoutes {
    private let pages: [(path: RouterPath, page: Page)]

    /// Prepares the pages.
    /// - Parameter version: The program's version, for the description.
    init(version: String) {
        func script(_ bytes: [UInt8]) -> Page { Page(bytes, contentType: "text/javascript; charset=utf-8") }
        func style(_ bytes: [UInt8]) -> Page { Page(bytes, contentType: "text/css; charset=utf-8") }
        func page(_ bytes: [UInt8]) -> Page { Page(bytes, contentType: "text/html; charset=utf-8") }
        pages = [
            ("/", page(PackageResources.chat_html)),
            ("/docs", page(PackageResources.docs_html)),
            ("/openapi.json", Page(APIDescription.json(version: version), contentType: "application/json")),
            ("/assets/martlet.svg", Page(PackageResources.martlet_svg, contentType: "image/svg+xml")),
            ("/assets/chat.css", style(PackageResources.chat_css)),
            ("/assets/docs.css", style(PackageResources.docs_css)),
            ("/assets/api.js", script(PackageResources.api_js)),
            ("/assets/chat.js", script(PackageResources.chat_js)),
            ("/assets/docs.js", script(PackageResources.docs_js)),
            ("/assets/markdown.js", script(PackageResources.markdown_js)),
            ("/assets/messages.js", script(PackageResources.messages_js)),
            ("/assets/storage.js", script(PackageResources.storage_js)),
            ("/assets/texts.js", script(PackageResources.texts_js)),
        ]
    }

    func add(to router: Router<APIRequestContext>) {
        for (path, page) in pages {
            router.get(path) { request, _ in page.response(to: request) }
        }
    }
}
