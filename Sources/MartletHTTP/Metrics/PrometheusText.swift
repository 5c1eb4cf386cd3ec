/// Writes metrics in Prometheus' text format, version 0.0.4.
package struct PrometheusText {
    /// The content type of the format.
    static let contentType = "text/plain; version=0.0.4; charset=utf-8"

    /// Names and values of labels, in the order in which they are written.
    package typealias Labels = [(name: String, value: String)]

    /// Nothing yet.
    package init() {}

    /// The text so far.
    package private(set) var text = ""

    /// Writes a counter with its samples.
    package mutating func counter(_ name: String, _ help: String, _ samples: [(Labels, Double)]) {
        family(name, help, type: "counter", samples)
    }

    /// Writes a gauge with its samples.
    package mutating func gauge(_ name: String, _ help: String, _ samples: [(Labels, Double)]) {
        family(name, help, type: "gauge", samples)
    }

    private mutating func family(_ name: String, _ help: String, type: String, _ samples: [(Labels, Double)]) {
        guard !samples.isEmpty else { return }
        begin(name, help, type: type)
        for (labels, value) in samples { sample(name, labels, value) }
    }

    /// Writes a histogram with its samples.
    package mutating func histogram(_ name: String, _ help: String, _ samples: [(Labels, Histogram)]) {
        guard !samples.isEmpty else { return }
        begin(name, help, type: "histogram")
        for (labels, histogram) in samples {
            var total = 0
            for (bound, count) in zip(histogram.bounds + [.infinity], histogram.counts) {
                total += count
                sample(name + "_bucket", labels + [("le", Self.number(bound))], Double(total))
            }
            sample(name + "_sum", labels, histogram.sum)
            sample(name + "_count", labels, Double(total))
        }
    }

    private mutating func begin(_ name: String, _ help: String, type: String) {
        text += "# HELP \(name) \(Self.escaped(help, quotes: false))\n# TYPE \(name) \(type)\n"
    }

    private mutating func sample(_ name: String, _ labels: Labels, _ value: Double) {
        text += name
        if !labels.isEmpty {
            let list = labels.map { "\($0.name)=\"\(Self.escaped($0.value, quotes: true))\"" }
            text += "{" + list.joined(separator: ",") + "}"
        }
        text += " \(Self.number(value))\n"
    }

    /// A number as Prometheus reads it: whole numbers without a fraction, `+Inf`, `-Inf`, `NaN`.
    package static func number(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value > 0 ? "+Inf" : "-Inf" }
        return Int64(exactly: value).map { "\($0)" } ?? "\(value)"
    }

    private static func escaped(_ text: String, quotes: Bool) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\"" where quotes: result += "\\\""
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}
