import ArgumentParser

/// `martlet aws`: what a bot on AWS needs there.
struct AWSCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "aws",
        abstract: "Make and check what a bot on AWS needs: table, queues and secrets.",
        discussion: """
            Credentials and region are found where AWS's own tools find theirs: AWS_PROFILE, AWS_ACCESS_KEY_ID, \
            AWS_REGION, ~/.aws, a container's or an instance's role.

            EXAMPLES
              martlet aws check
              martlet aws setup --dry-run
              TELEGRAM_TOKEN=… martlet aws setup mybot --queue --secret
            """,
        subcommands: [AWSSetupCommand.self, AWSCheckCommand.self]
    )
}

/// What both commands take.
struct AWSArguments: ParsableArguments {
    @Argument(help: ArgumentHelp("What all of it is called; the queue is NAME.fifo.", valueName: "name"))
    var name = BotResources.standardName

    @Option(help: ArgumentHelp("The region, instead of AWS_REGION and the profile's.", valueName: "region"))
    var region: String?

    @Flag(help: "Print one JSON object.")
    var json = false

    func validate() throws {
        let isName =
            (3...70).contains(name.utf8.count)
            && name.utf8.allSatisfy { byte in
                let character = Character(Unicode.Scalar(byte))
                return character.isASCII && (character.isLetter || character.isNumber || "-_".contains(character))
            }
        guard isName else {
            throw ValidationError("NAME is 3 to 70 letters, digits, dashes or underscores.")
        }
    }
}
