import Foundation
package import MartletConversation
import Yams

/// The personas that a chat may choose: those of `personas:` in `martlet.yaml`, each a name with its instruction.
package enum PersonaSection {
    /// Reads them in the order of the file; none where there is no file.
    /// - Throws: ``ConfigurationError``, whose description names the persona and what it needs.
    package static func load(file: String?, environment: [String: String]) throws -> [PersonaPreset] {
        guard let path = try ConfigurationFile.path(named: file, environment: environment),
            let section = try ConfigurationFile.root(of: path)?.mapping?["personas"]
        else { return [] }
        guard let mapping = section.mapping else { throw invalid(path, "personas", "names with an instruction each") }
        return try mapping.map { name, node in
            let name = name.string ?? ""
            guard (1...64).contains(name.count), let template = node.string, !template.isEmpty else {
                throw invalid(path, "personas.\(name.prefix(64))", "an instruction, such as \"You are a pirate.\"")
            }
            return PersonaPreset(name: name, template: template)
        }
    }

    private static func invalid(_ path: String, _ key: String, _ needs: String) -> ConfigurationError {
        ConfigurationError(code: .invalidValue, description: "\(path): \(key) needs \(needs)")
    }
}
