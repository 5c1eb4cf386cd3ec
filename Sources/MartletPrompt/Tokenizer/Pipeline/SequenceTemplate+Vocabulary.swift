import MartletCore

extension SequenceTemplate {
    /// What the model of a file is used to: BERT's `[CLS] A [SEP] B [SEP]`, RoBERTa's `<s> A </s></s> B </s>`, T5's `A </s> B </s>`,
    /// and for the rest a beginning and an end around one text.
    init(
        _ description: VocabularyDescription,
        _ vocabulary: Vocabulary,
        addsBOS: Bool
    ) throws(PromptError) {
        let specials = vocabulary.specials
        func text(_ token: TokenID?) -> String {
            token.map { String(decoding: description.tokens.bytes(of: $0), as: UTF8.self) } ?? ""
        }
        if description.model == "bert" {
            let first = specials.classification ?? specials.bos
            let last = specials.separator ?? specials.eos
            let begins = try description.required(first, "cls_token_id")
            let ends = try description.required(last, "seperator_token_id")
            self = .around(description.addsBOS ?? true ? begins : nil, description.addsEOS ?? true ? ends : nil, .typed)
            return
        }
        let isUnigram = description.model == "t5" || description.model == "ugm"
        let begins = addsBOS ? specials.bos : nil
        let ends = description.addsEOS ?? isUnigram ? specials.eos : nil
        if isUnigram, begins == nil {
            self = .around(nil, ends, .plain)
        } else if begins != nil, ends != nil, text(ends) == "[SEP]" {
            self = .around(begins, ends, .typed)
        } else if begins != nil, ends != nil, text(begins) == "<s>", text(ends) == "</s>", description.model != "llama"
        {
            self = .around(begins, ends, .doubled)
        } else {
            self = .around(begins, ends, .none)
        }
    }

    /// How two texts are put together.
    enum Pairing: Hashable, Sendable {
        case none
        /// `A end B end`
        case plain
        /// `begin A end B end`, the second text with its end of type 1
        case typed
        /// `begin A end end B end`
        case doubled
    }

    /// A template with a token on either side of a text.
    static func around(_ begins: TokenID?, _ ends: TokenID?, _ pairing: Pairing) -> SequenceTemplate {
        func token(_ token: TokenID?, _ type: Int32 = 0) -> [Part] { token.map { [.token($0, type: type)] } ?? [] }
        let single = token(begins) + [.first(type: 0)] + token(ends)
        let pair: [Part]? =
            switch pairing {
            case .none: nil
            case .plain: single + [.second(type: 0)] + token(ends)
            case .typed: single + [.second(type: 1)] + token(ends, 1)
            case .doubled: single + token(ends) + [.second(type: 0)] + token(ends)
            }
        return SequenceTemplate(single: single, pair: pair)
    }
}
