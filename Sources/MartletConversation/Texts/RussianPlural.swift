/// Which form of a word stands behind a number in Russian.
package enum RussianPlural {
    /// One of the three forms: as behind 1, behind 2, and behind 5.
    package static func form(of count: Int64, _ one: String, _ few: String, _ many: String) -> String {
        let last = count.magnitude % 100
        switch last % 10 {
        case _ where (11...14).contains(last): return many
        case 1: return one
        case 2...4: return few
        default: return many
        }
    }
}
