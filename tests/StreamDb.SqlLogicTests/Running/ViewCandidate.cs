using StreamDb.SqlLogicTests.Parsing;
using StreamDb.SqlLogicTests.Wire;

namespace StreamDb.SqlLogicTests.Running;

/// <summary>A query that passed directly: its place in the script, its SQL with variables bound, the rows it returned.</summary>
public sealed record ViewCandidate(int Index, QueryRecord Record, string Sql, StatementResult Result)
{
    /// <summary>The statement that makes a view of the query. Columns are renamed: a view refuses two of one name.</summary>
    public string CreateView(string kind, string name)
    {
        string columns = string.Join(", ", Enumerable.Range(1, Result.Columns.Count).Select(i => $"c{i}"));
        return $"CREATE {kind} {name} ({columns}) AS {Comparison.SqlText.WithoutSemicolon(Sql)}";
    }
}
