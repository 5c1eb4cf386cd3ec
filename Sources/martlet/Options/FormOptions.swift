import ArgumentParser
import Foundation
import MartletCore

/// The form that an answer must have.
struct FormOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "A JSON Schema that the answer must fit: a file, or the schema itself.",
            valueName: "path|schema"
        ),
        completion: .file(extensions: ["json"])
    )
    var jsonSchema: String?

    @Option(
        help: ArgumentHelp("A grammar in GBNF that the answer must fit.", valueName: "path"),
        completion: .file(extensions: ["gbnf"])
    )
    var grammar: String?

    mutating func validate() throws {
        guard jsonSchema == nil || grammar == nil else {
            throw ValidationError("Give one form: --json-schema or --grammar.")
        }
    }

    /// Reads the form that was given.
    ///
    /// - Throws: ``CommandError`` with the file's fault and the remedy.
    func constraint() throws -> OutputConstraint? {
        if let jsonSchema { return .jsonSchema(try Self.schema(jsonSchema)) }
        guard let grammar else { return nil }
        guard let data = FileManager.default.contents(atPath: grammar) else {
            throw CommandError("The grammar '\(grammar)' is not a file that can be read. Check its path.")
        }
        guard let text = String(validating: data, as: UTF8.self) else {
            throw CommandError("The grammar '\(grammar)' is not text in UTF-8. Save it as such.")
        }
        return .grammar(text)
    }

    private static func schema(_ given: String) throws -> JSONValue {
        // No file's name begins like this, and no schema otherwise.
        let isText = given.drop { $0.isWhitespace }.first == "{"
        guard let data = isText ? Data(given.utf8) : FileManager.default.contents(atPath: given) else {
            throw CommandError(
                "The schema '\(given)' is not a file that can be read. Check its path, or give the schema itself: '{…}'."
            )
        }
        do {
            return try JSONValue(parsing: data)
        } catch {
            let place = isText ? "The schema" : "The schema in '\(given)'"
            throw CommandError("\(place) is \(error). Correct it there.")
        }
    }
}
