internal import CMartletKernels
internal import Dispatch
internal import MartletCore
internal import Synchronization

/// Finds the vectors that can be among the nearest, by their codes.
struct Scanner: Sendable {
    /// A vector, and the greatest score that it can have.
    struct Candidate: Sendable {
        let slot: Int
        let bound: Float
    }

    private let kernelName: String
    private let workerCount: Int

    /// Chooses the kernels.
    /// - Throws: ``VectorStoreError`` with `invalid` for unknown kernels or no worker.
    init(kernels: String?, workerCount: Int) throws {
        let table = kernels.map { martlet_scan_kernels_named($0) } ?? martlet_scan_kernels_best()
        guard let table, (1...64).contains(workerCount) else {
            throw VectorStoreError(
                .invalid,
                "this machine has no kernels \(kernels ?? "") for \(workerCount) workers",
                remedy: "Leave the kernels out, and scan with 1 to 64 workers"
            )
        }
        kernelName = String(cString: table.pointee.name)
        self.workerCount = workerCount
    }

    private var products: ScanProducts {
        // Was found when the scanner was made.
        martlet_scan_kernels_named(kernelName).pointee.products
    }

    /// The accepted vectors whose score can be among the `count` greatest, the greatest bound first.
    ///
    /// - Complexity: O(slots x width), on up to `workerCount` threads.
    func candidates(for query: ScanQuery, in index: ScanIndex, accepted: SlotSet, count: Int) -> [Candidate] {
        let kernel = products
        let workers = min(workerCount, max(1, index.segments.count / 4))
        let next = Atomic<Int>(0)
        let results = Mutex<[ScanBounds]>([])
        let work: @Sendable (Int) -> Void = { _ in
            var bounds = ScanBounds(count: count)
            query.withKernelQuery { kernelQuery in
                var segment = next.add(1, ordering: .relaxed).oldValue
                while segment < index.segments.count {
                    let pass = ScanPass(query: query, kernelQuery: kernelQuery, products: kernel)
                    pass.scan(index.segments[segment], at: segment, accepted: accepted, into: &bounds)
                    segment = next.add(1, ordering: .relaxed).oldValue
                }
            }
            let result = bounds
            results.withLock { $0.append(result) }
        }
        if workers == 1 { work(0) } else { DispatchQueue.concurrentPerform(iterations: workers, execute: work) }
        var parts = results.withLock { $0 }
        var all = parts.removeFirst()
        for part in parts { all.merge(part) }
        return all.finish()
    }
}

/// The products of codes, as a function of C.
typealias ScanProducts =
    @convention(c) (
        UnsafePointer<martlet_scan_query>?, Int, UnsafePointer<UInt8>?, Int, UnsafePointer<Float>?,
        UnsafeMutablePointer<Float>?
    ) -> Void

/// One worker's way through segments.
struct ScanPass {
    let query: ScanQuery
    let kernelQuery: UnsafePointer<martlet_scan_query>
    let products: ScanProducts

    /// Groups whose products are computed at once: they stay in the first cache.
    private static let groupsAtOnce = 16

    func scan(_ segment: ScanSegment, at index: Int, accepted: SlotSet, into bounds: inout ScanBounds) {
        let groupBytes = martlet_scan_group_bytes(segment.width)
        let lanes = Int(MARTLET_SCAN_LANES)
        let slots = Self.groupsAtOnce * lanes
        withUnsafeTemporaryAllocation(of: Float.self, capacity: slots) { scores in
            guard let scoresStart = scores.baseAddress else { return }
            for first in stride(from: 0, to: ScanSegment.slotCount, by: slots) {
                let slot = index * ScanSegment.slotCount + first
                guard (0..<slots / 64).contains(where: { accepted[word: slot / 64 + $0] != 0 }) else { continue }
                products(
                    kernelQuery,
                    segment.width,
                    segment.codes + first / lanes * groupBytes,
                    Self.groupsAtOnce,
                    segment.scales + first,
                    scoresStart
                )
                for group in 0..<Self.groupsAtOnce {
                    let mask = accepted.sixteen(from: slot + group * lanes)
                    if mask == 0 { continue }
                    take(
                        segment,
                        first + group * lanes,
                        scoresStart + group * lanes,
                        mask,
                        slot + group * lanes,
                        &bounds
                    )
                }
            }
        }
    }

    /// Bounds the scores of one group and keeps what can be among the greatest.
    @inline(__always)
    private func take(
        _ segment: ScanSegment,
        _ offset: Int,
        _ products: UnsafePointer<Float>,
        _ mask: UInt16,
        _ slot: Int,
        _ bounds: inout ScanBounds
    ) {
        let product = UnsafeRawPointer(products).loadUnaligned(as: SIMD16<Float>.self)
        let offsets = UnsafeRawPointer(segment.offsets + offset).loadUnaligned(as: SIMD16<Float>.self)
        let errors = UnsafeRawPointer(segment.errors + offset).loadUnaligned(as: SIMD16<Float>.self)
        let norms = UnsafeRawPointer(segment.norms + offset).loadUnaligned(as: SIMD16<Float>.self)
        let error = errors * query.errorFactor + norms * query.normFactor - offsets * ScanQuery.offsetFactor
        let score = product * query.scale + offsets
        let upper = score + error
        guard upper.max() >= bounds.threshold else { return }
        let lower = score - error
        var rest = mask
        while rest != 0 {
            let lane = rest.trailingZeroBitCount
            rest &= rest &- 1  // takes the lowest bit away; rest isn't 0
            if upper[lane] >= bounds.threshold {
                bounds.insert(.init(slot: slot + lane, bound: upper[lane]), atLeast: lower[lane])
            }
        }
    }
}
