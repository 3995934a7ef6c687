using System.Text;
using StreamDb.Coordinator.Epochs;
using StreamDb.Coordinator.Sessions;
using StreamDb.Core.Codecs;
using StreamDb.Core.Columns;
using StreamDb.Core.Diagnostics;
using StreamDb.Core.Errors;
using StreamDb.Core.Types;
using StreamDb.Expressions.Casts;
using StreamDb.Expressions.Compilation;
using StreamDb.Expressions.Trees;
using StreamDb.Planning.Binding;
using StreamDb.Planning.Catalog;

namespace StreamDb.Coordinator.Statements;

/// <summary>COPY … FROM STDIN: rows are parsed straight into columns as they arrive and become visible together at the end.</summary>
internal sealed class CopyIn : CopyInResult, ICopyRowHandler
{
    private const int BatchRows = 16_384;

    private readonly Session _session;
    private readonly CopyPlan _plan;
    private readonly TableItem _table;
    private readonly StatementContext _context;
    private readonly SqlType[] _fieldTypes;
    private readonly ColumnBuilder[] _fields;
    private readonly RowProgram? _complete;
    private readonly RowProgram? _generate;
    private readonly EvaluationContext _evaluation;
    private readonly CopyTextReader? _text;
    private readonly CopyCsvReader? _csv;
    private readonly CopyBinaryReader? _binary;
    private readonly List<ColumnBatch> _batches = [];
    private long _count;

    public CopyIn(Session session, CopyPlan plan, StatementContext context)
        : base(plan.TableColumns.Length, plan.Options.Format == Planning.Binding.CopyFormat.Binary)
    {
        _session = session;
        _plan = plan;
        _table = plan.Table!;
        _context = context;
        _evaluation = context.Evaluation();
        _fieldTypes = [.. plan.TableColumns.Select(c => _table.Columns[c].Type.WithoutModifier())];
        _fields = [.. _fieldTypes.Select(t => new ColumnBuilder(t.Physical))];
        _complete = CompleteRows();
        _generate = GenerateColumns();
        Core.Codecs.CopyFormat format = FormatOf(plan.Options);
        switch (plan.Options.Format)
        {
            case Planning.Binding.CopyFormat.Binary: _binary = new CopyBinaryReader(this); break;
            case Planning.Binding.CopyFormat.Csv: _csv = new CopyCsvReader(format, this); break;
            default: _text = new CopyTextReader(format, this); break;
        }
    }

