internal import CMartletKernels

/// The kernel table of that name, or the best that this machine runs.
func kernelTable(named name: String?) throws(ModelError) -> UnsafePointer<martlet_kernels> {
    let found = name.map { martlet_kernels_named($0) } ?? martlet_kernels_best()
    guard let found else {
        throw ModelError(
            .invalidOption,
            "this machine has no kernels named '\((name ?? "").prefix(64))'",
            remedy: "Leave the choice to Martlet, or take one of these: "
                + Decoder.availableKernels.joined(separator: ", ")
        )
    }
    return found
}

extension Decoder {
    /// Names of the kernel tables that this machine runs, reference first.
    public static var availableKernels: [String] {
        var tables = [UnsafePointer<martlet_kernels>?](repeating: nil, count: 16)
        let count = martlet_kernels_available(&tables, tables.count)
        return tables.prefix(count).compactMap { $0.map { String(cString: $0.pointee.name) } }
    }
}
