import MartletAWS
import MartletCost

/// What AWS says about the machine that a function runs on, or what stands for it elsewhere.
package struct FunctionMachine: Sendable, Hashable {
    /// The function's name.
    package var name: String
    /// Its memory in megabytes, by which everything is billed.
    package var memoryMegabytes: Int
    /// The name of this environment; no other has it.
    package var environmentName: String
    /// Whether AWS, or whatever else implements the Runtime API, runs the function.
    package var isHosted: Bool
    /// Whether the environment was made before anybody asked for it, so that its start costs nobody time.
    package var isReadyMade: Bool

    /// Reads what the Lambda environment sets.
    /// - Parameter unique: A name for the environment where it has none.
    package init(environment: [String: String], unique: String) {
        func text(_ name: String) -> String? { environment[name].flatMap { $0.isEmpty ? nil : $0 } }
        isHosted = text("AWS_LAMBDA_RUNTIME_API") != nil
        name = text("AWS_LAMBDA_FUNCTION_NAME") ?? "martlet"
        memoryMegabytes =
            text("AWS_LAMBDA_FUNCTION_MEMORY_SIZE").flatMap { Int($0) }
            .map { min(max($0, LambdaFunction.memoryRange.lowerBound), 1 << 20) }
            ?? LambdaEmulator.Settings().memoryMegabytes
        environmentName = unique
        isReadyMade = text("AWS_LAMBDA_INITIALIZATION_TYPE") == "provisioned-concurrency"
    }

    /// Takes the machine for a MicroVM: strangers call it, and it was made before they do.
    package mutating func becomeMicroVM() {
        isHosted = true
        isReadyMade = true
    }

    /// The threads for a model: as many as the memory brings processors, at least one.
    ///
    /// A function sees more processors than it may use; a thread without a share of one makes all others wait.
    package static func threadCount(environment: [String: String]) -> Int? {
        guard let text = environment["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"], let megabytes = Int(text), megabytes > 0 else {
            return nil
        }
        let function = LambdaFunction(memoryMegabytes: min(megabytes, 1 << 20))
        return max(1, Int(function.processorCount.rounded()))
    }

    /// What running costs here.
    var cost: FunctionCost {
        #if arch(arm64)
        FunctionCost(function: LambdaFunction(architecture: .arm64, memoryMegabytes: memoryMegabytes))
        #else
        FunctionCost(function: LambdaFunction(architecture: .x86, memoryMegabytes: memoryMegabytes))
        #endif
    }
}

/// What running a function costs.
struct FunctionCost: Sendable {
    let function: LambdaFunction

    /// Gigabyte-seconds of a duration, as they are billed: in whole milliseconds.
    func gigabyteSeconds(_ duration: Duration) -> Double {
        let milliseconds = (duration / .milliseconds(1)).rounded(.up)
        return max(0, milliseconds) / 1000 * function.gigabytes
    }

    /// US dollars for it, the free tier left out.
    func dollars(_ duration: Duration) -> Double {
        gigabyteSeconds(duration) * LambdaPrices.standard.rates(function.architecture).gigabyteSecond
    }
}