    /// <summary>COPY's options as the codecs take them.</summary>
    public static Core.Codecs.CopyFormat FormatOf(CopyOptions options) => new()
    {
        IsCsv = options.Format == Planning.Binding.CopyFormat.Csv,
        Delimiter = (byte)options.Delimiter,
        NullText = Encoding.UTF8.GetBytes(options.NullText),
        Quote = (byte)options.Quote,
        Escape = (byte)options.Escape,
        HasHeader = options.Header,
    };

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> data, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        _text?.Feed(data.Span);
        _csv?.Feed(data.Span);
        _binary?.Feed(data.Span);
        return ValueTask.CompletedTask;
    }

    public override async ValueTask<string> CompleteAsync(CancellationToken cancellation)
    {
        _text?.Complete();
        _csv?.Complete();
        _binary?.Complete();
        FinishBatch();
        List<TableWrite> writes = [.. _batches.Select(b => new TableWrite(_table, null, b, _table.OnConflict))];
        _batches.Clear();
        if (_session.Transaction is { } transaction)
        {
            transaction.Add(writes);
        }
        else
        {
            var request = new DmlRequest(new DmlWrites(writes, "COPY", _count, null, null), _context) { Cancellation = cancellation };
            try
            {
                await StatementDispatcher.SubmitAsync(_session, request).ConfigureAwait(false);
            }
            finally
            {
                request.Release();
            }
        }

        return DmlRequest.TagOf("COPY", _count);
    }

    // Hot path: per row.
    public void OnRow(CopyRow row)
    {
        if (row.Count != _fields.Length)
        {
            string column = row.Count < _fields.Length ? _table.Columns[_plan.TableColumns[row.Count]].Name : "";
            throw At(row.Line, null, new SqlException(
                SqlState.BadCopyFileFormat,
                row.Count < _fields.Length ? $"missing data for column \"{column}\"" : "extra data after last expected column"));
        }

        for (int i = 0; i < _fields.Length; i++)
        {
            if (row.IsNull(i))
            {
                _fields[i].AppendNull();
                continue;
            }

            try
            {
                if (_binary is null)
                {
                    TextCodec.Parse(_fieldTypes[i], row[i], _context.Format, _fields[i]);
                }
                else
                {
                    BinaryCodec.Read(_fieldTypes[i], row[i], _fields[i]);
                }
            }
            catch (SqlException exception)
            {
                throw At(row.Line, _table.Columns[_plan.TableColumns[i]].Name, exception);
            }
        }

        if (_fields[0].Count >= BatchRows)
        {
            FinishBatch();
        }
    }

    public override ValueTask DisposeAsync()
    {
        foreach (ColumnBatch batch in _batches)
        {
            batch.Release();
        }

        _batches.Clear();
        Array.ForEach(_fields, f => f.Dispose());
        _evaluation.Dispose();
        return base.DisposeAsync();
    }

    private void FinishBatch()
    {
        if (_fields.Length == 0 || _fields[0].Count == 0)
        {
            return;
        }

        int count = _fields[0].Count;
        var rows = new ColumnBatch([.. _fields.Select(f => f.Finish())], count);
        rows = Apply(_complete, rows);
        rows = Apply(_generate, rows);
        _batches.Add(rows);
        RowChecks.Check(_table, rows, _context);
        _count += count;
    }

    private ColumnBatch Apply(RowProgram? program, ColumnBatch rows)
    {
        if (program is null)
        {
            return rows;
        }

        ColumnBatch result = program.Run(rows, default, _evaluation, out _);
        rows.Release();
        return result;
    }

    /// <summary>From the fields to the table's row: length coercion, and defaults for what COPY leaves out. Null when nothing changes.</summary>
    private RowProgram? CompleteRows()
    {
        var projections = new ScalarExpression[_table.Columns.Length];
        for (int column = 0; column < projections.Length; column++)
        {
            int field = _plan.TableColumns.IndexOf(column);
            SqlType type = _table.Columns[column].Type;
            projections[column] = field < 0
                ? _plan.Defaults[column]
                : type.Modifier < 0
                    ? new ColumnExpression(field, _fieldTypes[field], Nullable: true)
                    : Coercion.Cast(new ColumnExpression(field, _fieldTypes[field], Nullable: true), type, CastContext.Assignment, -1);
        }

        bool isIdentity = projections.Length == _fieldTypes.Length
            && projections.Select((p, i) => p is ColumnExpression column && column.Index == i).All(same => same);
        return isIdentity ? null : RowProgram.Compile(_fieldTypes, null, projections);
    }

    private RowProgram? GenerateColumns()
    {
        if (_table.Columns.All(c => c.GeneratedText is null))
        {
            return null;
        }

        BindingContext binding = _context.Binding(_context.Database.Catalog);
        return RowProgram.Compile(
            [.. _table.Columns.Select(c => c.Type)],
            null,
            [.. _table.Columns.Select((c, i) => c.GeneratedText is null
                ? new ColumnExpression(i, c.Type, c.IsNullable)
                : StatementBinder.BindGenerated(_table, i, binding))]);
    }

    private SqlException At(long line, string? column, SqlException exception)
    {
        Invariant.Check(line > 0);
        return new SqlException(exception.State, exception.Message, exception)
        {
            Detail = exception.Detail,
            Hint = exception.Hint,
            TableName = _table.Name,
            ColumnName = column,
            Where = $"COPY {_table.Name}, line {line}" + (column is null ? "" : $", column {column}"),
        };
    }
}
