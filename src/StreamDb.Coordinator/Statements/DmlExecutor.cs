using System.Collections.Immutable;
using StreamDb.Coordinator.Epochs;
using StreamDb.Core.Columns;
using StreamDb.Core.Errors;
using StreamDb.Core.Rows;
using StreamDb.Dataflow;
using StreamDb.Dataflow.Deltas;
using StreamDb.Expressions.Compilation;
using StreamDb.Expressions.Trees;
using StreamDb.Planning.Binding;
using StreamDb.Planning.Catalog;
using StreamDb.Planning.Logical;
using StreamDb.Rendering;

namespace StreamDb.Coordinator.Statements;

/// <summary>Computes what a DML statement changes, over a read view.</summary>
internal static class DmlExecutor
{
    /// <summary>Whether the statement's outcome depends on the state of any relation (then it must see the latest).</summary>
    public static bool ReadsRelations(StatementPlan plan) => plan switch
    {
        InsertPlan insert => insert.ConflictUpdate is not null || Reads(insert.Source),
        _ => true,
    };

    /// <summary>Computes the statement's writes. <paramref name="open"/> opens a read view on the arrangements a query needs.</summary>
    /// <remarks>The caller releases the writes.</remarks>
    public static DmlWrites Compute(StatementPlan plan, Catalog catalog, Func<IEnumerable<Core.Identifiers.RelationId>, ReadView> open, StatementContext context)
    {
        switch (plan)
        {
            case InsertPlan insert:
                return Insert(insert, catalog, open, context);
            case UpdatePlan update:
                {
                    ColumnBatch? both = Query(update.Source, null, catalog, open, context);
                    if (both is null)
                    {
                        return DmlWrites.Nothing("UPDATE", update.Returning);
                    }

                    int width = update.Table.Columns.Length;
                    both = OncePerKey(update.Table, both);
                    ColumnBatch old = both.Select([.. Enumerable.Range(0, width)]);
                    ColumnBatch @new = both.Select([.. Enumerable.Range(width, width)]);
                    both.Release();
                    RowChecks.Check(update.Table, @new, context);
                    return new DmlWrites(
                        [new TableWrite(update.Table, old, @new, ConflictBehavior.Error)], "UPDATE", @new.Count, update.Returning, @new);
                }

            case DeletePlan delete:
                {
                    ColumnBatch? rows = Query(delete.Source, null, catalog, open, context);
                    return rows is null
                        ? DmlWrites.Nothing("DELETE", delete.Returning)
                        : new DmlWrites(
                            [new TableWrite(delete.Table, rows, null, ConflictBehavior.Error)], "DELETE", rows.Count, delete.Returning, rows);
                }

            case TruncatePlan truncate:
                {
                    var writes = new List<TableWrite>();
                    foreach (TableItem table in truncate.Tables)
                    {
                        if (Query(new LogicalGet(table), null, catalog, open, context) is { } rows)
                        {
                            writes.Add(new TableWrite(table, rows, null, ConflictBehavior.Error));
                        }
                    }

                    return new DmlWrites(writes, "TRUNCATE TABLE", -1, null, null);
                }

            default:
                throw new Core.Diagnostics.InvariantException($"{plan.GetType().Name} is not DML");
        }
    }

    /// <summary>RETURNING's rows for the rows really written.</summary>
    public static ColumnBatch Returning(ReturningClause returning, TableItem table, ColumnBatch rows, StatementContext context)
    {
        RowProgram program = RowProgram.Compile([.. table.Columns.Select(c => c.Type)], null, returning.Expressions);
        using EvaluationContext evaluation = context.Evaluation();
        return program.Run(rows, default, evaluation, out _);
    }

    private static DmlWrites Insert(
        InsertPlan insert, Catalog catalog, Func<IEnumerable<Core.Identifiers.RelationId>, ReadView> open, StatementContext context)
    {
        ConflictBehavior behavior = insert.OnConflict ?? insert.Table.OnConflict;
        ColumnBatch? rows = TryConstant(insert.Source, context) ?? Query(insert.Source, insert.Finishing, catalog, open, context);
        if (rows is null)
        {
            return DmlWrites.Nothing("INSERT 0", insert.Returning);
        }

        RowChecks.Check(insert.Table, rows, context);
        if (insert.ConflictUpdate is { } update)
        {
            return Upsert(insert, rows, update, open, context);
        }

        return new DmlWrites(
            [new TableWrite(insert.Table, null, rows, behavior)], "INSERT 0", rows.Count, insert.Returning, null);
    }

