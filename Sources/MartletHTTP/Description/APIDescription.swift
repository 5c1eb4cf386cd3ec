import MartletCore

/// The description of the API as OpenAPI 3.1, which lies in `openapi.json`.
enum APIDescription {
    /// The description with the program's version in it.
    static func json(version: String) -> [UInt8] {
        guard var document = (try? JSONValue(parsing: PackageResources.openapi_json))?.object,
            var information = document["info"]?.object
        else { preconditionFailure("openapi.json is part of the program and is a JSON object with an info member") }
        information["version"] = .string(version)
        document["info"] = .object(information)
        return JSONValue.object(document).serialized
    }
}
