using StreamDb.Core.Columns;

namespace StreamDb.Core.Rows;

/// <summary>
/// An aggregate that can be brought up to date from its own fixed-size state by adding or removing rows: count, sum, avg,
/// bool_and, variance. The engine owns the state memory (zeroed at the start of a group); implementations are stateless.
/// </summary>
/// <remarks>
/// Invariant: feeding (row, w) and later (row, -w) leaves the state as it was, for any interleaving; a state to which nothing
/// net was added <c>Finish</c>es as the aggregate of no rows.
/// </remarks>
public unsafe interface IAccumulator
{
    /// <summary>Bytes of state per group, a multiple of 8; the engine aligns to 8.</summary>
    int StateBytes { get; }

    /// <summary>Whether the value without arguments is how many rows the group has, as an Int64: the engine, which counts them anyway, need not ask.</summary>
    bool CountsRows => false;

    /// <summary>Adds <c>weights[i]</c> copies of row i to <c>states[i]</c>, for i &lt; count. Called once per batch. Several i may share a state.</summary>
    /// <param name="arguments">The aggregate's argument columns (empty for count(*)); FILTER was applied before.</param>
    void Update(byte** states, ReadOnlySpan<Column> arguments, long* weights, int count);

    /// <summary>Appends the aggregate's value for each state. Errors such as overflow (22003) go through <paramref name="errors"/>, and the value is NULL.</summary>
    void Finish(byte** states, int count, ColumnBuilder output, IErrorSink errors);
}
