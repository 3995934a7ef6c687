using StreamDb.Core.Columns;

namespace StreamDb.Coordinator.Sessions;

/// <summary>The outcome of one statement: exactly one of a command tag, rows, COPY IN or COPY OUT.</summary>
/// <remarks>The protocol server disposes it when done or abandoned.</remarks>
public abstract class StatementResult : IAsyncDisposable
{
    public virtual ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }
}

/// <summary>A statement without rows; empty text gives an empty query response.</summary>
public sealed class CommandResult(string tag) : StatementResult
{
    /// <summary>The command tag: "INSERT 0 3", "CREATE TABLE". Empty for an empty query.</summary>
    public string Tag { get; } = tag;
}

/// <summary>A statement with rows, pulled batch by batch.</summary>
public abstract class RowsResult(IReadOnlyList<ResultColumn> columns) : StatementResult
{
    public IReadOnlyList<ResultColumn> Columns { get; } = columns;

    /// <summary>The tag once all rows were read; "{n}" stands for the number of rows sent: "SELECT {n}", "INSERT 0 {n}".</summary>
    public virtual string Tag => "SELECT {n}";

    /// <summary>The next rows, at most <paramref name="rowsMax"/> (0: any number), or null at the end. The caller releases the batch.</summary>
    /// <remarks>A change feed returns what is there and waits only when there is nothing.</remarks>
    public abstract ValueTask<ColumnBatch?> ReadAsync(int rowsMax, CancellationToken cancellation);
}

/// <summary>COPY … FROM STDIN: the client's bytes are pushed in.</summary>
public abstract class CopyInResult(int columnCount, bool isBinary) : StatementResult
{
    public int ColumnCount { get; } = columnCount;

    public bool IsBinary { get; } = isBinary;

    /// <summary>The bytes of one CopyData message (rows may be split anywhere).</summary>
    public abstract ValueTask WriteAsync(ReadOnlyMemory<byte> data, CancellationToken cancellation);

    /// <summary>CopyDone: commits and returns the tag "COPY n".</summary>
    public abstract ValueTask<string> CompleteAsync(CancellationToken cancellation);
}

/// <summary>COPY … TO STDOUT: encoded bytes, one row or more per block.</summary>
public abstract class CopyOutResult(int columnCount, bool isBinary) : StatementResult
{
    public int ColumnCount { get; } = columnCount;

    public bool IsBinary { get; } = isBinary;

    /// <summary>The next CopyData messages' bytes (each element is one message), or null at the end.</summary>
    public abstract ValueTask<IReadOnlyList<ReadOnlyMemory<byte>>?> ReadAsync(CancellationToken cancellation);

    /// <summary>"COPY n", once all was read.</summary>
    public abstract string Tag { get; }
}
