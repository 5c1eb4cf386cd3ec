import ArgumentParser
import Foundation
import MartletConversation
import MartletStore
import MartletTelegram
import MartletTerminal

/// `martlet pair`: a code that lets somebody talk to the bot.
struct PairCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pair",
        abstract: "Make a code that lets one person talk to the bot.",
        discussion: """
            The code works once, within an hour. Whoever sends it to the bot is let in; the bot's owners are told. The bot may be \
            running meanwhile.

            EXAMPLES
              martlet pair                   somebody may talk to the bot
              martlet pair --owner           somebody becomes an owner
            """
    )

    @Flag(help: "The person becomes an owner.")
    var owner = false

    @Flag(help: "The person becomes an admin.")
    var admin = false

    @Flag(help: "Print one JSON object.")
    var json = false

    @OptionGroup
    var bot: BotStoreOptions

    func validate() throws {
        guard !(owner && admin) else { throw ValidationError("Choose one of --owner and --admin.") }
    }

    func run() async throws {
        let (store, configuration) = try await bot.open()
        let invitation = try await PairingInvitation.make(
            for: owner ? .owner : admin ? .admin : .member,
            bot: configuration.telegram.token.bot,
            store: store.store,
            lifetime: configuration.access.access.codeLifetime,
            at: Date()
        )
        try await store.close()
        if json {
            let report = Report(
                code: invitation.code.text,
                role: invitation.role.rawValue,
                link: invitation.link,
                seconds: Int(invitation.lifetime.components.seconds)
            )
            print(try JSONOutput.line(report), terminator: "")
        } else {
            print(invitation.code.text)
            let minutes = invitation.lifetime.components.seconds / 60
            let place = invitation.link.map { "To use it, open \($0) or send it to the bot" } ?? "Send it to the bot"
            StandardError.write("\(place), within \(minutes) minutes. It works once.\n")
        }
    }

    /// What `--json` prints.
    private struct Report: Encodable {
        let code: String
        let role: String
        let link: String?
        let seconds: Int
    }
}
