using StreamDb.Dataflow.Deltas;
using StreamDb.Dataflow.Keyed;
using StreamDb.Dataflow.Ports;

namespace StreamDb.Dataflow.Operators;

/// <summary>Second term of a semi or anti join: left rows of the keys that appear on the right side, or go, after the epoch's left deltas.</summary>
internal sealed unsafe class SemiApplyOperator : Operator, IIndexReader
{
    private readonly KeyEncoder _encoder;
    private readonly KeyPresence _presence;
    private readonly bool _isAnti;
    private readonly JoinOutput _output;
    private readonly NativeScratch<ulong> _runs = new();
    private readonly NativeScratch<long> _changes = new();
    private KeyedIndex _left;

    public SemiApplyOperator(
        OperatorContext context, KeyEncoder encoder, KeyPresence presence, KeyedIndex left, IReadOnlyList<int> rightKeys, bool isAnti)
        : base(context)
    {
        _encoder = encoder;
        _presence = presence;
        _left = left;
        _isAnti = isAnti;
        _output = new JoinOutput(left, 0, rightKeys, deltaIsLeft: false);
    }

    public override long StateBytes => _presence.Bytes;

    public void Read(KeyedIndex index)
    {
        _left = index;
        _output.Read(index);
    }

    public override void Flush() => _encoder.Forget();

    public override bool CanStore => true;

    public override void WriteRoots(BinaryWriter output) => _presence.Write(output);

    public override void ReadRoots(BinaryReader input) => _presence.Read(input);

    public override void Dispose()
    {
        base.Dispose();
        _presence.Dispose();
        _output.Dispose();
        _encoder.Dispose();
        _runs.Dispose();
        _changes.Dispose();
    }

    protected override void Process(int port, DeltaBatch batch)
    {
        DeltaBatch kept = _encoder.Encode(batch, out DeltaBatch? unmatched);
        unmatched?.Release();
        long* weights = kept.Weights is null ? null : (long*)kept.Weights.Values;
        long* changes = _changes.Reserve(kept.Count);
        _presence.Apply(_encoder.Keys, _encoder.Hashes, weights, changes);
        ulong* runs = _runs.Reserve(kept.Count);
        _left.Find(_encoder.Keys, _encoder.Hashes, runs);
        for (int i = 0; i < kept.Count; i++)
        {
            if (changes[i] == 0 || runs[i] == 0)
            {
                continue;
            }

            long weight = _isAnti ? -changes[i] : changes[i];
            var cursor = new RunCursor(_left.Runs, runs[i]);
            while (cursor.NextBlock(out byte* entries, out long* entryWeights, out int entryCount))
            {
                int done = 0;
                while (done < entryCount)
                {
                    done += _output.Add(
                        i,
                        weight,
                        entries + ((long)done * _left.Runs.Layout.EntryBytes),
                        entryWeights is null ? null : entryWeights + done,
                        entryCount - done);
                    if (_output.IsFull)
                    {
                        Emit(_output.Take(kept.Rows));
                    }
                }
            }
        }

        if (_output.Count > 0)
        {
            Emit(_output.Take(kept.Rows));
        }

        kept.Release();
    }
}
