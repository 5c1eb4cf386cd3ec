import MartletConversation

/// A store that keeps everything of a bot.
typealias BotStore = ConversationStore & AccessStore & BudgetStore & PersonalDataStore & SecretaryStore
