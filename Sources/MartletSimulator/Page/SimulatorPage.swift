/// The page in which a person is everybody but the bot: a messenger, and a panel for operators.
///
/// All of it is part of the program; it asks nobody but the simulator for anything.
enum SimulatorPage {
    /// One file of the page.
    struct File: Sendable {
        var contentType: String
        var bytes: [UInt8]
    }

    /// The file at a path such as `/` or `/assets/app.js`; nil where there is none.
    static func file(at path: String) -> File? {
        switch path {
        case "/": File(contentType: "text/html; charset=utf-8", bytes: PackageResources.simulator_html)
        case "/assets/simulator.svg": File(contentType: "image/svg+xml", bytes: PackageResources.simulator_svg)
        case "/assets/backdrop.svg": File(contentType: "image/svg+xml", bytes: PackageResources.backdrop_svg)
        case "/assets/frame.css": style(PackageResources.frame_css)
        case "/assets/messages.css": style(PackageResources.messages_css)
        case "/assets/panels.css": style(PackageResources.panels_css)
        case "/assets/actions.js": script(PackageResources.actions_js)
        case "/assets/app.js": script(PackageResources.app_js)
        case "/assets/chats.js": script(PackageResources.chats_js)
        case "/assets/composer.js": script(PackageResources.composer_js)
        case "/assets/connection.js": script(PackageResources.connection_js)
        case "/assets/conversation.js": script(PackageResources.conversation_js)
        case "/assets/dialogs.js": script(PackageResources.dialogs_js)
        case "/assets/dom.js": script(PackageResources.dom_js)
        case "/assets/draft.js": script(PackageResources.draft_js)
        case "/assets/entities.js": script(PackageResources.entities_js)
        case "/assets/gestures.js": script(PackageResources.gestures_js)
        case "/assets/message.js": script(PackageResources.message_js)
        case "/assets/operators.js": script(PackageResources.operators_js)
        case "/assets/people.js": script(PackageResources.people_js)
        case "/assets/render.js": script(PackageResources.render_js)
        case "/assets/texts.js": script(PackageResources.texts_js)
        case "/assets/typed.js": script(PackageResources.typed_js)
        case "/assets/world.js": script(PackageResources.world_js)
        default: nil
        }
    }

    private static func script(_ bytes: [UInt8]) -> File {
        File(contentType: "text/javascript; charset=utf-8", bytes: bytes)
    }

    private static func style(_ bytes: [UInt8]) -> File {
        File(contentType: "text/css; charset=utf-8", bytes: bytes)
    }
}
