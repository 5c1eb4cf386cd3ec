package import Foundation
package import MartletConversation

/// Who may talk to the bot, how much, and what is kept: the settings, checked.
package struct AccessConfiguration: Sendable {
    /// Who may talk to it.
    package var access: AccessSettings
    /// How much.
    package var budgets: BudgetLimits
    /// After how many days messages are forgotten; nil keeps them.
    package var retentionDays: Int?
    /// What `/privacy` says besides.
    package var privacyText: String?

    /// Reads the settings.
    /// - Parameter timeZone: Where the bot's days begin.
    /// - Throws: ``ConfigurationError``, whose description names the setting and its places.
    package init(_ values: SettingValues, timeZone: TimeZone) throws {
        access = AccessSettings()
        access.owners = try Self.people(values, .accessOwners)
        access.admins = try Self.people(values, .accessAdmins)
        access.allowed = try Self.people(values, .accessAllowed)
        access.allowedGroups = Set(
            try values.words(.accessAllowedGroups).map { text in
                guard let number = Int64(text), number < 0 else {
                    throw values.invalid(
                        .accessAllowedGroups,
                        text,
                        needs: "a group's number, which is negative, such as -1001234567890; /groups shows it"
                    )
                }
                return ChatID(number)
            }
        )
        access.people = try values.choice(.accessPeople, default: .closed)
        access.groups = try values.choice(.accessGroups, default: .approval)
        access.groupMembers = try values.choice(.accessGroupMembers, default: .everybody)
        access.groupSettings = try values.choice(.accessGroupSettings, default: .administrators)
        access.groupPatience = .seconds(3600 * (try values.number(.accessGroupPatience, in: 1...720, default: 24)))
        budgets = try Self.limits(values, timeZone: timeZone)
        if values.text(.privacyRetentionDays) != nil {
            retentionDays = try values.number(.privacyRetentionDays, in: 1...36_500, default: 1)
        }
        privacyText = values.text(.privacyText)
    }

    private static func people(_ values: SettingValues, _ setting: Setting) throws -> Set<UserID> {
        Set(
            try values.words(setting).map { text in
                guard let number = Int64(text), number > 0 else {
                    let advice =
                        text.hasPrefix("@")
                        ? "a Telegram number: a name with @ can be given up by its holder and taken by somebody else, so it "
                            + "identifies nobody; the bot tells strangers their number, or let them in with martlet pair"
                        : "a Telegram number such as 123456789; the bot tells strangers theirs"
                    throw values.invalid(setting, text, needs: advice)
                }
                return UserID(number)
            }
        )
    }

    private static func limits(_ values: SettingValues, timeZone: TimeZone) throws -> BudgetLimits {
        func limit(_ scope: String, _ period: String) throws -> BudgetLimits.Limit {
            func count(_ kind: String) throws -> Int? {
                let setting = Setting.budget(scope, kind, per: period)
                return try values.text(setting) == nil
                    ? nil : values.number(setting, in: 0...1_000_000_000_000, default: 0)
            }
            return BudgetLimits.Limit(
                messages: try count("messages"),
                tokens: try count("tokens"),
                dollars: try values.decimal(Setting.budget(scope, "dollars", per: period), upTo: 1_000_000)
            )
        }
        func periods(_ scope: String) throws -> BudgetLimits.Periods {
            var periods = BudgetLimits.Periods()
            periods.day = try limit(scope, "Day")
            periods.month = try limit(scope, "Month")
            return periods
        }
        var limits = BudgetLimits(timeZone: timeZone)
        for role in AccessRole.allCases { limits.roles[role] = try periods(role.rawValue) }
        limits.chat = try periods("chat")
        limits.all = try periods("all")
        limits.guest = try periods("guest")
        limits.guestChat = try periods("guestChat")
        limits.dollarsPerMillionTokens = try values.decimal(.budgetPrice, upTo: 1_000_000)
        if limits.limitsMoney, limits.dollarsPerMillionTokens == nil {
            throw ConfigurationError(
                code: .missingValue,
                description:
                    "a limit in dollars needs to know what an answer can cost at most; set the highest price of a "
                    + "million tokens of your models: \(Setting.budgetPrice.places)"
            )
        }
        return limits
    }
}

extension SettingValues {
    /// The words of a setting that takes several: a list in the file, or a text with commas or spaces between them.
    func words(_ setting: Setting) -> [String] {
        let text = text(setting) ?? items(setting)?.joined(separator: ",") ?? ""
        return text.split { $0 == "," || $0.isWhitespace }.map { String($0) }
    }

    /// One of the words that a setting knows.
    func choice<Choice: RawRepresentable & CaseIterable>(_ setting: Setting, default standard: Choice) throws -> Choice
    where Choice.RawValue == String {
        guard let text = text(setting) else { return standard }
        guard let choice = Choice(rawValue: text.lowercased()) else {
            throw invalid(setting, text, needs: "one of " + Choice.allCases.map(\.rawValue).joined(separator: ", "))
        }
        return choice
    }

    /// A number that need not be whole, from 0 up, or nil where it is not set.
    func decimal(_ setting: Setting, upTo most: Double) throws -> Double? {
        guard let text = text(setting) else { return nil }
        guard let number = Double(text), number.isFinite, (0...most).contains(number) else {
            throw invalid(setting, text, needs: "a number from 0 to \(Int(most))")
        }
        return number
    }
}
