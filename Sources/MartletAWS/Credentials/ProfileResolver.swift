/// The profiles of AWS's own tools: `~/.aws/config` and `~/.aws/credentials`, or where the environment says.
struct ProfileResolver: Sendable {
    let environment: AWSEnvironment

    private static let maximumByteCount = 1 << 20

    init(_ environment: AWSEnvironment) {
        self.environment = environment
    }

    /// The profile that is used: `AWS_PROFILE`, or `default`.
    var name: String { environment["AWS_PROFILE"] ?? environment["AWS_DEFAULT_PROFILE"] ?? "default" }
    /// Whether somebody asked for the profile by its name.
    var isNamed: Bool { environment["AWS_PROFILE"] != nil || environment["AWS_DEFAULT_PROFILE"] != nil }

    var configPath: String { path("AWS_CONFIG_FILE") ?? home + "/.aws/config" }
    var credentialsPath: String { path("AWS_SHARED_CREDENTIALS_FILE") ?? home + "/.aws/credentials" }
    var cachePath: String { home + "/.aws/sso/cache" }
    private var home: String { environment["HOME"] ?? "" }

    /// A variable's path; no shell has seen it where it comes from a container's settings.
    private func path(_ variable: String) -> String? {
        environment[variable].map { $0.hasPrefix("~/") ? home + $0.dropFirst() : $0 }
    }

    /// What both files say; the credentials file's values count where both have one.
    func files() -> ProfileFile {
        var merged = ProfileFile(SmallFile.text(configPath, limit: Self.maximumByteCount) ?? "")
        merged.merge(ProfileFile(SmallFile.text(credentialsPath, limit: Self.maximumByteCount) ?? ""))
        return merged
    }

    /// The profile's region.
    var region: String? { files().profiles[name]?["region"] }
}
