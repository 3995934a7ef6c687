using StreamDb.Core.Buffers;
using StreamDb.Core.Diagnostics;

namespace StreamDb.Http.Metrics;

/// <summary>What the runtime knows of the process.</summary>
internal sealed class ProcessMetrics : IMetricsSource
{
    public IEnumerable<Metric> ReadMetrics() =>
    [
        new("process_resident_memory_bytes", "Resident memory.", IsCounter: false, Environment.WorkingSet),
        new("process_cpu_seconds_total", "User and system time.", IsCounter: true, Environment.CpuUsage.TotalTime.TotalSeconds),
        new("streamdb_native_memory_bytes", "Native memory of column buffers, in use or pooled.", IsCounter: false, NativeBufferPool.AllocatedBytes),
        new("dotnet_gc_heap_bytes", "Managed memory.", IsCounter: false, GC.GetTotalMemory(forceFullCollection: false)),
        new("dotnet_gc_collections_total", "Garbage collections.", IsCounter: true, GC.CollectionCount(0)),
    ];
}
