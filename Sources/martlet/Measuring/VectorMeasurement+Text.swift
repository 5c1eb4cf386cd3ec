import MartletTerminal

extension VectorMeasurement.Report {
    /// The report for people.
    func text(_ style: Style) -> String {
        let ordered = milliseconds.sorted()
        let title = "\(records) vectors of \(width) values (\(precision)), \(kernels) kernels, \(workers) threads\n"
        return style.bold(title) + """
            first answer   \(Quantity.short(firstAnswerSeconds)) s after opening
            median query   \(Quantity.short(ordered[ordered.count / 2])) ms
            fastest query  \(Quantity.short(ordered[0])) ms
            peak memory    \(Quantity.short(Double(peakMemoryBytes) / 1e6)) MB

            """
    }
}
