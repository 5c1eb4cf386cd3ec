import HTTPTypes
import Hummingbird
import MartletCore

/// The object in a request's body.
///
/// The content type may be left out; a form is refused, because a browser sends one anywhere without asking first.
/// - Throws: 415 for a content type that isn't JSON, 400 with the place for what isn't, and what reading the body throws.
func readObject(_ request: Request, _ context: APIRequestContext) async throws(APIError) -> RequestFields {
    if let type = request.headers[.contentType], !isJSON(type) {
        throw APIError(
            status: .unsupportedMediaType,
            message: "The body must be JSON, sent with 'content-type: application/json'.",
            type: "invalid_request_error",
            code: "unsupported_media_type"
        )
    }
    let buffer = try await request.collectedBody(context)
    do throws(RequestFault) {
        return RequestFields(try parseObject(Array(buffer.readableBytesView)))
    } catch {
        throw APIError(error)
    }
}

/// Whether a media type is JSON or a dialect of it.
private func isJSON(_ contentType: String) -> Bool {
    let type = contentType.prefix { $0 != ";" }.filter { $0 != " " }.lowercased()
    return type == "application/json" || type == "text/json"
        || type.hasPrefix("application/") && type.hasSuffix("+json")
}

/// Reads a body that is one JSON object.
func parseObject(_ bytes: [UInt8]) throws(RequestFault) -> JSONObject {
    guard !bytes.isEmpty else { throw RequestFault(.invalidJSON, nil, "The body is empty; it must be a JSON object.") }
    guard String(validating: bytes, as: UTF8.self) != nil else {
        throw RequestFault(.invalidJSON, nil, "The body is not UTF-8; JSON is sent in UTF-8.")
    }
    let value: JSONValue
    do throws(JSONError) {
        value = try JSONValue(parsing: bytes)
    } catch {
        let read = bytes.prefix(error.offset)
        let line = read.reduce(1) { $1 == 0x0A ? $0 + 1 : $0 }
        let column = read.count - (read.lastIndex(of: 0x0A).map { $0 + 1 } ?? 0) + 1
        let message = "The body is not JSON: \(error.reason) at line \(line), column \(column) (byte \(error.offset))."
        throw RequestFault(.invalidJSON, nil, message)
    }
    guard case .object(let members) = value else {
        throw RequestFault(.wrongType, nil, "The body must be a JSON object, but is \(value.kindName).")
    }
    return members
}
