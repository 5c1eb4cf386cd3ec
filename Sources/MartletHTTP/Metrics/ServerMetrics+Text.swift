import MartletCore

extension ServerMetrics {
    /// What is known beside the counts.
    struct Surroundings {
        /// The program's version.
        var version: String
        /// Whether the server takes requests.
        var isReady: Bool
        /// The models' own counts, by the models' ids.
        var models: [(id: String, statistics: ModelStatistics)]
        /// The process.
        var process: ProcessFigures?
    }

    /// All metrics in Prometheus' text format.
    func text(_ surroundings: Surroundings) -> String {
        let state = snapshot
        var text = PrometheusText()
        text.gauge("martlet_build_info", "The program's version.", [([("version", surroundings.version)], 1)])
        text.gauge(
            "martlet_ready",
            "1 while requests are taken, 0 while loading or draining.",
            [([], surroundings.isReady ? 1 : 0)]
        )
        writeRequests(state, to: &text)
        writeGenerations(state, to: &text)
        writeEncodings(state, to: &text)
        writeTokens(state, to: &text)
        writeModels(surroundings.models, to: &text)
        surroundings.process?.write(to: &text)
        return text.text
    }

    private func writeRequests(_ state: State, to text: inout PrometheusText) {
        text.gauge("martlet_http_connections", "Open connections.", [([], Double(state.connectionCount))])
        text.gauge("martlet_http_requests_active", "Requests under way.", [([], Double(state.activeRequestCount))])
        text.counter(
            "martlet_http_requests_total",
            "Requests that were answered.",
            state.requestCounts.sorted {
                ($0.key.route, $0.key.method, $0.key.status) < ($1.key.route, $1.key.method, $1.key.status)
            }
            .map { key, count in
                ([("route", key.route), ("method", key.method), ("status", "\(key.status)")], Double(count))
            }
        )
        text.histogram(
            "martlet_http_request_duration_seconds",
            "Time from a request's head to the end of its response.",
            state.requestDurations.sorted { $0.key < $1.key }.map { ([("route", $0)], $1) }
        )
        text.counter(
            "martlet_http_unauthorized_total",
            "Requests without a known key where one is needed.",
            [([], Double(state.unauthorizedCount))]
        )
        text.counter(
            "martlet_rate_limited_total",
            "Generations that were refused for a limit of their key.",
            state.refusalCounts.sorted { ($0.key.caller, $0.key.limit) < ($1.key.caller, $1.key.limit) }
                .map { ([("key", $0.caller), ("limit", $0.limit)], Double($1)) }
        )
    }

    private func writeGenerations(_ state: State, to text: inout PrometheusText) {
        let generations = state.generations.sorted { $0.key < $1.key }
        text.gauge(
            "martlet_generations_active",
            "Generations that were let begin and have not ended.",
            generations.map { ([("model", $0)], Double($1.activeCount)) }
        )
        text.counter(
            "martlet_generations_total",
            "Choices that were generated, by the reason of their end.",
            generations.flatMap { model, generations in
                generations.endCounts.sorted { $0.key < $1.key }
                    .map { ([("model", model), ("reason", $0)], Double($1)) }
            }
        )
        let histograms: [(String, String, KeyPath<Generations, Histogram>)] = [
            ("martlet_queue_seconds", "Time from a request to the start of its computation.", \.queue),
            (
                "martlet_time_to_first_token_seconds", "Time from a request to the first token of its answer.",
                \.firstToken
            ),
            ("martlet_prompt_seconds", "Time of computing a prompt.", \.prompt),
            ("martlet_generation_seconds", "Time from an answer's first token to its last.", \.generation),
        ]
        for (name, help, path) in histograms {
            text.histogram(name, help, generations.map { ([("model", $0)], $1[keyPath: path]) })
        }
    }

