import MartletCore

extension World {
    /// Does what a call asks for, all but `getUpdates`, which waits.
    mutating func perform(_ call: MethodCall) throws(Refusal) -> JSONValue {
        expireDrafts()
        // Method names do not care about case.
        switch call.method.lowercased() {
        case "getme": return .object(bot.fullJSON)
        case "sendmessage": return try sendMessage(call)
        case "sendrichmessage": return try sendRichMessage(call)
        case "senddocument": return try sendFile(call, kind: "document")
        case "sendphoto": return try sendFile(call, kind: "photo")
        case "sendvoice": return try sendFile(call, kind: "voice")
        case "sendaudio": return try sendFile(call, kind: "audio")
        case "sendvideo": return try sendFile(call, kind: "video")
        case "sendanimation": return try sendFile(call, kind: "animation")
        case "sendsticker": return try sendFile(call, kind: "sticker")
        case "sendmediagroup": return try sendMediaGroup(call)
        case "setmessagereaction": return try setMessageReaction(call)
        case "editephemeralmessagetext": return try editEphemeralMessageText(call)
        case "deleteephemeralmessage": return try deleteEphemeralMessage(call)
        case "sendchataction": return try sendChatAction(call)
        case "sendmessagedraft": return try sendMessageDraft(call)
        case "sendrichmessagedraft": return try sendRichMessageDraft(call)
        case "editmessagetext": return try editMessageText(call)
        case "editmessagecaption": return try editMessageCaption(call)
        case "editmessagereplymarkup": return try editMessageReplyMarkup(call)
        case "deletemessage": return try deleteMessage(call)
        case "deletemessages": return try deleteMessages(call)
        case "answercallbackquery": return try answerCallbackQuery(call)
        case "answerinlinequery": return try answerInlineQuery(call)
        case "answerguestquery": return try answerGuestQuery(call)
        case "setmycommands": return try setMyCommands(call)
        case "getmycommands": return try getMyCommands(call)
        case "deletemycommands": return try deleteMyCommands(call)
        case "setmydescription": return try setText(call, "description", maximum: 512, \.descriptions)
        case "getmydescription": return getText(call, "description", \.descriptions)
        case "setmyshortdescription":
            return try setText(call, "short_description", maximum: 120, \.shortDescriptions)
        case "getmyshortdescription": return getText(call, "short_description", \.shortDescriptions)
        case "setmyname": return try setText(call, "name", maximum: 64, \.names)
        case "getmyname": return getText(call, "name", \.names)
        case "getfile": return try getFile(call)
        case "leavechat": return try leaveChat(call)
        case "getchat": return try getChat(call)
        case "getchatmember": return try getChatMember(call)
        case "getchatadministrators": return try getChatAdministrators(call)
        case "getchatmembercount": return try getChatMemberCount(call)
        case "getbusinessconnection": return try getBusinessConnection(call)
        case "readbusinessmessage": return try readBusinessMessage(call)
        case "setwebhook": return try setWebhook(call)
        case "deletewebhook": return try deleteWebhook(call)
        case "getwebhookinfo":
            return .object(webhook.information(pendingCount: updates.pending.count, allowed: updates.allowed))
        case "logout", "close":
            // A server that forgot its bot on request would end every test that follows.
            throw Refusal(
                status: 429,
                description: "Too Many Requests: retry after 600",
                parameters: ["retry_after": 600]
            )
        default: throw .notFound
        }
    }
}
