extension AccessPhrase {
    var english: String {
        switch self {
        case .stranger(true, let number):
            """
            Hello! I only talk to people whom my owner has let in. Ask them for a pairing code and send it to me here.
            If they want to know: your number is \(number).
            """
        case .stranger(false, _):
            "Hello! I have no owner yet. If you are the one who set me up: my log shows a pairing code. Send it to me here."
        case .wrongCode(let left) where left <= 0:
            "This code is not valid. Please try again in an hour, with a fresh code from my owner."
        case .wrongCode:
            "This code is not valid; codes work once, and for an hour. Please ask my owner for a fresh one."
        case .welcome:
            "Welcome! Now we can talk. /help shows what I can do."
        case .welcomeOwner:
            """
            Welcome! You are my owner now.

            /pair - a code that lets somebody in
            /users - who may talk to me
            /groups - where I am
            /help - everything else
            """
        case .cameIn(let name, let number, .owner):
            "\(name) (\(number)) came in with a pairing code and is an owner now."
        case .cameIn(let name, let number, _): "\(name) (\(number)) came in with a pairing code."
        case .invitation(let code, let link, let minutes):
            "This code lets one person in, within \(minutes) minutes:\n\n\(code)\n\n"
                + (link.map { "They can send it to me, or open\n\($0)" } ?? "They have to send it to me.")
                + "\n\nWho has a Telegram number can also be let in with /allow NUMBER."
        case .needsNumber:
            """
            Please give the person's Telegram number, like this: /allow 123456789
            An @name is not enough: its holder can give it up, and somebody else can take it. My refusal tells people \
            their number; a code from /pair needs none.
            """
        case .isAllowed(let name, let number): "\(name ?? "\(number)") may talk to me."
        case .isBlocked(let name, let number): "\(name ?? "\(number)") is blocked and hears nothing from me."
        case .ownerStays: "This is an owner by configuration (access.owners), whom I cannot block."
        case .notYourself: "You cannot block yourself: another owner can."
        case .notYours: "This button is not for you."
        case .people(true): "Everybody may talk to me who is not blocked. I know:"
        case .people(false): "These people may talk to me:"
        case .groupList: "My groups:"
        case .nobody: "nobody yet"
        case .roleName(.member): "member"
        case .roleName(.admin): "admin"
        case .roleName(.owner): "owner"
        case .blockedName: "blocked"
        case .groupStanding(.pending): "waits for you"
        case .groupStanding(.approved): "approved"
        case .groupStanding(.refused): "refused"
        case .settingsBy(.administrators): "settings: administrators"
        case .settingsBy(.everybody): "settings: everybody"
        case .groupWaits(let title, let name, let hours):
            (name.map { "\($0) added me to the group \(title)." } ?? "I am in the group \(title).")
                + " May I answer there? Until you say so I am silent, and I leave after \(hours) h."
        case .groupApproved(let title): "I answer in \(title) now."
        case .groupLeft(let title): "I have left \(title)."
        case .groupGone: "I am no longer in this group."
        case .joinedChannel(let title):
            """
            I am in the channel \(title) now. I write nothing there by myself. To have me answer comments, add me to its \
            discussion group.
            """
        case .joinedGroup(let username, let seesEverything):
            "Hello! To talk to me, reply to one of my messages"
                + (username.map { ", or begin with @\($0)" } ?? " or mention me") + ". "
                + (seesEverything
                    ? "Telegram shows me everything that is written here; I answer only when I am asked."
                    : "Telegram shows me only commands, replies to me and messages that name me; if I do not hear "
                        + "you, reply to this message.")
        case .approve: "Approve"
        case .leave: "Leave"
        case .block: "Block"
        case .letIn: "Let in"
        }
    }
}
