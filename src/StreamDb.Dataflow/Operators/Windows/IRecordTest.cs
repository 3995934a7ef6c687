using StreamDb.Core.Rows;

namespace StreamDb.Dataflow.Operators.Windows;

/// <summary>A condition that does not hold for the first records of a partition and holds for all others.</summary>
internal unsafe interface IRecordTest
{
    bool Holds(byte* record);
}

/// <summary>Records not before a packed row.</summary>
internal readonly unsafe struct NotBeforeRow(WindowRecords records, byte* row, int length) : IRecordTest
{
    public bool Holds(byte* record) => RowCodec.Compare(records.Row(record), WindowRecords.Length(record), row, length) >= 0;
}

/// <summary>Records after a packed row.</summary>
internal readonly unsafe struct AfterRow(WindowRecords records, byte* row, int length) : IRecordTest
{
    public bool Holds(byte* record) => RowCodec.Compare(records.Row(record), WindowRecords.Length(record), row, length) > 0;
}

/// <summary>Records not before (or, <paramref name="after"/>, after) the RANGE edge of another record.</summary>
internal readonly unsafe struct BeyondEdge(WindowRecords records, byte* edge, int length, bool after) : IRecordTest
{
    public bool Holds(byte* record)
    {
        var key = new ReadOnlySpan<byte>(records.Row(record) + WindowRecords.OrderStart(record), length);
        int order = key.SequenceCompareTo(new ReadOnlySpan<byte>(edge, length));
        return after ? order > 0 : order >= 0;
    }
}

/// <summary>Records whose own RANGE edge lies at or behind a position.</summary>
internal readonly unsafe struct EdgeReaches(PartitionTree tree, TreeNode* root, int edge, bool isEnd, long position) : IRecordTest
{
    public bool Holds(byte* record) => tree.EdgePosition(root, record, edge, isEnd) >= position;
}
