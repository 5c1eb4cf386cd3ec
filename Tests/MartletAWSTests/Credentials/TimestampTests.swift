import Foundation
import MartletAWS
import Testing

@Suite("Instants of AWS's services and tools")
struct TimestampTests {
    @Test(
        "are read in all their forms",
        arguments: [
            "2009-02-13T23:31:30Z", "2009-02-13T23:31:30UTC", "2009-02-13T23:31:30.123456Z",
            "2009-02-14T01:31:30+02:00",
            "2009-02-13T18:01:30-0530", "2009-02-13 23:31:30Z",
        ]
    )
    func forms(text: String) {
        #expect(Timestamp.date(text)?.timeIntervalSince1970 == 1_234_567_890)
    }

    @Test(
        "are nil where there is none",
        arguments: [
            "", "2009", "2009-02-13", "2009-02-13T23:31", "2009-13-13T23:31:30Z", "2009-02-13T23:31:30X",
            "٢٠٠٩-02-13T23:31:30Z",
            "2009-02-13T23:31:30+2", "2009/02/13T23:31:30Z",
        ]
    )
    func nonsense(text: String) {
        #expect(Timestamp.date(text) == nil)
    }
}
