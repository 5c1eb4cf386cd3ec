package import MartletCore

/// Parameters and a file as a form (RFC 7578).
package struct MultipartForm {
    /// What the request is labelled with.
    package let contentType: String
    /// The whole form.
    package private(set) var bytes: [UInt8] = []

    /// Writes a form.
    package init(_ parameters: JSONObject, _ upload: BotAPIUpload) {
        // Random, so that nothing in the file can end it.
        let boundary = "martlet-" + (0..<4).map { _ in String(UInt64.random(in: .min ... .max), radix: 36) }.joined()
        contentType = "multipart/form-data; boundary=\(boundary)"
        for (name, value) in parameters {
            append("--\(boundary)\r\nContent-Disposition: form-data; name=\"\(name)\"\r\n\r\n")
            // Text is given as it is, everything else as JSON.
            if let text = value.string { append(text) } else { bytes += value.serialized }
            append("\r\n")
        }
        let name = Self.safe(upload.name)
        append("--\(boundary)\r\nContent-Disposition: form-data; name=\"\(upload.field)\"; filename=\"\(name)\"\r\n")
        append("Content-Type: application/octet-stream\r\n\r\n")
        bytes += upload.bytes
        append("\r\n--\(boundary)--\r\n")
    }

    private mutating func append(_ text: String) { bytes += Array(text.utf8) }

    /// A name that ends neither its quotes nor its line.
    private static func safe(_ name: String) -> String {
        let kept = name.unicodeScalars.filter { $0.value >= 32 && $0 != "\"" && $0 != "\\" && $0.value != 127 }
        let text = String(String.UnicodeScalarView(kept.prefix(120)))
        return text.isEmpty ? "file" : text
    }
}
