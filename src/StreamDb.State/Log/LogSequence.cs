namespace StreamDb.State.Log;

/// <summary>Checks that frames come in the only order a log can have: record by record, part by part, no gap.</summary>
internal struct LogSequence(long first)
{
    private LogFrame _open;
    private int _partsSeen;

    /// <summary>The last record whose parts have all been seen.</summary>
    public long Last { get; private set; } = first - 1;

    /// <summary>True between the first and the last part of a record.</summary>
    public readonly bool InsideRecord => _partsSeen != 0;

    public bool TryAdvance(in LogFrame frame, out string reason)
    {
        if (frame.Sequence != Last + 1 || frame.PartIndex != _partsSeen)
        {
            reason = $"found record {frame.Sequence} part {frame.PartIndex}, expected record {Last + 1} part {_partsSeen}";
            return false;
        }

        if (_partsSeen != 0 && (frame.PartCount != _open.PartCount || frame.Epoch != _open.Epoch))
        {
            reason = $"parts of record {frame.Sequence} contradict each other";
            return false;
        }

        reason = "";
        _open = frame;
        _partsSeen++;
        if (_partsSeen == frame.PartCount)
        {
            _partsSeen = 0;
            Last = frame.Sequence;
        }

        return true;
    }
}
