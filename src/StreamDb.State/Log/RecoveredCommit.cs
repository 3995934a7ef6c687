using FASTER.core;

namespace StreamDb.State.Log;

/// <summary>
/// Tells FasterLog where its log begins and ends, as <see cref="LogRecovery"/> has verified, in place of the commit
/// files it would write. It never finds out for itself: its own search takes any unreadable entry for the end.
/// </summary>
/// <remarks>In fast commit mode FasterLog wants metadata written only when the log is truncated, which our manifest records.</remarks>
internal sealed class RecoveredCommit(long beginAddress, long endAddress) : ILogCommitManager
{
    private const long CommitNumber = 1;

    public IEnumerable<long> ListCommits() => [CommitNumber];

    public byte[] GetCommitMetadata(long commitNum) =>
        new FasterLogRecoveryInfo
        {
            BeginAddress = beginAddress,
            UntilAddress = endAddress,
            CommitNum = CommitNumber,
        }.ToByteArray();

    public void Commit(long beginAddress, long untilAddress, byte[] commitMetadata, long commitNum, bool forceWriteMetadata)
    {
    }

    public void RemoveCommit(long commitNum)
    {
    }

    public void RemoveAllCommits()
    {
    }

    public void OnRecovery(long commitNum)
    {
    }

    public void Dispose()
    {
    }
}
