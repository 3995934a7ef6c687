namespace StreamDb.Expressions.Compilation;

/// <summary>Which rows of the input a program kept, in order. Valid until the context runs another program.</summary>
public readonly ref struct Selection
{
    private Selection(bool isAll, ReadOnlySpan<int> rows, int count)
    {
        IsAll = isAll;
        Rows = rows;
        Count = count;
    }

    /// <summary>Every input row was kept; <see cref="Rows"/> is then empty.</summary>
    public bool IsAll { get; }

    /// <summary>Kept input rows, ascending; empty when <see cref="IsAll"/>.</summary>
    public ReadOnlySpan<int> Rows { get; }

    /// <summary>How many rows were kept.</summary>
    public int Count { get; }

    internal static Selection All(int count) => new(true, default, count);

    internal static Selection Of(ReadOnlySpan<int> rows) => new(false, rows, rows.Length);
}
