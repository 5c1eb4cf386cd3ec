import HTTPTypes
import Hummingbird

/// The pages: the documentation of the API, and its description.
struct PageRoutes: APIRoutes {
    let version: String

    func add(to router: Router<APIRequestContext>) {}
}
