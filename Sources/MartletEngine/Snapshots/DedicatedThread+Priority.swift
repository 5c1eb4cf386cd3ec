#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

extension DedicatedThread {
    /// Lets all other threads go first from now on; for the calling thread alone.
    static func giveWay() {
        #if canImport(Darwin)
        pthread_set_qos_class_self_np(QOS_CLASS_UTILITY, 0)
        #elseif canImport(Glibc)
        // On Linux a nice value belongs to a thread, and 0 names the calling one.
        setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, 10)
        #else
        setpriority(PRIO_PROCESS, 0, 10)
        #endif
    }
}
