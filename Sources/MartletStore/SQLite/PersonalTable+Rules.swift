extension PersonalTable {
    /// A person's conversations, and their words in those of groups, with what was answered to them.
    static let conversations: [PersonalTable] = [
        PersonalTable(
            name: "turn",
            rows: "conversation IN (SELECT id FROM personal_conversation WHERE is_own)",
            erasure: .kept,
            section: "messages",
            columns: ["role", "content", "date"]
        ),
        PersonalTable(
            name: "turn",
            needs: ["speaker"],
            rows: """
                (speaker = :user OR bot = :bot AND update_id IN (SELECT update_id FROM personal_update))
                AND conversation IN (SELECT id FROM personal_conversation WHERE NOT is_own)
                """,
            erasure: .kept,
            section: "messages_in_groups",
            columns: ["role", "content", "date"]
        ),
        PersonalTable(
            name: "conversation",
            rows: "id IN (SELECT id FROM personal_conversation WHERE is_own)",
            erasure: .kept,
            section: "conversations"
        ),
        PersonalTable(
            name: "received_update",
            rows: "bot = :bot AND event IS NOT NULL AND update_id IN (SELECT update_id FROM personal_update)",
            erasure: .kept,
            section: "unanswered",
            columns: ["received", "state", "event"]
        ),
        PersonalTable(
            name: "reply_message",
            rows: "bot = :bot AND update_id IN (SELECT update_id FROM personal_update)",
            erasure: .removed
        ),
        PersonalTable(
            name: "shown_turn",
            rows: """
                turn IN (SELECT turn.id FROM turn JOIN personal_conversation ON personal_conversation.id = conversation
                    WHERE is_own OR speaker = :user
                    OR turn.bot = :bot AND turn.update_id IN (SELECT update_id FROM personal_update))
                """,
            erasure: .removed
        ),
        // A summary and a question that nobody answered are made of what everybody said.
        PersonalTable(
            name: "conversation",
            needs: ["summary", "unanswered"],
            rows: "id IN (SELECT id FROM personal_conversation WHERE NOT is_own)",
            erasure: .blanked("summary = NULL, summary_through = NULL, unanswered = NULL")
        ),
        PersonalTable(
            name: "turn",
            needs: ["speaker"],
            rows: """
                speaker = :user OR bot = :bot AND update_id IN (SELECT update_id FROM personal_update)
                OR update_id IS NULL AND speaker IS NULL AND conversation IN (SELECT id FROM personal_conversation)
                """,
            erasure: .removed
        ),
        PersonalTable(
            name: "turn",
            rows: "conversation IN (SELECT id FROM personal_conversation WHERE is_own)",
            erasure: .removed
        ),
        PersonalTable(
            name: "conversation",
            rows: "id IN (SELECT id FROM personal_conversation WHERE is_own)",
            erasure: .removed
        ),
        // Recognised when it comes again, and nothing else.
        PersonalTable(
            name: "received_update",
            needs: ["final"],
            rows: "bot = :bot AND update_id IN (SELECT update_id FROM personal_update)",
            erasure: .blanked("final = NULL")
        ),
        PersonalTable(
            name: "received_update",
            rows: "bot = :bot AND update_id IN (SELECT update_id FROM personal_update)",
            erasure: .blanked(
                """
                event = NULL, final_text = NULL, state = CASE WHEN state IN ('accepted', 'answering', 'delivering')
                    THEN 'ignored' ELSE state END
                """
            )
        ),
        PersonalTable(
            name: "received_update",
            rows: "bot = :bot AND unreadable IS NOT NULL AND instr(unreadable, CAST(:user AS BLOB)) > 0",
            erasure: .blanked("unreadable = NULL")
        ),
    ]

    /// What is known of a person's access.
    ///
    /// An owner stays one and a blocked person stays blocked, by their number alone.
    static let access: [PersonalTable] = [
        PersonalTable(
            name: "access_person",
            rows: "bot = :bot AND user = :user",
            erasure: .blanked("name = NULL, language = NULL, refused_update = NULL, pairing_update = NULL"),
            section: "access"
        ),
        PersonalTable(
            name: "access_person",
            rows:
                "bot = :bot AND user = :user AND standing <> 'blocked' AND NOT (standing = 'allowed' AND role = 'owner')",
            erasure: .removed
        ),
        PersonalTable(
            name: "access_group",
            rows: "bot = :bot AND added_by = :user",
            erasure: .blanked("added_by = NULL"),
            section: "groups_where_you_added_the_bot",
            columns: ["chat", "title", "since"]
        ),
        PersonalTable(
            name: "access_connection",
            rows: "bot = :bot AND owner = :user",
            erasure: .removed,
            section: "connections"
        ),
    ]

    /// How much a person asked for; the running month's numbers stay, so that erasing does not refill a limit.
    static let budgets: [PersonalTable] = [
        PersonalTable(
            name: "budget_usage",
            rows: "bot = :bot AND scope IN ('user', 'chat', 'guest') AND subject = :user",
            erasure: .kept,
            section: "usage"
        ),
        PersonalTable(
            name: "budget_usage",
            rows:
                "bot = :bot AND scope IN ('user', 'chat', 'guest') AND subject = :user AND substr(name, 1, 7) < :month",
            erasure: .removed
        ),
        PersonalTable(
            name: "budget_reservation",
            rows: "bot = :bot AND user = :user AND NOT is_held",
            erasure: .removed
        ),
    ]

    /// What was said and sent in somebody's name: the account's owner gets all of it, a contact their own words, and it goes with either.
    static let secretary: [PersonalTable] = [
        PersonalTable(
            name: "secretary_said",
            rows: "lane IN (\(lanes("owner"))) OR author = 'contact' AND lane IN (\(lanes("chat")))",
            erasure: .kept,
            section: "said_over_connections",
            columns: ["author", "text", "date"]
        ),
        PersonalTable(
            name: "secretary_sent",
            rows: "lane IN (\(lanes("owner")))",
            erasure: .kept,
            section: "sent_in_your_name",
            columns: ["contact", "text", "date", "is_automatic", "outcome"]
        ),
        PersonalTable(
            name: "secretary_lane",
            rows: "id IN (\(lanes("owner")))",
            erasure: .kept,
            section: "contacts"
        ),
        PersonalTable(
            name: "secretary_said",
            rows: "lane IN (\(lanes("owner"))) OR lane IN (\(lanes("chat")))",
            erasure: .removed
        ),
        PersonalTable(
            name: "secretary_sent",
            rows: "lane IN (\(lanes("owner"))) OR lane IN (\(lanes("chat")))",
            erasure: .removed
        ),
        PersonalTable(
            name: "secretary_shown",
            rows: "lane IN (\(lanes("owner"))) OR lane IN (\(lanes("chat")))",
            erasure: .removed
        ),
        PersonalTable(
            name: "secretary_lane",
            rows: "id IN (\(lanes("owner"))) OR id IN (\(lanes("chat")))",
            erasure: .removed
        ),
        PersonalTable(
            name: "secretary_account",
            rows: "bot = :bot AND owner = :user",
            erasure: .removed,
            section: "account"
        ),
    ]

    private static func lanes(_ column: String) -> String {
        "SELECT id FROM secretary_lane WHERE bot = :bot AND \(column) = :user"
    }
}
