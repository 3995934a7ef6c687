using System.Collections.Immutable;
using StreamDb.Core.Errors;
using StreamDb.Expressions.Trees;
using StreamDb.Planning.Catalog;
using StreamDb.Sql.Syntax;

namespace StreamDb.Planning.Binding;

/// <summary>Where the values of an INSERT or COPY go.</summary>
/// <param name="Columns">For each value of a row the 0-based table column that it fills.</param>
/// <param name="Defaults">For each table column the value it gets when it is not among <paramref name="Columns"/> or says DEFAULT.</param>
public sealed record InsertTarget(TableItem Table, ImmutableArray<int> Columns, ImmutableArray<ScalarExpression> Defaults)
{
    /// <summary>Some columns are computed from the others: rows must pass through their expressions.</summary>
    public bool HasGeneratedColumns => Table.Columns.Any(c => c.GeneratedText is not null);

    internal static InsertTarget Bind(BinderState state, QualifiedNameSyntax name, IReadOnlyList<string> columns, int position)
    {
        TableItem table = state.Relations.WritableTable(name, position, "insert into");
        ImmutableArray<int> indexes = columns.Count == 0
            ? [.. Enumerable.Range(0, table.Columns.Length).Where(i => table.Columns[i].GeneratedText is null)]
            : [.. columns.Select(c => ColumnIndex(table, c, position))];
        for (int i = 0; i < indexes.Length; i++)
        {
            if (indexes.IndexOf(indexes[i]) < i)
            {
                throw BindError.At(SqlState.DuplicateColumn, position, $"column \"{columns[i]}\" specified more than once");
            }
        }

        return new InsertTarget(table, indexes, [.. table.Columns.Select(c => ColumnExpressions.Default(state, c))]);
    }

    /// <summary>42703 in the words for a named relation.</summary>
    internal static int ColumnIndex(RelationItem relation, string name, int position)
    {
        for (int i = 0; i < relation.Columns.Length; i++)
        {
            if (relation.Columns[i].Name == name)
            {
                return i;
            }
        }

        throw BindError.At(SqlState.UndefinedColumn, position, $"column \"{name}\" of relation \"{relation.Name}\" does not exist");
    }

    internal static SqlException NotDefault(ColumnDefinition column, int position) => BindError.At(
        SqlState.GeneratedAlways, position, $"cannot insert a non-DEFAULT value into column \"{column.Name}\"",
        detail: $"Column \"{column.Name}\" is a generated column.");
}
