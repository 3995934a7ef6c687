using System.Globalization;

namespace StreamDb.Testing.Crash;

/// <summary>The kinds of writes.</summary>
internal enum OperationKind
{
    /// <summary>One row, autocommitted.</summary>
    Insert,

    /// <summary>Several rows by one statement.</summary>
    MultiRowInsert,

    /// <summary>Adds one to the writer's counter.</summary>
    Update,

    /// <summary>Removes the rows of an earlier number.</summary>
    Delete,

    /// <summary>A row of the upsert table, which replaces the one of its slot.</summary>
    Upsert,

    /// <summary>Two INSERTs and an UPDATE between BEGIN and COMMIT.</summary>
    Transaction,
}

/// <summary>One write of one writer. Its rows' values follow from writer, number and part.</summary>
/// <param name="Target">The number whose rows a Delete removes.</param>
internal sealed record WriterOperation(int Writer, long Number, OperationKind Kind, long Target)
{
    public const int PartsMax = 3;

    private const int SlotCount = 5;

    /// <summary>Of the upsert table.</summary>
    public int Slot => (int)(Number % SlotCount);

    public int PartCount => Kind switch
    {
        OperationKind.Insert => 1,
        OperationKind.MultiRowInsert => PartsMax,
        OperationKind.Transaction => 2,
        _ => 0,
    };

    /// <summary>The statements; a transaction's stand between BEGIN and COMMIT.</summary>
    public IReadOnlyList<string> Statements => Kind switch
    {
        OperationKind.Insert => [Insert(0)],
        OperationKind.MultiRowInsert => [$"INSERT INTO entries VALUES {string.Join(", ", Enumerable.Range(0, PartsMax).Select(Row))}"],
        OperationKind.Update => [Update],
        OperationKind.Upsert => [Text($"INSERT INTO latest VALUES ({Writer}, {Slot}, {Number})")],
        OperationKind.Delete => [Text($"DELETE FROM entries WHERE writer = {Writer} AND number = {Target}")],
        _ => [Insert(0), Update, Insert(1)],
    };

    public static long ValueOf(int writer, long number, int part) => ((number * 31) + (writer * 7) + part) % 1009;

    private string Update => Text($"UPDATE counters SET value = value + 1 WHERE writer = {Writer}");

    private string Insert(int part) => $"INSERT INTO entries VALUES {Row(part)}";

    private string Row(int part) => Text($"({Writer}, {Number}, {part}, {ValueOf(Writer, Number, part)})");

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
