/// Cuts blocks that are longer than a passage.
struct BlockCutter {
    let size: DocumentSplitter.Size
    /// What the pieces of prose leave free for the end of the piece before them.
    let overlap: Int
    /// How many passages' lengths a piece of code may have before it is cut.
    private static let codePatience = 2

    /// The block, or pieces of it that fit a passage each.
    func pieces(of block: DocumentBlock) -> [DocumentBlock] {
        let length = size.measure(block.text)
        guard length > size.limit else { return [block] }
        switch block.kind {
        case .prose: return prose(block)
        case .table(let headCount): return rows(block, headCount: headCount).flatMap(bounded)
        case .code(let fence):
            return length <= size.limit * Self.codePatience ? [block] : code(block, fence: fence).flatMap(bounded)
        }
    }

    /// A piece whose single line is far longer than a passage is cut like prose: nobody wrote that line to be read.
    private func bounded(_ piece: DocumentBlock) -> [DocumentBlock] {
        size.measure(piece.text) > size.limit * (Self.codePatience + 1) ? prose(piece) : [piece]
    }

    private func prose(_ block: DocumentBlock) -> [DocumentBlock] {
        var pieces: [DocumentBlock] = []
        var text = ""
        var length = 0
        var line = block.lines.lowerBound
        func end() {
            let shown = text.trimmingWhitespace()
            let lineCount = text.count(where: \.isNewline)
            if !shown.isEmpty {
                var piece = block
                piece.text = shown
                piece.lines = line...max(line, min(line + lineCount, block.lines.upperBound))
                pieces.append(piece)
            }
            line = min(line + lineCount, block.lines.upperBound)
            text = ""
            length = 0
        }
        for sentence in SentenceCutter.sentences(of: block.text).flatMap(fitting) {
            let added = size.measure(sentence)
            if length + added > size.limit - overlap, !text.isEmpty { end() }
            text += sentence
            length += added
        }
        end()
        return pieces
    }

    /// A sentence, or pieces of one that is longer than a passage: between words where there are any.
    private func fitting(_ sentence: Substring) -> [Substring] {
        guard size.measure(sentence) > size.limit - overlap else { return [sentence] }
        guard sentence.count > 1 else { return [sentence] }
        // Halves, so that counting tokens stays cheap however long the sentence is.
        let middle = sentence.index(sentence.startIndex, offsetBy: sentence.count / 2)
        let cut = sentence[..<middle].lastIndex(where: \.isWhitespace).map { sentence.index(after: $0) } ?? middle
        return fitting(sentence[..<cut]) + fitting(sentence[cut...])
    }

    private func rows(_ block: DocumentBlock, headCount: Int) -> [DocumentBlock] {
        let lines = block.text.split(separator: "\n", omittingEmptySubsequences: false)
        let head = lines.prefix(headCount)
        return groups(lines.dropFirst(headCount), around: head, foot: []).map { rows in
            var piece = block
            piece.text = (head + lines[rows]).joined(separator: "\n")
            piece.lines = block.lines.lowerBound + rows.lowerBound...block.lines.lowerBound + rows.upperBound - 1
            return piece
        }
    }

    private func code(_ block: DocumentBlock, fence: String) -> [DocumentBlock] {
        let lines = block.text.split(separator: "\n", omittingEmptySubsequences: false)
        guard let opening = lines.first else { return [block] }
        let isClosed = lines.count > 1 && lines.last?.trimmingWhitespace().hasPrefix(fence) == true
        let body = lines.dropFirst().dropLast(isClosed ? 1 : 0)
        let foot = [Substring(fence)][...]
        return groups(body, around: [opening], foot: foot).map { rows in
            var piece = block
            piece.text = ([opening] + lines[rows] + foot).joined(separator: "\n")
            piece.lines = block.lines.lowerBound + rows.lowerBound...block.lines.lowerBound + rows.upperBound - 1
            return piece
        }
    }

    /// Ranges of lines that fit a passage with what stands around them; a single line always does.
    private func groups(_ lines: ArraySlice<Substring>, around head: ArraySlice<Substring>, foot: ArraySlice<Substring>)
        -> [Range<Int>]
    {
        let frame = (head + foot).reduce(0) { $0 + size.measure($1) + 1 }
        var groups: [Range<Int>] = []
        var start = lines.startIndex
        var length = frame
        for index in lines.indices {
            let added = size.measure(lines[index]) + 1
            if length + added > size.limit, index > start {
                groups.append(start..<index)
                start = index
                length = frame
            }
            length += added
        }
        return start < lines.endIndex ? groups + [start..<lines.endIndex] : groups
    }
}

/// Finds where sentences end.
enum SentenceCutter {
    /// The sentences of a text, each with the white space after it; together they are the text.
    static func sentences(of text: String) -> [Substring] {
        var sentences: [Substring] = []
        var start = text.startIndex
        var index = text.startIndex
        var ends = false
        while index < text.endIndex {
            let character = text[index]
            let next = text.index(after: index)
            if character.isWhitespace {
                let begins = next == text.endIndex || !text[next].isWhitespace
                // A line that begins a point of a list begins a sentence, too.
                let isPoint = character.isNewline && next < text.endIndex && "-*•".contains(text[next])
                if begins, ends || isPoint {
                    sentences.append(text[start..<next])
                    start = next
                    ends = false
                }
            } else if ".!?…。！？".contains(character) {
                ends = true
            } else if !"\"'”’)]»*_`".contains(character) {
                ends = false
            }
            index = next
        }
        if start < text.endIndex { sentences.append(text[start...]) }
        return sentences
    }
}
