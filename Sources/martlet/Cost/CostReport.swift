import MartletCost
import MartletTerminal

/// What `martlet cost` found.
struct CostReport: Encodable {
    let date: String
    let function: LambdaFunction
    let workload: Workload
    let bill: LambdaBill
    let lambdaTotal: Double
    let lambdaPerMessage: Double
    let hosted: [Hosted]
    let server: Server?

    /// A hosted model beside the function.
    struct Hosted: Encodable {
        let name: String
        let perMessage: Double
        let total: Double
        let breakEven: String
        let breakEvenGigabyteSeconds: Double
    }

    /// A machine with a price of its own.
    struct Server: Encodable {
        let total: Double
        let messageCapacity: Double
    }

    init(
        _ function: LambdaFunction,
        _ workload: Workload,
        _ prices: PriceFile,
        offers: [HostedOffer],
        includesFreeTier: Bool,
        serverPrice: Double?
    ) {
        date = prices.date
        self.function = function
        self.workload = workload
        bill = LambdaBill(function, workload, prices: prices.lambda, includesFreeTier: includesFreeTier)
        lambdaTotal = bill.total
        lambdaPerMessage = workload.messageCount > 0 ? bill.total / workload.messageCount : 0
        hosted = offers.map { offer in
            Hosted(
                name: offer.name,
                perMessage: offer.cost(ofMessageIn: workload),
                total: offer.cost(of: workload),
                breakEven: BreakEven(
                    function,
                    offer,
                    workload,
                    prices: prices.lambda,
                    includesFreeTier: includesFreeTier
                ).words,
                breakEvenGigabyteSeconds: BreakEven.gigabyteSeconds(
                    function.architecture,
                    offer,
                    workload,
                    prices: prices.lambda
                )
            )
        }
        server = serverPrice.map { price in
            let month = 30.0 * 86_400
            return Server(
                total: price,
                messageCapacity: workload.secondsPerMessage > 0 ? month / workload.secondsPerMessage : .infinity
            )
        }
    }

    /// The report for people.
    func text(_ style: Style) -> String {
        var table = TextTable([.left, .right, .right, .left])
        table.add("", "A MESSAGE", "A MONTH", "")
        table.add(
            "Lambda, \(function.architecture.rawValue), \(Grouped(Double(function.memoryMegabytes))) MB",
            Dollars(lambdaPerMessage).description,
            Dollars(lambdaTotal).description,
            bill.freeMessageCount.map { "\(Grouped($0)) a month are free" } ?? "no free tier"
        )
        if let server {
            table.add(
                "a server of your own",
                Dollars(workload.messageCount > 0 ? server.total / workload.messageCount : 0).description,
                Dollars(server.total).description,
                "room for \(Grouped(server.messageCapacity.rounded(.down))) a month, one at a time"
            )
        }
        for offer in hosted {
            table.add(
                TerminalText.harmless(offer.name),
                Dollars(offer.perMessage).description,
                Dollars(offer.total).description,
                offer.breakEven
            )
        }
        var lines = table.lines
        lines[0] = style.dim(lines[0])
        let title =
            "\(Grouped(workload.messageCount)) messages a month, \(workload.promptTokenCount) + "
            + "\(workload.answerTokenCount) tokens, \(Quantity.short(workload.secondsPerMessage)) s on Lambda "
            + "(\(Quantity.short(bill.gigabyteSecondsPerMessage)) GB-s)"
        return style.bold(title) + "\n" + lines.joined(separator: "\n") + "\n"
            + parts(style) + style.dim("Prices of \(date); --prices FILE has others.") + "\n"
    }

    private func parts(_ style: Style) -> String {
        let parts = [
            ("running", bill.running), ("requests", bill.requests), ("disk", bill.storage),
            ("kept ready", bill.readiness),
        ].filter { $0.1 > 0 }
        var text = ""
        if parts.count > 1 {
            text += "  Lambda: " + parts.map { "\($0.0) \(Dollars($0.1))" }.joined(separator: ", ") + "\n"
        }
        if bill.coldStarts > 0 {
            text +=
                "  Cold starts: \(Grouped(workload.coldStartCount)) at \(Quantity.short(workload.coldStartSeconds)) s, "
                + "\(Dollars(bill.coldStarts)) without the free tier\n"
        }
        return style.dim(text)
    }
}

extension BreakEven {
    /// Where the two cost the same, in words.
    var words: String {
        switch self {
        case .functionAlways: "dearer than Lambda at any number"
        case .hostedAlways: "cheaper than Lambda at any number"
        case .functionUpTo(let count): "cheaper than Lambda from \(Grouped(count + 1)) a month on"
        case .functionFrom(let count): "cheaper than Lambda below \(Grouped(count)) a month"
        }
    }
}
