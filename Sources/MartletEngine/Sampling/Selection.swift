#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// e to the power of `x`.
@inline(__always)
package func exponential(_ x: Float) -> Float { expf(x) }

/// The natural logarithm of `x`.
@inline(__always)
package func logarithm(_ x: Float) -> Float { logf(x) }

/// The natural logarithm of `x`.
@inline(__always)
package func logarithm(_ x: Double) -> Double { log(x) }

/// `base` to the power of `exponent`.
@inline(__always)
package func power(_ base: Float, _ exponent: Float) -> Float { powf(base, exponent) }

/// `base` to the power of `exponent`.
@inline(__always)
package func power(_ base: Double, _ exponent: Double) -> Double { pow(base, exponent) }

/// Moves the smallest elements of `range`, `nth - range.lowerBound` of them, to its front, in no order (quickselect).
///
/// - Complexity: O(n) on average; the pivot is the median of three.
@inline(__always)
func partition<Element>(
    _ all: UnsafeMutableBufferPointer<Element>,
    _ range: Range<Int>,
    nth: Int,
    by precedes: (Element, Element) -> Bool
) {
    var low = range.lowerBound
    var high = range.upperBound - 1
    while low < high {
        let middle = low + (high - low) / 2
        if precedes(all[middle], all[low]) { all.swapAt(middle, low) }
        if precedes(all[high], all[low]) { all.swapAt(high, low) }
        if precedes(all[high], all[middle]) { all.swapAt(high, middle) }
        let pivot = all[middle]
        var left = low
        var right = high
        while left <= right {
            while precedes(all[left], pivot) { left += 1 }
            while precedes(pivot, all[right]) { right -= 1 }
            if left <= right {
                all.swapAt(left, right)
                left += 1
                right -= 1
            }
        }
        if nth <= right { high = right } else if nth >= left { low = left } else { return }
    }
}

/// Arranges `heap` so that the worst candidate is at its root.
func makeHeap(_ heap: UnsafeMutableBufferPointer<Candidate>) {
    for index in stride(from: heap.count / 2 - 1, through: 0, by: -1) { siftDown(heap, from: index) }
}

/// Restores the heap below `start`, whose element may be better than its children.
@inline(__always)
func siftDown(_ heap: UnsafeMutableBufferPointer<Candidate>, from start: Int) {
    var parent = start
    let element = heap[start]
    while true {
        var child = 2 * parent + 1
        if child >= heap.count { break }
        if child + 1 < heap.count, heap[child].isBetter(than: heap[child + 1]) { child += 1 }
        if !element.isBetter(than: heap[child]) { break }
        heap[parent] = heap[child]
        parent = child
    }
    heap[parent] = element
}