    private func writeEncodings(_ state: State, to text: inout PrometheusText) {
        let encodings = state.encodings.sorted { $0.key < $1.key }
        func samples(_ value: (Encodings) -> Int) -> [(PrometheusText.Labels, Double)] {
            encodings.map { ([("model", $0)], Double(value($1))) }
        }
        text.gauge(
            "martlet_encodings_active",
            "Requests for vectors or ranks that were let begin and have not ended.",
            samples { $0.activeCount }
        )
        text.counter(
            "martlet_encoded_texts_total",
            "Texts that were read for vectors or ranks.",
            samples { $0.textCount }
        )
        text.counter(
            "martlet_encodings_failed_total",
            "Requests for vectors or ranks that failed or were given up.",
            samples { $0.failureCount }
        )
        text.histogram(
            "martlet_encoding_seconds",
            "Time from a request for vectors or ranks to its answer.",
            encodings.map { ([("model", $0)], $1.duration) }
        )
    }

    private func writeTokens(_ state: State, to text: inout PrometheusText) {
        let tokens = state.tokens.sorted { ($0.key.model, $0.key.caller) < ($1.key.model, $1.key.caller) }
        func write(_ name: String, _ help: String, _ value: (Tokens) -> Double) {
            text.counter(name, help, tokens.map { ([("model", $0.model), ("key", $0.caller)], value($1)) })
        }
        write("martlet_prompt_tokens_total", "Tokens of prompts.") { Double($0.prompt) }
        write("martlet_reused_prompt_tokens_total", "Tokens of prompts that were not computed again.") {
            Double($0.reused)
        }
        write("martlet_generated_tokens_total", "Tokens of answers, thinking included.") { Double($0.generated) }
        write("martlet_thinking_tokens_total", "Tokens of thinking.") { Double($0.thinking) }
        write("martlet_cost_dollars_total", "What hosted models cost, where prices are known.") { $0.cost }
    }

    private func writeModels(_ models: [(id: String, statistics: ModelStatistics)], to text: inout PrometheusText) {
        func values(_ value: (ModelStatistics) -> Double) -> [(PrometheusText.Labels, Double)] {
            models.map { ([("model", $0.id)], value($0.statistics)) }
        }
        let gauges: [(String, String, KeyPath<ModelStatistics, Int>)] = [
            ("martlet_engine_requests_active", "Requests that the engine computes.", \.activeRequestCount),
            ("martlet_engine_requests_waiting", "Requests that wait for room.", \.waitingRequestCount),
            ("martlet_engine_cache_blocks", "Blocks of the key/value cache.", \.cacheBlockCount),
            ("martlet_engine_cache_blocks_used", "Blocks that requests use.", \.usedCacheBlockCount),
            ("martlet_engine_cache_blocks_reusable", "Blocks kept for later requests.", \.reusableCacheBlockCount),
        ]
        for (name, help, path) in gauges { text.gauge(name, help, values { Double($0[keyPath: path]) }) }
        let counters: [(String, String, KeyPath<ModelStatistics, Int>)] = [
            ("martlet_engine_requests_finished_total", "Requests that ended.", \.finishedRequestCount),
            ("martlet_engine_preemptions_total", "Sequences that lost their memory to others.", \.preemptionCount),
            (
                "martlet_engine_prompt_tokens_computed_total", "Prompt tokens that were computed.",
                \.computedPromptTokenCount
            ),
            (
                "martlet_engine_prefix_cache_hit_tokens_total", "Prompt tokens found in memory.",
                \.reusedPromptTokenCount
            ),
            ("martlet_engine_restored_tokens_total", "Prompt tokens read back from disk.", \.restoredPromptTokenCount),
            ("martlet_engine_generated_tokens_total", "Tokens generated.", \.generatedTokenCount),
            ("martlet_engine_speculation_drafted_tokens_total", "Tokens drafted.", \.draftedTokenCount),
            (
                "martlet_engine_speculation_accepted_tokens_total", "Drafted tokens that the model confirmed.",
                \.acceptedTokenCount
            ),
            ("martlet_engine_steps_total", "Steps computed.", \.stepCount),
            ("martlet_engine_snapshots_written_total", "Prefixes written to disk.", \.snapshotWriteCount),
            ("martlet_engine_snapshots_read_total", "Prefixes read back from disk.", \.snapshotReadCount),
            ("martlet_engine_snapshots_failed_total", "Prefixes on disk that were damaged.", \.snapshotFailureCount),
        ]
        for (name, help, path) in counters { text.counter(name, help, values { Double($0[keyPath: path]) }) }
        text.counter(
            "martlet_engine_step_seconds_total",
            "Time spent in steps.",
            values { $0.stepDuration / .seconds(1) }
        )
    }
}
