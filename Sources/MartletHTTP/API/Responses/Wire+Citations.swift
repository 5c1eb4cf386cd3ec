import MartletCore

extension Wire {
    /// The annotations of a chat's message: one for each mark that names a source, and one at position 0 for a source that the
    /// answer rests on without naming it.
    ///
    /// Positions count Unicode scalars of the message's content, as Python does.
    static func citations(_ sources: [AnswerSource]) -> [JSONValue] {
        places(of: sources).map { source, range in
            ["type": "url_citation", "url_citation": .object(citation(source, range))]
        }
    }

    /// The annotations of a response's text.
    static func responseCitations(_ sources: [AnswerSource]) -> [JSONValue] {
        places(of: sources).map { source, range in
            .object(JSONObject([("type", "url_citation")]).merging(citation(source, range)))
        }
    }

    private static func places(of sources: [AnswerSource]) -> [(AnswerSource, Range<Int>)] {
        sources.flatMap { source in (source.marks.isEmpty ? [0..<0] : source.marks).map { (source, $0) } }
    }

    private static func citation(_ source: AnswerSource, _ range: Range<Int>) -> JSONObject {
        [
            "start_index": .integer(Int64(range.lowerBound)), "end_index": .integer(Int64(range.upperBound)),
            "title": .string(([source.title] + source.headings).joined(separator: " › ")),
            "url": .string(source.location + fragment(source.place)),
        ]
    }

    /// The part of an address behind `#`, as code hosts and viewers of PDF have it.
    private static func fragment(_ place: AnswerSource.Place?) -> String {
        switch place {
        case .lines(let lines): "#L\(lines.lowerBound)-L\(lines.upperBound)"
        case .page(let page): "#page=\(page)"
        case nil: ""
        }
    }
}
