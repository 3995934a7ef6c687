using StreamDb.Core.Rows;
using StreamDb.Dataflow.Deltas;
using StreamDb.Dataflow.Ports;

namespace StreamDb.Dataflow.Operators;

/// <summary>Applies a collection's deltas to a keyed index: the point in an epoch at which the index changes.</summary>
/// <remarks>
/// Probes that must see the index as it was before the epoch run before this operator (<see cref="Operator.RunsAfter"/> of
/// this one), those that must see it as it is afterwards have this operator in theirs.
/// </remarks>
internal sealed class IndexOperator(OperatorContext context, KeyedIndex index, KeyEncoder encoder) : Operator(context)
{
    private readonly PackedRows _values = index.Values.CreateRows();
    private readonly NativeScratch<ulong> _slots = new();

    public KeyedIndex Index { get; } = index;

    /// <summary>Operators that read the index when deltas reach them. When none can get any more, in a one-shot run, nothing need be kept.</summary>
    public List<Operator> Readers { get; } = [];

    public override long StateBytes => Index.Bytes;

    /// <summary>Hands every reader over to an operator that keeps an equal index.</summary>
    /// <param name="groups">Whose operators go on: the other readers end with this one.</param>
    public void HandOver(IndexOperator other, IReadOnlyList<OperatorGroup> groups)
    {
        Forget(groups);
        foreach (Operator reader in Readers)
        {
            ((IIndexReader)reader).Read(other.Index);
            other.Readers.Add(reader);
        }

        other.RunsAfter.AddRange(RunsAfter);
        foreach (Operator member in groups.SelectMany(static group => group.Operators))
        {
            for (int i = 0; i < member.RunsAfter.Count; i++)
            {
                if (member.RunsAfter[i] == this)
                {
                    member.RunsAfter[i] = other;
                }
            }
        }

        Readers.Clear();
        RunsAfter.Clear();
    }

    /// <summary>Forgets readers that end.</summary>
    /// <param name="groups">Whose operators go on.</param>
    public void Forget(IReadOnlyList<OperatorGroup> groups)
    {
        Readers.RemoveAll(reader => !groups.Contains(reader.Group));
        RunsAfter.RemoveAll(before => !groups.Contains(before.Group));
    }

    public override void Flush() => encoder.Forget();

    public override bool CanStore => true;

    public override void WriteRoots(BinaryWriter output) => Index.Write(output);

    public override void ReadRoots(BinaryReader input) => Index.Read(input);

    public override void Dispose()
    {
        base.Dispose();
        Index.Dispose();
        encoder.Dispose();
        _values.Dispose();
        _slots.Dispose();
    }

    protected override void Process(int port, DeltaBatch batch)
    {
        if (Context.IsOneShot && Readers.TrueForAll(static reader => reader.HasEnded))
        {
            return;
        }

        DeltaBatch kept = encoder.Encode(batch, out DeltaBatch? unmatched);
        unmatched?.Release();
        _values.Clear();
        Index.Values.Codec.Encode(kept.Rows, _values);
        unsafe
        {
            Index.Apply(encoder.Keys, encoder.Hashes, _values, kept, _slots);
        }

        kept.Release();
    }
}
