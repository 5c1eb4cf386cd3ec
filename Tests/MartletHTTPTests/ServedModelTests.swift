import MartletCore
import MartletHTTP
import Testing

@Suite("Served models")
struct ServedModelTests {
    @Test("are equal when name, model and date are")
    func equality() {
        let information = LanguageModelInformation(name: "fledgling", contextLength: 512)
        let model = ServedModel(id: "fledgling", information: information, created: 1)
        #expect(model == ServedModel(id: "fledgling", information: information, created: 1))
        #expect(model != ServedModel(id: "other", information: information, created: 1))
    }
}
