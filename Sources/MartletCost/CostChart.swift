/// A chart of what a month costs, by the number of messages, as an SVG picture.
public struct CostChart: Sendable {
    /// A line of the chart.
    public struct Line: Sendable {
        /// What it is.
        public var name: String
        /// Dollars for a number of messages.
        public var cost: @Sendable (_ messageCount: Double) -> Double

        /// Makes a line.
        public init(_ name: String, cost: @escaping @Sendable (_ messageCount: Double) -> Double) {
            self.name = name
            self.cost = cost
        }
    }

    private let lines: [Line]
    private let messageCount: Double

    /// Makes a chart around a number of messages a month.
    public init(_ lines: [Line], messageCount: Double) {
        self.lines = lines
        self.messageCount = max(1, messageCount)
    }

    private static let colours = [
        "#0b6e99", "#d9480f", "#2b8a3e", "#862e9c", "#e67700", "#c2255c", "#495057", "#1864ab",
    ]
    private static let width = 760.0
    private static let height = 420.0
    private static let left = 76.0
    private static let top = 56.0
    private static let plotWidth = 440.0
    private static let plotHeight = 300.0

    /// The picture; both axes are logarithmic, and what costs nothing lies on the ground.
    public var svg: String {
        let lowest = max(1, messageCount / 1000)
        let highest = messageCount * 100
        let counts = (0...120).map { lowest * power(highest / lowest, Double($0) / 120) }
        let costs = lines.map { line in counts.map { max(0, line.cost($0)) } }
        let most = max(1, costs.joined().max() ?? 1)
        let floor = 0.01
        func x(_ count: Double) -> Double {
            Self.left + Self.plotWidth * decades(count / lowest) / decades(highest / lowest)
        }
        func y(_ cost: Double) -> Double {
            Self.top + Self.plotHeight * (1 - decades(max(cost, floor) / floor) / decades(most / floor))
        }
        var body = ""
        var mark = 0.01
        while mark <= most {
            body += rule(y(mark), label: Dollars(mark).description)
            mark *= 10
        }
        var count = 1.0
        while count <= highest {
            if count >= lowest { body += tick(x(count), label: Grouped(count).description) }
            count *= 10
        }
        let here = x(messageCount)
        body += """
            <line class="here" x1="\(short(here))" x2="\(short(here))" y1="\(short(Self.top))" \
            y2="\(short(Self.top + Self.plotHeight))"/>

            """
        for (index, line) in lines.enumerated() {
            let colour = Self.colours[index % Self.colours.count]
            let points = zip(counts, costs[index]).map { "\(short(x($0))),\(short(y($1)))" }
            body += "<polyline stroke=\"\(colour)\" points=\"\(points.joined(separator: " "))\"/>\n"
            let row = Self.top + 10 + Double(index) * 22
            let column = Self.left + Self.plotWidth + 24
            let price = Dollars(max(0, line.cost(messageCount)))
            body += """
                <rect fill="\(colour)" x="\(short(column))" y="\(short(row))" width="14" height="4" rx="2"/>
                <text x="\(short(column + 22))" y="\(short(row + 6))">\(escaped(line.name)): \(price)</text>

                """
        }
        return """
            <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(short(Self.width)) \(short(Self.height))" role="img" \
            aria-label="Dollars a month by messages a month">
            <style>
            svg { color-scheme: light dark; background: #fff; color: #212529; font: 13px system-ui, sans-serif }
            text { fill: currentColor } .dim { opacity: .65 } polyline { fill: none; stroke-width: 2.5 }
            line { stroke: currentColor; opacity: .13 } .here { opacity: .5; stroke-dasharray: 3 4 }
            @media (prefers-color-scheme: dark) { svg { background: #16181c; color: #e9ecef } }
            </style>
            <text x="\(short(Self.left))" y="28" font-size="16" font-weight="600">Dollars a month, by messages a month</text>
            \(body)</svg>

            """
    }

    private func rule(_ y: Double, label: String) -> String {
        """
        <line x1="\(short(Self.left))" x2="\(short(Self.left + Self.plotWidth))" y1="\(short(y))" y2="\(short(y))"/>
        <text class="dim" text-anchor="end" x="\(short(Self.left - 8))" y="\(short(y + 4))">\(label)</text>

        """
    }

    private func tick(_ x: Double, label: String) -> String {
        """
        <text class="dim" text-anchor="middle" x="\(short(x))" y="\(short(Self.top + Self.plotHeight + 22))">\(label)</text>

        """
    }

    private func escaped(_ text: String) -> String {
        text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
    }

    private func short(_ value: Double) -> String {
        let tenths = Int((value * 10).rounded())
        return tenths % 10 == 0 ? "\(tenths / 10)" : "\(tenths / 10).\(abs(tenths % 10))"
    }
}

/// The decimal logarithm of a positive number, as far as a chart needs it: to four digits.
func decades(_ value: Double) -> Double {
    var rest = max(value, .leastNormalMagnitude)
    var result = 0.0
    while rest >= 10 { (rest, result) = (rest / 10, result + 1) }
    while rest < 1 { (rest, result) = (rest * 10, result - 1) }
    var step = 0.5
    for _ in 0..<20 {
        rest *= rest
        if rest >= 10 { (rest, result) = (rest / 10, result + step) }
        step /= 2
    }
    return result
}

/// A positive base to a power between 0 and 1.
func power(_ base: Double, _ exponent: Double) -> Double {
    var result = 1.0
    var root = base
    var rest = exponent
    for _ in 0..<40 {
        root = root.squareRoot()
        rest *= 2
        if rest >= 1 { (result, rest) = (result * root, rest - 1) }
    }
    return exponent >= 1 ? base : result
}
