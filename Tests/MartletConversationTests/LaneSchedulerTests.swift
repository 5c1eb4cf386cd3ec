import MartletConversation
import Testing

@Suite("The lane scheduler")
struct LaneSchedulerTests {
    @Test("starts one event of a place at a time, and lets other places take turns")
    func fairness() {
        var scheduler = LaneScheduler(maximumRunning: 1, maximumWaitingPerLane: 10)
        for (update, chat) in [(1, 1), (2, 1), (3, 1), (4, 2), (5, 2)] {
            #expect(scheduler.admit(Bench.event(Int64(update), "", chat: Int64(chat))) == .admitted)
        }
        var order: [Int64] = []
        while let event = scheduler.next() {
            #expect(scheduler.next() == nil, "only one may run")
            order.append(event.id.update)
            scheduler.finish(event)
        }
        #expect(order == [1, 4, 2, 5, 3])
        #expect(scheduler.waitingCount == 0)
        #expect(scheduler.runningCount == 0)
    }

    @Test("knows an event that waits or runs, and takes it again after its end")
    func known() throws {
        var scheduler = LaneScheduler(maximumRunning: 2, maximumWaitingPerLane: 1)
        let event = Bench.event(1, "")
        #expect(scheduler.admit(event) == .admitted)
        #expect(scheduler.admit(event) == .alreadyKnown)
        let next = scheduler.next()
        let started = try #require(next)
        #expect(scheduler.admit(event) == .alreadyKnown)
        scheduler.finish(started)
        #expect(scheduler.admit(event) == .admitted)
    }

    @Test("turns away what does not fit its lane, names the first, and takes leftovers all the same")
    func limits() {
        var scheduler = LaneScheduler(maximumRunning: 1, maximumWaitingPerLane: 1)
        #expect(scheduler.admit(Bench.event(1, "")) == .admitted)
        #expect(scheduler.admit(Bench.event(2, "")) == .laneFull(isFirst: true))
        #expect(scheduler.admit(Bench.event(3, "")) == .laneFull(isFirst: false))
        #expect(scheduler.admit(Bench.event(4, ""), isExempt: true) == .admitted)
        #expect(scheduler.next()?.id.update == 1)
        #expect(scheduler.admit(Bench.event(5, "")) == .laneFull(isFirst: true))
    }
}
