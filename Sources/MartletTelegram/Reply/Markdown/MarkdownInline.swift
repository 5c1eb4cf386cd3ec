/// A piece of a line, in the order in which it is shown.
enum MarkdownInline {
    case text(ArraySlice<UInt8>)
    case code(ArraySlice<UInt8>)
    case begin(FormattedTextBuilder.Style)
    case end(FormattedTextBuilder.Style)
    case beginLink(destination: [UInt8])
    case endLink(destination: [UInt8])
}