    /// <summary>ON CONFLICT DO UPDATE: rows whose key exists become updates of the existing row.</summary>
    private static DmlWrites Upsert(
        InsertPlan insert,
        ColumnBatch rows,
        ImmutableArray<ScalarExpression> update,
        Func<IEnumerable<Core.Identifiers.RelationId>, ReadView> open,
        StatementContext context)
    {
        TableItem table = insert.Table;
        if (table.PrimaryKey.IsEmpty)
        {
            throw new SqlException(
                SqlState.InvalidColumnReference, "there is no unique or exclusion constraint matching the ON CONFLICT specification");
        }

        using ReadView view = open([table.Id]);
        (ColumnBatch found, Dictionary<byte[], int> existing) = Existing(table, rows, view);
        byte[] buffer = new byte[64];
        var affected = new HashSet<byte[]>(ByteKeyComparer.Instance);
        var fresh = new List<int>();
        var updated = new List<int>();
        var updatedKeys = new List<byte[]>();
        var old = new List<int>();
        for (int row = 0; row < rows.Count; row++)
        {
            byte[] key = KeyEncoder.Encode(rows, table.PrimaryKey.AsSpan(), row, ref buffer).ToArray();
            if (existing.TryGetValue(key, out int match))
            {
                updated.Add(row);
                updatedKeys.Add(key);
                old.Add(match);
            }
            else if (affected.Add(key))
            {
                fresh.Add(row);
            }
            else
            {
                throw AffectedTwice();
            }
        }

        var parts = new List<ColumnBatch>();
        ColumnBatch? deletes = null;
        if (updated.Count > 0)
        {
            ColumnBatch current = found.Gather([.. old]);
            ColumnBatch excluded = rows.Gather([.. updated]);
            var both = new ColumnBatch([.. Columns(current), .. Columns(excluded)], current.Count);
            SqlTypes types = new(table);
            using EvaluationContext evaluation = context.Evaluation();
            ColumnBatch result = RowProgram.Compile(types.Twice, insert.ConflictWhere, update).Run(both, default, evaluation, out Selection chosen);
            both.Release();
            excluded.Release();
            CheckAffectedOnce(updatedKeys, in chosen);
            if (result.Count > 0)
            {
                deletes = chosen.IsAll ? current.Acquire() : current.Gather(chosen.Rows);
                RowChecks.Check(table, result, context);
                parts.Add(result);
            }

            current.Release();
        }

        if (fresh.Count > 0)
        {
            parts.Add(rows.Gather([.. fresh]));
        }

        found.Release();
        rows.Release();
        if (parts.Count == 0)
        {
            return DmlWrites.Nothing("INSERT 0", insert.Returning);
        }

        ColumnBatch inserts = RowSorter.Concat(parts);
        return new DmlWrites(
            [new TableWrite(table, deletes, inserts, ConflictBehavior.Error)], "INSERT 0", inserts.Count, insert.Returning, inserts);

        static IEnumerable<Column> Columns(ColumnBatch batch)
        {
            for (int i = 0; i < batch.ColumnCount; i++)
            {
                yield return batch[i].Acquire();
            }
        }
    }

    /// <summary>21000 when a row comes up again after it was updated. A row that the WHERE left alone may come up again.</summary>
    private static void CheckAffectedOnce(List<byte[]> keys, in Selection chosen)
    {
        var affected = new HashSet<byte[]>(ByteKeyComparer.Instance);
        HashSet<int>? rows = chosen.IsAll ? null : [.. chosen.Rows];
        for (int i = 0; i < keys.Count; i++)
        {
            if (affected.Contains(keys[i]))
            {
                throw AffectedTwice();
            }

            if (rows is null || rows.Contains(i))
            {
                affected.Add(keys[i]);
            }
        }
    }

    private static SqlException AffectedTwice() =>
        new(SqlState.CardinalityViolation, "ON CONFLICT DO UPDATE command cannot affect row a second time")
        {
            Hint = "Ensure that no rows proposed for insertion within the same command have duplicate constrained values.",
        };

