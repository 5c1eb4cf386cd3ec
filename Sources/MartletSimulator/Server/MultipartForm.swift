import MartletCore

/// `multipart/form-data` (RFC 7578): texts become parameters, parts with a file name become files.
enum MultipartForm {
    /// - Returns: nil where the body is not such a form.
    static func parse(_ body: [UInt8], contentType: String) -> (JSONObject, [String: UploadedFile])? {
        guard let boundary = parameter("boundary", of: contentType), !boundary.isEmpty else { return nil }
        let mark = Array("--\(boundary)".utf8)
        var fields: JSONObject = [:]
        var files: [String: UploadedFile] = [:]
        guard var position = find(mark, in: body, from: 0) else { return nil }
        while true {
            position += mark.count
            guard position + 2 <= body.count else { return nil }
            if body[position...].starts(with: "--".utf8) { return (fields, files) }
            position += 2  // The line break behind the boundary.
            guard let headEnd = find(Array("\r\n\r\n".utf8), in: body, from: position),
                let end = find(Array("\r\n".utf8) + mark, in: body, from: headEnd + 2)
            else { return nil }
            let head = String(decoding: body[position..<headEnd], as: UTF8.self)
            let content = headEnd + 4 <= end ? Array(body[(headEnd + 4)..<end]) : []
            add(head, content, &fields, &files)
            position = end + 2
        }
    }

    private static func add(
        _ head: String,
        _ content: [UInt8],
        _ fields: inout JSONObject,
        _ files: inout [String: UploadedFile]
    ) {
        var disposition = ""
        var type = "application/octet-stream"
        for line in head.split(whereSeparator: \.isNewline) {
            let pieces = line.split(separator: ":", maxSplits: 1)
            guard pieces.count == 2 else { continue }
            let value = pieces[1].trimmingWhitespace()
            switch pieces[0].lowercased() {
            case "content-disposition": disposition = value
            case "content-type": type = value
            default: break
            }
        }
        guard let name = parameter("name", of: disposition) else { return }
        if let file = parameter("filename", of: disposition) {
            files[name] = UploadedFile(name: file, contentType: type, bytes: content)
        } else {
            fields[name] = FormFields.value(String(decoding: content, as: UTF8.self))
        }
    }

    /// The value of a parameter of a header, such as `name="chat_id"`.
    private static func parameter(_ name: String, of header: String) -> String? {
        for piece in header.split(separator: ";").dropFirst() {
            let pair = piece.split(separator: "=", maxSplits: 1)
            guard pair.count == 2, pair[0].trimmingWhitespace().lowercased() == name else { continue }
            let value = pair[1].trimmingWhitespace()
            return value.hasPrefix("\"") && value.hasSuffix("\"") && value.count >= 2
                ? String(value.dropFirst().dropLast()) : value
        }
        return nil
    }

    private static func find(_ pattern: [UInt8], in body: [UInt8], from start: Int) -> Int? {
        guard let first = pattern.first, start <= body.count - pattern.count, start >= 0 else { return nil }
        var position = start
        while position <= body.count - pattern.count {
            if body[position] == first, body[position..<(position + pattern.count)].elementsEqual(pattern) {
                return position
            }
            position += 1
        }
        return nil
    }
}
