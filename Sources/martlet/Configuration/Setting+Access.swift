extension Setting {
    /// Everything that can be set about who may talk to the bot, how much, and what is kept.
    static let access: [Setting] =
        [
            accessOwners, accessAdmins, accessAllowed, accessAllowedGroups, accessPeople, accessGroups,
            accessGroupMembers,
            accessGroupSettings, accessGroupPatience, privacyRetentionDays, privacyText, budgetPrice,
        ] + budgets

    static let accessOwners = Setting(
        key: "access.owners",
        environmentName: "MARTLET_OWNERS",
        summary: "Telegram numbers of the bot's owners, with commas between them"
    )
    static let accessAdmins = Setting(
        key: "access.admins",
        environmentName: "MARTLET_ADMINS",
        summary: "Telegram numbers of those who help the owners"
    )
    static let accessAllowed = Setting(
        key: "access.allowed",
        environmentName: "MARTLET_ALLOWED_USERS",
        summary: "Telegram numbers of those who may talk to the bot without a code"
    )
    static let accessAllowedGroups = Setting(
        key: "access.allowedGroups",
        environmentName: "MARTLET_ALLOWED_GROUPS",
        summary: "numbers of groups where the bot answers without being asked about, such as -1001234567890"
    )
    static let accessPeople = Setting(
        key: "access.people",
        environmentName: "MARTLET_ACCESS",
        summary: "closed, or open to let everybody talk to the bot"
    )
    static let accessGroups = Setting(
        key: "access.groups",
        environmentName: "MARTLET_GROUPS",
        summary: "approval, open or never"
    )
    static let accessGroupMembers = Setting(
        key: "access.groupMembers",
        environmentName: "MARTLET_GROUP_MEMBERS",
        summary: "who is answered in an approved group: everybody or allowed"
    )
    static let accessGroupSettings = Setting(
        key: "access.groupSettings",
        environmentName: "MARTLET_GROUP_SETTINGS",
        summary: "who may change the bot's settings in a group: administrators or everybody"
    )
    static let accessGroupPatience = Setting(
        key: "access.groupPatience",
        environmentName: "MARTLET_GROUP_PATIENCE",
        summary: "hours that the bot stays in a group that nobody approved, 1 to 720"
    )
    static let privacyRetentionDays = Setting(
        key: "privacy.retentionDays",
        environmentName: "MARTLET_RETENTION_DAYS",
        summary: "days after which messages are forgotten"
    )
    static let privacyText = Setting(
        key: "privacy.text",
        environmentName: "MARTLET_PRIVACY_TEXT",
        summary: "what /privacy says besides, such as who runs the bot"
    )
    static let budgetPrice = Setting(
        key: "budgets.dollarsPerMillionTokens",
        environmentName: "MARTLET_BUDGET_DOLLARS_PER_MILLION_TOKENS",
        summary: "the most that a million tokens of the bot's models cost"
    )

    /// Whom a limit is for, and the word for it in keys.
    static let budgetScopes = ["member", "admin", "owner", "chat", "all", "guest", "guestChat"]
    /// What is limited, as keys say it.
    static let budgetKinds = ["messages", "tokens", "dollars"]
    /// For how long, as keys say it.
    static let budgetPeriods = ["Day", "Month"]

    /// A limit: `budgets.member.messagesPerDay`, `MARTLET_BUDGET_MEMBER_MESSAGES_PER_DAY`.
    static func budget(_ scope: String, _ kind: String, per period: String) -> Setting {
        Setting(
            key: "budgets.\(scope).\(kind)Per\(period)",
            environmentName: "MARTLET_BUDGET_\(scope == "guestChat" ? "guest_chat" : scope)_\(kind)_PER_\(period)"
                .uppercased(),
            summary: "the most \(kind) a \(period.lowercased()) of \(budgetHolder(scope))"
        )
    }

    /// Whom a limit is for, in words.
    private static func budgetHolder(_ scope: String) -> String {
        switch scope {
        case "all": "everybody together"
        case "guest": "each person who asks in chats that the bot is not in"
        case "guestChat": "each chat that the bot is not in"
        default: "each \(scope)"
        }
    }

    private static let budgets = budgetScopes.flatMap { scope in
        budgetPeriods.flatMap { period in budgetKinds.map { budget(scope, $0, per: period) } }
    }
}
