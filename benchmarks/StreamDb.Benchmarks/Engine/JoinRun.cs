using StreamDb.Core.Identifiers;

namespace StreamDb.Benchmarks.Engine;

/// <summary>Two relations of keys and values, and what happens to them: filled alternately, then rows replaced on both sides.</summary>
internal sealed class JoinRun(EngineRun engine, RelationId left, RelationId right, long rowsPerSide, ulong keyCount) : IDisposable
{
    private const int LoadEpochRows = 10_000;

    public EngineRun Engine => engine;

    public long RowsPerSide => rowsPerSide;

    public void Load()
    {
        for (long i = 0; i < rowsPerSide; i += LoadEpochRows)
        {
            engine.Add(left, KeyedRows.Added(0, i, LoadEpochRows, keyCount));
            engine.Add(right, KeyedRows.Added(1, i, LoadEpochRows, keyCount));
            engine.Step();
        }
    }

    /// <summary>One epoch of <paramref name="updates"/> updates from replacement <paramref name="j"/> on.</summary>
    public void Update(long j, int updates)
    {
        engine.Add(left, KeyedRows.Replaced(0, j, updates / 4, rowsPerSide, keyCount));
        engine.Add(right, KeyedRows.Replaced(1, j, updates / 4, rowsPerSide, keyCount));
        engine.Step();
    }

    public void Dispose() => engine.Dispose();
}