    /// <summary>The table's rows with the keys of <paramref name="rows"/>, the transaction's own changes included: key → row of the batch.</summary>
    private static (ColumnBatch Rows, Dictionary<byte[], int> ByKey) Existing(TableItem table, ColumnBatch rows, ReadView view)
    {
        var byKey = new Dictionary<byte[], int>(ByteKeyComparer.Instance);
        var batches = new List<ColumnBatch>();
        byte[] buffer = new byte[64];
        int start = 0;
        ColumnBatch keys = rows.Select(table.PrimaryKey.AsSpan());
        DeltaBatch found = view.Snapshot(table.Id).Lookup(keys);
        keys.Release();
        foreach (DeltaBatch batch in view.Pending(table.Id).Select(b => b.Acquire()).Prepend(found))
        {
            for (int row = 0; row < batch.Count; row++)
            {
                byte[] key = KeyEncoder.Encode(batch.Rows, table.PrimaryKey.AsSpan(), row, ref buffer).ToArray();
                if (batch.Weight(row) > 0)
                {
                    byKey[key] = start + row;
                }
                else
                {
                    byKey.Remove(key);
                }
            }

            start += batch.Count;
            batches.Add(batch.Rows.Acquire());
            batch.Release();
        }

        return (RowSorter.Concat(batches), byKey);
    }

    /// <summary>Rows of VALUES whose expressions are literals; null when something must be computed.</summary>
    private static ColumnBatch? TryConstant(LogicalNode source, StatementContext context)
    {
        if (source is not LogicalValues values || values.Rows.Length == 0)
        {
            return null;
        }

        using EvaluationContext evaluation = context.Evaluation();
        var rows = new List<ImmutableArray<Datum>>(values.Rows.Length);
        foreach (ImmutableArray<ScalarExpression> row in values.Rows)
        {
            var datums = new Datum[row.Length];
            for (int i = 0; i < datums.Length; i++)
            {
                datums[i] = row[i] is LiteralExpression literal ? literal.Value : ConstantFolding.Evaluate(row[i], evaluation);
            }

            rows.Add([.. datums]);
        }

        return ColumnBatch.FromRows([.. values.Fields.Select(f => f.Type.Physical)], rows);
    }

    private static ColumnBatch? Query(
        LogicalNode source, Finishing? finishing, Catalog catalog, Func<IEnumerable<Core.Identifiers.RelationId>, ReadView> open, StatementContext context)
    {
        RenderedQuery query = QueryRunner.Prepare(source, catalog, context);
        using ReadView view = open(ReadView.ArrangementsOf(query.Inputs.Values));
        IReadOnlyList<ColumnBatch> rows = QueryRunner.Run(query, view, context);
        if (finishing is not null)
        {
            rows = QueryRunner.Finish(rows, finishing);
        }

        return rows.Sum(r => r.Count) == 0 ? null : RowSorter.Concat(rows);
    }

    /// <summary>UPDATE … FROM may match a row of a keyed table several times: one of the matches updates it, as in PostgreSQL.</summary>
    private static ColumnBatch OncePerKey(TableItem table, ColumnBatch both)
    {
        if (table.PrimaryKey.IsEmpty)
        {
            return both;
        }

        var seen = new HashSet<byte[]>(ByteKeyComparer.Instance);
        var kept = new List<int>(both.Count);
        byte[] buffer = new byte[64];
        for (int row = 0; row < both.Count; row++)
        {
            if (seen.Add(KeyEncoder.Encode(both, table.PrimaryKey.AsSpan(), row, ref buffer).ToArray()))
            {
                kept.Add(row);
            }
        }

        if (kept.Count == both.Count)
        {
            return both;
        }

        ColumnBatch once = both.Gather([.. kept]);
        both.Release();
        return once;
    }

    private static bool Reads(LogicalNode node) => node is LogicalGet || node.Inputs.Any(Reads);

    private sealed class SqlTypes(TableItem table)
    {
        public Core.Types.SqlType[] Twice { get; } = [.. table.Columns.Select(c => c.Type), .. table.Columns.Select(c => c.Type)];
    }
}
