import Foundation
import MartletHub
import Testing

@Suite("Models, named")
struct ModelReferenceTests {
    @Test(
        "reads names, hub files and addresses, each with its place in the folder",
        arguments: [
            ("smollm2-135m", "smollm2-135m.gguf"),
            ("Qwen3-0.6B", "qwen3-0.6b.gguf"),
            ("hf:owner/repo/model.gguf", "hf/owner/repo/model.gguf"),
            ("hf:owner/repo@v1.0/sub/model.GGUF", "hf/owner/repo@v1.0/sub/model.GGUF"),
            ("https://example.com/a/b/model.gguf?download=true", "url/example.com/model.gguf"),
            ("HTTP://example.com:8080/model.gguf", "url/example.com/model.gguf"),
        ]
    )
    func readsReferences(text: String, path: String) throws {
        #expect(try ModelReference(text).relativePath == path)
    }

    @Test(
        "refuses what names no model file, and says how to name one",
        arguments: [
            "", "unknown-model", "hf:", "hf:owner/repo", "hf:owner/repo/", "hf:owner/repo/readme.md",
            "hf:owner/../../etc/x.gguf", "hf:owner/repo/../x.gguf", "hf:/repo/x.gguf", "hf:owner/repo@/x.gguf",
            "hf:owner/repo/.gguf", "hf:owner/re\u{1B}po/x.gguf", "http://", "https:///x.gguf", "https://example.com/",
            "https://example.com/page.html", "ftp://example.com/x.gguf", "/local/x.gguf",
        ]
    )
    func refusesOthers(text: String) {
        let error = #expect(throws: HubError.self) { try ModelReference(text) }
        #expect(error?.code == .invalidReference)
        #expect(error?.remedy.contains("martlet pull --list") == true)
        #expect(error?.description.unicodeScalars.contains { $0.value < 32 } == false)
    }

    @Test("lists models with names, sizes and licences that make sense")
    func listsModels() throws {
        let entries = ModelCatalogue.entries
        #expect(entries.count >= 8)
        #expect(Set(entries.map(\.name)).count == entries.count)
        #expect(entries.map(\.megabytes) == entries.map(\.megabytes).sorted())
        for entry in entries {
            #expect(entry.file.hasSuffix(".gguf"))
            #expect(entry.repository.split(separator: "/").count == 2)
            #expect(entry.name == entry.name.lowercased())
            #expect(!entry.licence.isEmpty && !entry.summary.isEmpty)
            let whole = "hf:\(entry.repository)/\(entry.file)"
            #expect(throws: Never.self) { try ModelReference(whole) }
        }
    }

    @Test("takes the hub's address and token from the environment, the option first")
    func readsEnvironment() throws {
        let plain = try HubConfiguration.standard(environment: [:])
        #expect(plain.baseURL.absoluteString == "https://huggingface.co")
        #expect(plain.token == nil)
        let environment = ["MARTLET_HUB_URL": "http://mirror.example:8080", "HF_TOKEN": "hf_abc"]
        let mirrored = try HubConfiguration.standard(environment: environment)
        #expect(mirrored.baseURL.absoluteString == "http://mirror.example:8080")
        #expect(mirrored.token == "hf_abc")
        let chosen = try HubConfiguration.standard(environment: environment, baseURL: "https://other.example")
        #expect(chosen.baseURL.host == "other.example")
        for wrong in ["", "huggingface.co", "ftp://x", "http://"] {
            #expect(throws: HubError.self) { try HubConfiguration.standard(environment: [:], baseURL: wrong) }
        }
        let error = #expect(throws: HubError.self) {
            try HubConfiguration.standard(environment: ["HF_TOKEN": "hf_secret\r\nX-Evil: 1"])
        }
        #expect(error?.description.contains("hf_secret") == false)
    }

    @Test("finds the models' folder")
    func findsFolder() {
        #expect(ModelDirectory.standard(environment: ["MARTLET_MODELS": "/m", "HOME": "/h"]).path == "/m")
        #expect(
            ModelDirectory.standard(environment: ["XDG_DATA_HOME": "/d", "HOME": "/h"]).path == "/d/martlet/models"
        )
        #expect(ModelDirectory.standard(environment: ["HOME": "/h"]).path == "/h/.local/share/martlet/models")
        #expect(
            ModelDirectory.standard(environment: ["XDG_DATA_HOME": "relative", "MARTLET_MODELS": "", "HOME": "/h"]).path
                == "/h/.local/share/martlet/models"
        )
    }

    @Test("turns what people type after --model into a path")
    func resolvesNames() throws {
        let folder = try TemporaryFolder()
        let directory = folder.directory
        try folder.write([1], to: "smollm2-135m.gguf")
        try folder.write([1], to: "own.gguf")
        try folder.write([1], to: "hf/owner/repo/model.gguf")
        try folder.write([1], to: "hf/owner/other/twice.gguf")
        try folder.write([1], to: "url/example.com/twice.gguf")
        try folder.write([1], to: "hf/owner/repo/partial.gguf.part")
        #expect(try directory.resolve("smollm2-135m") == folder.path + "/smollm2-135m.gguf")
        #expect(try directory.resolve("own") == folder.path + "/own.gguf")
        #expect(try directory.resolve("own.gguf") == folder.path + "/own.gguf")
        #expect(try directory.resolve("model") == folder.path + "/hf/owner/repo/model.gguf")
        #expect(try directory.resolve("hf:owner/repo/model.gguf") == folder.path + "/hf/owner/repo/model.gguf")
        #expect(try directory.resolve(folder.path + "/own.gguf") == folder.path + "/own.gguf")
        #expect(directory.models().count == 5)
        let missing: [(String, String)] = [
            ("qwen3-4b", "martlet pull qwen3-4b"), ("nothing", "martlet pull --list"), ("partial", "--list"),
            ("twice", "Give the path"), ("../own", "--list"), (folder.path, "--list"),
        ]
        for (name, words) in missing {
            let error = #expect(throws: HubError.self) { try directory.resolve(name) }
            #expect(error?.code == .modelNotFound)
            #expect(error?.description.contains(words) == true, "\(name)")
        }
    }
}
