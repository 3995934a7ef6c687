using System.Runtime.CompilerServices;
using System.Text;
using StreamDb.Core.Codecs;
using StreamDb.Core.Columns;
using StreamDb.Core.Errors;
using StreamDb.Core.Rows;
using StreamDb.Core.Types;

namespace StreamDb.Expressions.Compilation;

/// <summary>What an evaluation sees besides its row: where errors go, the time, the session's settings, and scratch memory.</summary>
/// <remarks>
/// Used by one thread at a time; every worker and every ad hoc query has its own. A function that fails calls
/// <see cref="Fail{T}"/> and returns; the compiled code then reports the error with the row's weight: a throwing sink ends
/// the evaluation, any other makes that expression NULL.
/// </remarks>
public sealed unsafe class EvaluationContext(IErrorSink errors) : IDisposable
{
    private readonly List<ColumnBuilder>[] _builders = new List<ColumnBuilder>[(int)PhysicalType.Bytes + 1];
    private readonly int[] _buildersUsed = new int[(int)PhysicalType.Bytes + 1];
    private int[] _selection = [];
    private string _failedState = "";
    private string _failedMessage = "";

    public IErrorSink Errors { get; } = errors;

    /// <summary>The statement's or the epoch's time: microseconds since 2000-01-01 UTC.</summary>
    public long NowMicroseconds { get; set; }

    public TextFormat Format { get; set; } = TextFormat.Default;

    public string User { get; set; } = "root";

    public string Database { get; set; } = "dev";

    public IReadOnlyList<string> SearchPath { get; set; } = ["public"];

    /// <summary>What functions over the catalog and the session ask; null where there is neither.</summary>
    public ICatalogLookup? Catalog { get; set; }

    /// <summary>A source of randomness for random() and gen_random_uuid().</summary>
    public Random Random { get; set; } = Random.Shared;

    internal Arena Arena { get; } = new();

    /// <summary>The values of a variadic call that is being made.</summary>
    internal VariadicArguments Variadic { get; } = new();

    /// <summary>For the function that is building an array; begun by each user.</summary>
    internal ArrayWriter Array { get; } = new();

    /// <summary>For the function that is building a record; begun by each user.</summary>
    internal RecordWriter Record { get; } = new();

    internal KernelFrame Frame { get; } = new();

    /// <summary>Weights of the batch being evaluated, or null when all are 1.</summary>
    internal long* Weights { get; set; }

    /// <summary>A function has failed and the failure is not yet reported.</summary>
    internal bool HasFailed;

    /// <summary>A context with the same settings whose sink throws.</summary>
    internal EvaluationContext Strict() => new(ThrowingErrorSink.Instance)
    {
        NowMicroseconds = NowMicroseconds,
        Format = Format,
        User = User,
        Database = Database,
        SearchPath = SearchPath,
        Random = Random,
        Catalog = Catalog,
    };

    /// <summary>Records the failure of the function being evaluated.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public T? Fail<T>(string state, string message)
    {
        HasFailed = true;
        _failedState = state;
        _failedMessage = message;
        return default;
    }

    public void Dispose()
    {
        Arena.Dispose();
        foreach (List<ColumnBuilder>? builders in _builders)
        {
            builders?.ForEach(b => b.Dispose());
        }
    }

    /// <summary>Reports what <see cref="Fail{T}"/> recorded, for the given row of the batch (-1: outside batches).</summary>
    internal void ReportFailure(int row)
    {
        HasFailed = false;
        Errors.Report(_failedState, _failedMessage, Weights is null || row < 0 ? 1 : Weights[row]);
    }

    internal void ReportException(SqlException exception, int row)
    {
        HasFailed = false;
        if (Errors is ThrowingErrorSink)
        {
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(exception);
        }

        Errors.Report(exception.State, exception.Message, Weights is null || row < 0 ? 1 : Weights[row]);
    }

    internal void ReportOverflow(int row)
    {
        Fail<int>(SqlState.NumericValueOutOfRange, "value overflows numeric format");
        ReportFailure(row);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void ResetArena() => Arena.Reset();

    /// <summary>A value with that text, alive until the row ends.</summary>
    internal ByteSlice Text(ReadOnlySpan<char> text)
    {
        int bytes = Encoding.UTF8.GetByteCount(text);
        byte* start = Arena.Allocate(bytes);
        Encoding.UTF8.GetBytes(text, new Span<byte>(start, bytes));
        return new ByteSlice(start, bytes);
    }

    internal ByteSlice Bytes(ReadOnlySpan<byte> bytes) => Arena.Copy(bytes);

    /// <summary>The array that <see cref="Array"/> holds, as a value.</summary>
    internal ByteSlice FinishArray()
    {
        using ByteWriter output = ByteWriter.Rent();
        Array.Finish(output);
        return Arena.Copy(output.Written);
    }

    internal ByteSlice FinishArray(ReadOnlySpan<int> dimensions)
    {
        using ByteWriter output = ByteWriter.Rent();
        Array.Finish(dimensions, output);
        return Arena.Copy(output.Written);
    }

    internal ColumnBuilder RentBuilder(PhysicalType type, int rows)
    {
        List<ColumnBuilder> builders = _builders[(int)type] ??= [];
        int used = _buildersUsed[(int)type]++;
        if (used == builders.Count)
        {
            builders.Add(new ColumnBuilder(type));
        }

        ColumnBuilder builder = builders[used];
        builder.Reserve(Math.Max(rows, 1));
        return builder;
    }

    internal void ReturnBuilders() => System.Array.Clear(_buildersUsed);

    internal int[] RentSelection(int rows)
    {
        if (_selection.Length < rows)
        {
            _selection = GC.AllocateUninitializedArray<int>(Math.Max(rows, _selection.Length * 2), pinned: true);
        }

        return _selection;
    }
}
