import MartletModel
import Synchronization
import Testing

@Suite("Worker team")
struct WorkerTeamTests {
    /// What the tests' jobs share.
    final class Tally {
        let units = Atomic<Int>(0)
        let phases = Atomic<Int>(0)
        let errors = Atomic<Int>(0)
        let workers = Atomic<Int>(0)
    }

    /// 50 phases of 40 units each; every worker sees all of a phase's units done before the next begins.
    static let job: WorkerTeam.Job = { context, index, team in
        let tally = Unmanaged<Tally>.fromOpaque(context).takeUnretainedValue()
        let member = TeamMember(index: index, of: team)
        tally.workers.wrappingAdd(1 << index, ordering: .relaxed)
        for phase in 1...50 {
            while member.takeUnit() < 40 { tally.units.wrappingAdd(1, ordering: .relaxed) }
            member.meet()
            if tally.units.load(ordering: .relaxed) % (50 * 40) != phase * 40 % (50 * 40) {
                tally.errors.wrappingAdd(1, ordering: .relaxed)
            }
            member.meet()
        }
    }

    @Test("hands out every unit once, in lockstep, job after job", arguments: [1, 2, 3, 5])
    func lockstep(threadCount: Int) throws {
        let team = try WorkerTeam(threadCount: threadCount)
        #expect(team.threadCount == threadCount)
        let tally = Tally()
        for _ in 0..<8 { team.run(Unmanaged.passUnretained(tally).toOpaque(), Self.job) }
        #expect(tally.units.load(ordering: .relaxed) == 8 * 50 * 40)
        #expect(tally.errors.load(ordering: .relaxed) == 0)
        #expect(tally.workers.load(ordering: .relaxed) == 8 * ((1 << threadCount) - 1))
    }

    @Test("wakes workers that have parked")
    func parked() async throws {
        let team = try WorkerTeam(threadCount: 3)
        let tally = Tally()
        for _ in 0..<3 {
            try await Task.sleep(for: .milliseconds(5))
            team.run(Unmanaged.passUnretained(tally).toOpaque(), Self.job)
        }
        #expect(tally.units.load(ordering: .relaxed) == 3 * 50 * 40)
    }

    @Test("refuses counts that can't be meant", arguments: [0, -1, 257])
    func counts(threadCount: Int) {
        #expect(throws: ModelError.self) { try WorkerTeam(threadCount: threadCount) }
    }
}

@Suite("Processor count")
struct ProcessorCountTests {
    @Test("is at least one on this machine")
    func here() {
        #expect(ProcessorCount.available >= 1)
    }

    @Test(
        "follows the smallest quota of cgroup version 2 on the way up",
        arguments: [
            (["/a/b": "max 100000"], nil), (["/a/b": "200000 100000"], 2), (["/a/b": "150000 100000"], 2),
            (["/a/b": "50000 100000"], 1), (["/a/b": "max 100000", "/a": "300000 100000"], 3),
            (["/a/b": "400000 100000", "/a": "100000 100000"], 1), (["": "800000 100000"], 8),
            (["/a/b": "nonsense"], nil), (["/a/b": "-1 0"], nil), ([:], nil),
        ] as [([String: String], Int?)]
    )
    func versionTwo(files: [String: String], expected: Int?) {
        let quota = ProcessorCount.quota(ownGroups: "0::/a/b\n") { path in
            files.first { path == "/sys/fs/cgroup\($0.key)/cpu.max" }?.value
        }
        #expect(quota == expected)
    }

    @Test(
        "follows a quota of cgroup version 1",
        arguments: [("250000", 3), ("-1", nil), ("", nil)] as [(String, Int?)]
    )
    func versionOne(quota: String, expected: Int?) {
        let files = [
            "/sys/fs/cgroup/cpu,cpuacct/docker/x/cpu.cfs_quota_us": quota + "\n",
            "/sys/fs/cgroup/cpu,cpuacct/docker/x/cpu.cfs_period_us": "100000\n",
        ]
        #expect(ProcessorCount.quota(ownGroups: "4:cpu,cpuacct:/docker/x\n3:memory:/y\n") { files[$0] } == expected)
    }

    @Test("counts the affinity mask's bits", arguments: [("f", 4), ("ff,00000001", 9), ("0", nil)] as [(String, Int?)])
    func mask(text: String, expected: Int?) {
        #expect(ProcessorCount.allowed(status: "Name:\tx\nCpus_allowed:\t\(text)\nMems_allowed:\t1\n") == expected)
    }
}
