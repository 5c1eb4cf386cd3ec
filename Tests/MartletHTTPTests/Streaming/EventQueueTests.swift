import MartletCore
import MartletHTTP
import NIOCore
import Testing

@Suite("The queue between generations and a response")
struct EventQueueTests {
    @Test("hands over everything that is ready, in order")
    func batches() async {
        let queue = EventQueue()
        for text in ["a", "b", "c"] { #expect(await queue.put(.event(.text(text), choice: 0))) }
        #expect(await queue.take()?.count == 3)
        queue.tick()
        #expect(await queue.take()?.isEmpty == true)
        queue.close()
        #expect(await queue.take() == nil)
        #expect(await !queue.put(.event(.text("d"), choice: 0)))
    }

    @Test("holds writers back when it is full")
    func bound() async {
        let queue = EventQueue(capacity: 4)
        let writer = Task {
            for _ in 0..<100 { _ = await queue.put(.event(.text("x"), choice: 0)) }
            queue.close()
        }
        var largest = 0
        var total = 0
        try? await Task.sleep(for: .milliseconds(20))
        while let entries = await queue.take() {
            largest = max(largest, entries.count)
            total += entries.count
        }
        await writer.value
        #expect(total == 100)
        #expect(largest == 4)
    }

    @Test("lets waiting writers go when it is closed")
    func closing() async {
        let queue = EventQueue(capacity: 1)
        let writer = Task { await queue.put(.event(.text("x"), choice: 0)) }
        try? await Task.sleep(for: .milliseconds(5))
        queue.close()
        #expect(await !writer.value)
    }

    @Test("ends for a reader that is cancelled")
    func cancellation() async {
        let queue = EventQueue()
        let reader = Task { await queue.take() }
        reader.cancel()
        #expect(await reader.value == nil)
    }

    @Test(
        "JSON strings escape what they must",
        arguments: ["", "plain", "\"q\\\n\r\t\u{1}\u{1F}", "é漢🙂\u{7F}", "\"", "a\"b"]
    )
    func escaping(text: String) throws {
        var buffer = ByteBuffer()
        buffer.writeJSONString(text)
        #expect(try JSONValue(parsing: buffer.readableBytesView) == .string(text))
    }
}
