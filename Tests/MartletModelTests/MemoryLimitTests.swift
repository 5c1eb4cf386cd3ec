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

    @Test("what a control group holds beside files is not left for files")
    func available() {
        let files = [
            "/sys/fs/cgroup/a/memory.max": "1000\n", "/sys/fs/cgroup/a/memory.current": "900\n",
            "/sys/fs/cgroup/a/memory.stat": "anon 300\nfile 600\nfile_mapped 5\n",
            "/sys/fs/cgroup/b/memory.max": "max\n",
            "/sys/fs/cgroup/c/memory.max": "500\n",
            "/sys/fs/cgroup/d/memory.max": "500\n", "/sys/fs/cgroup/d/memory.current": "800\n",
            "/sys/fs/cgroup/memory/e/memory.limit_in_bytes": "2000\n",
            "/sys/fs/cgroup/memory/e/memory.usage_in_bytes": "1500\n",
            "/sys/fs/cgroup/memory/e/memory.stat": "cache 3\nrss 5\ntotal_cache 1100\ntotal_rss 400\n",
        ]
        func available(_ ownGroups: String) -> Int? {
            MemoryLimit.availableByteCount(ownGroups: ownGroups) { files[$0] }
        }
        #expect(available("0::/a\n") == 700)
        #expect(available("0::/b\n") == nil)
        #expect(available("0::/c\n") == 500)
        #expect(available("0::/d\n") == 0)
        #expect(available("4:memory:/e\n0::/a\n") == 700)
        #expect(available("4:memory:/e\n") == 1600)
    }

    @Test("this machine has some")
    func machine() {
        #expect(MemoryLimit.availableByteCount > 0)
        #expect(MemoryLimit.byteCount > 64 << 20)
    }
}
