import MartletModel
import Testing

@Suite("The memory limit")
struct MemoryLimitTests {
    @Test("the smallest limit of the own control group and its parents counts")
    func groups() {
        let files = [
            "/sys/fs/cgroup/memory.max": "max\n",
            "/sys/fs/cgroup/a/memory.max": "1000\n",
            "/sys/fs/cgroup/a/b/memory.max": "2000\n",
            "/sys/fs/cgroup/memory/c/memory.limit_in_bytes": "9223372036854771712\n",
            "/sys/fs/cgroup/memory/memory.limit_in_bytes": "junk",
        ]
        func limit(_ ownGroups: String) -> Int? { MemoryLimit.groupLimit(ownGroups: ownGroups) { files[$0] } }
        #expect(limit("0::/a/b\n") == 1000)
        #expect(limit("0::/\n") == nil)
        #expect(limit("5:memory:/c\n3:cpu:/a\n") == 9_223_372_036_854_771_712)
        #expect(limit("5:memory:/c\n0::/a\n") == 1000)
        #expect(limit("") == nil)
        #expect(limit("0::/../../a\n") == 1000)
    }

    @Test("this machine has some")
    func machine() {
        #expect(MemoryLimit.byteCount > 64 << 20)
    }
}
