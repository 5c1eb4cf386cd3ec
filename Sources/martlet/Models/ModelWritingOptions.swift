import ArgumentParser

/// How a command that writes a model file does so and tells of it.
struct ModelWritingOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Threads; default: all that this process may use.", valueName: "n"))
    var threads: Int?

    @Flag(help: "Replace the output if it exists.")
    var force = false

    @Flag(help: "Print one JSON object when done.")
    var json = false

    @Flag(name: .shortAndLong, help: "Show no progress, and print nothing but errors.")
    var quiet = false

    func validate() throws {
        if let threads, !(1...1024).contains(threads) { throw ValidationError("--threads must be 1 to 1024.") }
    }
}
