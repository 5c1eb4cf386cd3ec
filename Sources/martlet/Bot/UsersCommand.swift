import ArgumentParser
import Foundation
import MartletConversation
import MartletEngine
import MartletStore
import MartletTelegram
import MartletTerminal

/// `martlet users`: who may talk to the bot.
struct UsersCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "users",
        abstract: "List, let in, block or forget the people who talk to the bot.",
        discussion: """
            People are named by their Telegram number: a name with @ can be given up by its holder and taken by somebody else. The \
            bot tells strangers their number, and martlet pair makes a code that needs none. The bot may be running meanwhile.

            EXAMPLES
              martlet users                    who is let in or blocked
              martlet users allow 123456789
              martlet users block 123456789
              martlet users forget 123456789   erase all that is kept of them
            """,
        subcommands: [List.self, Allow.self, Block.self, Forget.self],
        defaultSubcommand: List.self
    )

    /// `martlet users list`.
    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Show who is let in or blocked.")

        @Flag(help: "Print one JSON object.")
        var json = false

        @OptionGroup
        var bot: BotStoreOptions

        func run() async throws {
            let (store, configuration) = try await bot.open()
            let known = try await store.store.knownPeople(of: configuration.telegram.token.bot)
            try await store.close()
            let settings = configuration.access.access
            let named = [(settings.owners, AccessRole.owner), (settings.admins, .admin), (settings.allowed, .member)]
                .flatMap { numbers, role in
                    numbers.sorted { $0.rawValue < $1.rawValue }.map { number in
                        Entry(id: number.rawValue, role: role.rawValue, name: nil, since: nil, source: "settings")
                    }
                }
            let entries =
                named
                + known.map { person in
                    Entry(
                        id: person.id.rawValue,
                        role: person.standing == .blocked ? "blocked" : person.role.rawValue,
                        name: person.name,
                        since: person.since.formatted(.iso8601),
                        source: "database"
                    )
                }
            if json { return print(try JSONOutput.line(["users": entries]), terminator: "") }
            var table = TextTable([.right, .left, .left, .left, .left])
            table.add("NUMBER", "ROLE", "NAME", "SINCE", "FROM")
            for entry in entries {
                table.add(
                    "\(entry.id)",
                    entry.role,
                    TerminalText.harmless(entry.name ?? ""),
                    entry.since ?? "",
                    entry.source
                )
            }
            print(table.lines.joined(separator: "\n"))
        }

        /// A person in the list.
        private struct Entry: Encodable {
            let id: Int64
            let role: String
            let name: String?
            let since: String?
            let source: String
        }
    }

    /// `martlet users allow`.
    struct Allow: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Let somebody in.")

        @Flag(help: "They become an owner, who decides about others.")
        var owner = false

        @Flag(help: "They become an admin.")
        var admin = false

        @OptionGroup
        var person: PersonOptions

        func validate() throws {
            guard !(owner && admin) else { throw ValidationError("Choose one of --owner and --admin.") }
        }

        func run() async throws {
            let role: AccessRole = owner ? .owner : admin ? .admin : .member
            try await person.act("may talk to the bot as \(role.rawValue)", role.rawValue) { store, bot, user, _ in
                try await store.setAccess(.allowed, role: role, name: nil, for: user, bot: bot, at: Date())
            }
        }
    }

    /// `martlet users block`.
    struct Block: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Keep somebody out; they hear nothing.")

        @OptionGroup
        var person: PersonOptions

        func run() async throws {
            try await person.act("is blocked", "blocked") { store, bot, user, configuration in
                guard !configuration.access.access.owners.contains(user) else {
                    throw CommandError("\(user) is an owner by configuration: \(Setting.accessOwners.places)")
                }
                try await store.setAccess(.blocked, role: .member, name: nil, for: user, bot: bot, at: Date())
            }
        }
    }

    /// `martlet users forget`.
    struct Forget: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Erase everything that is stored about somebody, kept prompts included."
        )

        @Option(
            name: .customLong("snapshots"),
            help: ArgumentHelp("The directory of kept prompts, instead of the usual one.", valueName: "directory"),
            completion: .directory
        )
        var directory: String?

        @OptionGroup
        var person: PersonOptions

        func run() async throws {
            let path =
                directory ?? SnapshotArguments.standardDirectory(environment: ProcessInfo.processInfo.environment)
            try await person.act("is forgotten", "forgotten") { store, bot, user, configuration in
                let conversations = try await store.personalConversations(of: user, bot: bot)
                let data = PersonalData(store: store, timeZone: configuration.access.budgets.timeZone)
                try await data.erase(user, bot: bot)
                guard let path, FileManager.default.fileExists(atPath: path) else { return }
                let library = try SnapshotLibrary(directory: path)
                for conversation in conversations { library.erase(owner: conversation) }
            }
        }
    }

    /// Whom a command is about.
    struct PersonOptions: ParsableArguments {
        @Argument(help: "The person's Telegram number.")
        var number: String

        @Flag(help: "Print one JSON object.")
        var json = false

        @OptionGroup
        var bot: BotStoreOptions

        mutating func validate() throws {
            guard let value = Int64(number), value > 0 else {
                let advice =
                    number.hasPrefix("@")
                    ? " A name with @ can be taken by somebody else; the bot tells strangers their number, or use martlet pair."
                    : ""
                throw ValidationError("NUMBER is a Telegram number such as 123456789.\(advice)")
            }
        }

        /// Opens the database, does something about the person, and says what.
        func act(
            _ sentence: String,
            _ word: String,
            _ body: (any BotStore, BotID, UserID, BotConfiguration) async throws -> Void
        ) async throws {
            let (store, configuration) = try await bot.open()
            let user = UserID(Int64(number) ?? 0)
            try await body(store.store, configuration.telegram.token.bot, user, configuration)
            try await store.close()
            if json {
                print(try JSONOutput.line(["id": "\(user)", "result": word]), terminator: "")
            } else {
                print("\(user) \(sentence).")
            }
        }
    }
}
