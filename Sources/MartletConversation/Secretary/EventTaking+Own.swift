extension Secretary: EventTaking {}
extension ElsewhereAnswers: EventTaking {}
