import ArgumentParser
import Foundation
import MartletHTTP
import MartletTerminal

/// `martlet make-key`: a fresh API key.
struct MakeKeyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "make-key",
        abstract: "Make an API key for martlet serve.",
        discussion: """
            Prints the line for the keys file to standard output, and the key itself, which is kept nowhere, to standard \
            error. A line may go on with limits and rights:

              rpm=60             requests a minute
              tpm=20000          tokens a minute, of prompts and answers together
              tpd=500000         tokens a day
              concurrent=4       requests at the same time
              rights=vectors     generation, metrics, vectors, vectors-read; several with commas between them

            EXAMPLES
              martlet make-key ada >> keys.txt
            """
    )

    @Argument(help: "Whose key it is: 1 to 64 letters, digits, dots, dashes or underscores.")
    var name: String

    mutating func validate() throws {
        guard AccessKeys.isName(name), name != "anonymous" else {
            throw ValidationError("NAME is 1 to 64 letters, digits, dots, dashes or underscores, and not anonymous.")
        }
    }

    func run() throws {
        let key = AccessKey.makeKey()
        StandardError.write("The key of \(name), shown once: \(key)\n")
        print(AccessKey(name: name, key: key).line)
    }
}
