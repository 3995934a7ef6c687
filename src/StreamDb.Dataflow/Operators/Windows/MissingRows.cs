using StreamDb.Dataflow.Keyed;
using StreamDb.State.Spaces;

namespace StreamDb.Dataflow.Operators.Windows;

/// <summary>Copies of rows that went without having come: they are made up for by the next ones that come.</summary>
internal sealed unsafe class MissingRows(StateArena arena, int stride) : IDisposable
{
    private readonly Runs _runs = new(arena, stride);
    private ulong _run;

    public long Bytes => _runs.Bytes;

    /// <param name="weight">Negative.</param>
    public void Add(byte* row, int length, long weight) => _runs.Add(ref _run, row, length, weight);

    /// <summary>How many of the copies that come are left when those missing are made up for.</summary>
    public long Settle(byte* row, int length, long copies)
    {
        if (_run == 0)
        {
            return copies;
        }

        long settled = Math.Min(copies, -_runs.Weight(_run, row, length));
        _runs.Add(ref _run, row, length, settled);
        return copies - settled;
    }

    public void Write(BinaryWriter output)
    {
        output.Write(_run);
        _runs.Write(output);
    }

    public void Read(BinaryReader input)
    {
        _run = input.ReadUInt64();
        _runs.Read(input);
    }

    public void Dispose() => _runs.Dispose();
}
