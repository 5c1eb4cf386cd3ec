import MartletHTTP
import Testing

@Suite("Prometheus' text format")
struct PrometheusTextTests {
    @Test("escapes labels and help")
    func escaping() {
        var text = PrometheusText()
        text.counter("a_total", "Line\nand \\.", [([("key", "a\"b\\c\nd")], 2)])
        #expect(
            text.text == """
                # HELP a_total Line\\nand \\\\.
                # TYPE a_total counter
                a_total{key="a\\"b\\\\c\\nd"} 2

                """
        )
    }

    @Test("writes histograms with cumulative buckets")
    func histograms() {
        var histogram = Histogram(bounds: [0.5, 1])
        for value in [0.5, 0.75, 3, .nan] { histogram.observe(value) }
        var text = PrometheusText()
        text.histogram("h", "Help.", [([("m", "x")], histogram)])
        #expect(
            text.text == """
                # HELP h Help.
                # TYPE h histogram
                h_bucket{m="x",le="0.5"} 1
                h_bucket{m="x",le="1"} 2
                h_bucket{m="x",le="+Inf"} 3
                h_sum{m="x"} 4.25
                h_count{m="x"} 3

                """
        )
    }

    @Test("leaves out families without samples, and writes numbers as Prometheus reads them")
    func numbers() {
        var text = PrometheusText()
        text.gauge("g", "Help.", [])
        #expect(text.text.isEmpty)
        #expect(PrometheusText.number(3) == "3")
        #expect(PrometheusText.number(0.25) == "0.25")
        #expect(PrometheusText.number(.infinity) == "+Inf")
        #expect(PrometheusText.number(-.infinity) == "-Inf")
        #expect(PrometheusText.number(.nan) == "NaN")
        #expect(PrometheusText.number(1e20) == "1e+20")
    }
}
