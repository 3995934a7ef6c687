namespace StreamDb.SqlLogicTests.Profiles;

/// <summary>Session parameters of the peers that scripts may SET although they mean nothing here.</summary>
public static class KnownParameters
{
    private static readonly HashSet<string> _names = new(StringComparer.Ordinal)
    {
        "rw_implicit_flush", "implicit_flush", "streaming_parallelism", "streaming_parallelism_for_table",
        "streaming_parallelism_for_materialized_view", "streaming_parallelism_for_backfill", "streaming_max_parallelism",
        "rw_streaming_enable_delta_join", "query_mode", "visibility_mode", "enable_two_phase_agg", "rw_enable_two_phase_agg",
        "rw_force_two_phase_agg", "rw_streaming_allow_jsonb_in_stream_key", "streaming_unsafe_allow_unmaterialized_impure_expr",
        "streaming_use_snapshot_backfill", "background_ddl", "batch_parallelism",
        "rw_batch_enable_lookup_join", "streaming_join_encoding", "streaming_asof_join_use_cache",
        "rw_streaming_over_window_cache_policy", "streaming_enable_unaligned_join", "sink_decouple", "timezone", "search_path",
        "database", "upsert_dml", "batch_expr_strict_mode", "extra_float_digits", "intervalstyle", "statement_timeout",
        "transaction_isolation", "cluster", "cluster_replica",
    };

    public static bool Contains(string name) => _names.Contains(name);
}
