using StreamDb.Core.Codecs;
using StreamDb.Core.Columns;
using StreamDb.Core.Errors;
using StreamDb.Expressions.Compilation;
using StreamDb.Expressions.Trees;
using StreamDb.Planning.Binding;
using StreamDb.Planning.Catalog;

namespace StreamDb.Coordinator.Statements;

/// <summary>NOT NULL and CHECK: what a row can be refused for by itself.</summary>
internal static class RowChecks
{
    /// <exception cref="SqlException">23502, 23514.</exception>
    public static void Check(TableItem table, ColumnBatch rows, StatementContext context)
    {
        for (int column = 0; column < rows.ColumnCount; column++)
        {
            if (table.Columns[column].IsNullable || !rows[column].HasNulls)
            {
                continue;
            }

            for (int row = 0; row < rows.Count; row++)
            {
                if (rows[column].IsNull(row))
                {
                    throw new SqlException(
                        SqlState.NotNullViolation,
                        $"null value in column \"{table.Columns[column].Name}\" of relation \"{table.Name}\" violates not-null constraint")
                    {
                        Detail = FailingRow(table, rows, row),
                        TableName = table.Name,
                        ColumnName = table.Columns[column].Name,
                        SchemaName = "public",
                    };
                }
            }
        }

        foreach (CheckConstraint check in table.Checks)
        {
            CheckCondition(table, check, rows, context);
        }
    }

    private static void CheckCondition(TableItem table, CheckConstraint check, ColumnBatch rows, StatementContext context)
    {
        ScalarExpression condition = StatementBinder.BindCheck(table, check, context.Binding(context.Database.Catalog));
        var isFalse = new NotExpression(condition);
        RowProgram program = RowProgram.Compile([.. table.Columns.Select(c => c.Type)], isFalse, []);
        using EvaluationContext evaluation = context.Evaluation();
        program.Run(rows, default, evaluation, out Selection failing).Release();
        if (failing.Count > 0)
        {
            int row = failing.IsAll ? 0 : failing.Rows[0];
            throw new SqlException(
                SqlState.CheckViolation, $"new row for relation \"{table.Name}\" violates check constraint \"{check.Name}\"")
            {
                Detail = FailingRow(table, rows, row),
                TableName = table.Name,
                ConstraintName = check.Name,
                SchemaName = "public",
            };
        }
    }

    private static string FailingRow(TableItem table, ColumnBatch rows, int row) =>
        $"Failing row contains ({string.Join(", ", table.Columns.Select((c, i) => rows[i].IsNull(row) ? "null" : TextCodec.Format(c.Type, rows.GetDatum(i, row), TextFormat.Default)))}).";
}
