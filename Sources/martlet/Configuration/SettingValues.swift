import Configuration

/// The values of the settings: the command line over the environment over the file.
package struct SettingValues: Sendable {
    private let reader: ConfigReader

    /// The options that were given, by their keys.
    static func given(_ options: [(Setting, String?)]) -> [String: String] {
        Dictionary(uniqueKeysWithValues: options.compactMap { setting, value in value.map { (setting.key, $0) } })
    }

    /// Reads all the places.
    /// - Parameters:
    ///   - options: What the command line says, by key.
    ///   - file: The configuration file; nil looks for one.
    package init(
        options: [String: String],
        environment: [String: String],
        file: String?
    ) async throws {
        let names = Dictionary(uniqueKeysWithValues: Setting.all.map { ($0.key, $0.environmentName) })
        let secrets = Set(Setting.all.filter(\.isSecret).map(\.environmentName))
        // A variable that is set to nothing is not set: that is how shells and containers take one away.
        let variables = EnvironmentVariablesProvider(
            environmentVariables: environment.filter { !$0.value.isEmpty },
            secretsSpecifier: .specific(secrets)
        )
        .mapKeys { key in
            names[key.components.joined(separator: ".")].map { AbsoluteConfigKey([$0]) } ?? key
        }
        let flags = InMemoryProvider(
            name: "command line",
            values: Dictionary(
                uniqueKeysWithValues: options.map { key, value in
                    (
                        AbsoluteConfigKey(key.split(separator: ".").map { String($0) }),
                        ConfigValue(.string(value), isSecret: false)
                    )
                }
            )
        )
        var providers: [any ConfigProvider] = [flags, variables]
        if let path = try ConfigurationFile.path(named: file, environment: environment),
            let provider = try await ConfigurationFile.open(path)
        {
            providers.append(provider)
        }
        reader = ConfigReader(providers: providers)
    }

    /// The text of a setting, or nil where it is not set.
    func text(_ setting: Setting) -> String? {
        reader.string(forKey: ConfigKey(setting.key), isSecret: setting.isSecret)
    }

    /// The items of a setting that the file has as a list of texts or of whole numbers; nil where it is none.
    func items(_ setting: Setting) -> [String]? {
        let key = ConfigKey(setting.key)
        return reader.stringArray(forKey: key, isSecret: setting.isSecret)
            ?? reader.intArray(forKey: key, isSecret: setting.isSecret)?.map { "\($0)" }
    }

    /// The entries of a list: of YAML's own, or of a text with commas between them; empty ones do not count.
    func list(_ setting: Setting) -> [String] {
        let entries = text(setting).map { $0.split(separator: ",").map { String($0) } } ?? items(setting) ?? []
        return entries.filter { !$0.allSatisfy(\.isWhitespace) }
    }

    /// A whole number within bounds.
    func number(_ setting: Setting, in range: ClosedRange<Int>, default standard: Int) throws -> Int {
        guard let text = text(setting) else { return standard }
        guard let number = Int(text), range.contains(number) else {
            throw invalid(setting, text, needs: "a whole number from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    /// Yes or no, in the ways that people write it.
    func flag(_ setting: Setting, default standard: Bool) throws -> Bool {
        guard let text = text(setting) else { return standard }
        switch text.lowercased() {
        case "true", "yes", "on", "1": return true
        case "false", "no", "off", "0": return false
        default: throw invalid(setting, text, needs: "true or false")
        }
    }

    /// The complaint about a value; a secret's value is left out.
    func invalid(_ setting: Setting, _ value: String, needs: String) -> ConfigurationError {
        let shown = setting.isSecret ? "" : " \"\(value)\""
        return ConfigurationError(
            code: .invalidValue,
            description: "\(setting.key)\(shown) is not \(needs); it is set by \(setting.places)"
        )
    }
}
