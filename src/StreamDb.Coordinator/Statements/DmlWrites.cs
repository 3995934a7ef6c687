using StreamDb.Coordinator.Epochs;
using StreamDb.Core.Columns;
using StreamDb.Planning.Binding;

namespace StreamDb.Coordinator.Statements;

/// <summary>What a DML statement changes, and how its result is told.</summary>
/// <param name="Command">"INSERT 0", "UPDATE", "DELETE", or a complete tag when <paramref name="Count"/> is negative.</param>
/// <param name="Count">Rows affected.</param>
/// <param name="ReturningRows">Rows RETURNING is computed from; null: the rows really inserted, known only in commit order.</param>
internal sealed record DmlWrites(
    IReadOnlyList<TableWrite> Writes, string Command, long Count, ReturningClause? Returning, ColumnBatch? ReturningRows)
{
    public static DmlWrites Nothing(string command, ReturningClause? returning) => new([], command, 0, returning, null);

    public void Release()
    {
        foreach (TableWrite write in Writes)
        {
            write.Release();
        }
    }
}
