using StreamDb.Core.Codecs;
using StreamDb.Core.Columns;
using StreamDb.Core.Errors;
using StreamDb.Core.Rows;
using StreamDb.Core.Types;

namespace StreamDb.Expressions.Aggregates;

/// <summary>array_agg(value): every value in order, NULLs included; arrays become one dimension more.</summary>
internal sealed class ArrayAggregate(AggregateCall call) : GroupFunction(call)
{
    private readonly SqlType _type = call.Arguments[0].Type;

    public override void Compute(ColumnBatch rows, ReadOnlySpan<long> weights, ColumnBuilder output, IErrorSink errors)
    {
        Column values = rows[FirstArgument];
        if (_type.IsArray)
        {
            ComputeNested(values, weights, output, errors);
            return;
        }

        ArrayWriter writer = new ArrayWriter().Begin(_type);
        for (int row = 0; row < rows.Count; row++)
        {
            for (long copy = 0; copy < weights[row]; copy++)
            {
                if (values.IsNull(row))
                {
                    writer.AppendNull();
                }
                else
                {
                    writer.Append(ValueBytes.Of(values, row));
                }
            }
        }

        writer.Finish(output);
    }

    private void ComputeNested(Column values, ReadOnlySpan<long> weights, ColumnBuilder output, IErrorSink errors)
    {
        SqlType element = _type.Element!;
        ArrayWriter writer = new ArrayWriter().Begin(element);
        int[]? dimensions = null;
        int count = 0;
        for (int row = 0; row < values.Count; row++)
        {
            ArrayReader part = new(element.Physical, values.IsNull(row) ? "\0"u8 : values.GetBytes(row).Span);
            int[] lengths = new int[part.DimensionCount];
            for (int i = 0; i < lengths.Length; i++)
            {
                lengths[i] = part.Dimension(i);
            }

            dimensions ??= lengths;
            if (lengths.Length == 0 || !lengths.AsSpan().SequenceEqual(dimensions))
            {
                errors.Report(
                    SqlState.ArraySubscriptError,
                    lengths.Length == 0 ? "cannot accumulate empty arrays" : "cannot accumulate arrays of different dimensionality",
                    1);
                output.AppendNull();
                return;
            }

            for (long copy = 0; copy < weights[row]; copy++)
            {
                count++;
                for (int i = 0; i < part.Count; i++)
                {
                    if (part.IsNull(i))
                    {
                        writer.AppendNull();
                    }
                    else
                    {
                        writer.Append(part[i]);
                    }
                }
            }
        }

        using ByteWriter bytes = ByteWriter.Rent();
        writer.Finish([count, .. dimensions!], bytes);
        output.AppendBytes(bytes.Written);
    }
}

/// <summary>jsonb_agg and json_agg; the argument is JSON already.</summary>
internal sealed class JsonArrayAggregate(AggregateCall call) : GroupFunction(call)
{
    public override void Compute(ColumnBatch rows, ReadOnlySpan<long> weights, ColumnBuilder output, IErrorSink errors)
    {
        Column values = rows[FirstArgument];
        using ByteWriter json = ByteWriter.Rent();
        json.Append((byte)'[');
        for (int row = 0; row < rows.Count; row++)
        {
            for (long copy = 0; copy < weights[row]; copy++)
            {
                if (json.Length > 1)
                {
                    json.Append(", "u8);
                }

                json.Append(values.IsNull(row) ? "null"u8 : values.GetBytes(row).Span);
            }
        }

        json.Append((byte)']');
        output.AppendBytes(json.Written);
    }
}

/// <summary>jsonb_object_agg and json_object_agg: keys are text, values JSON. In jsonb the last of equal keys wins.</summary>
internal sealed class JsonObjectAggregate(AggregateCall call) : GroupFunction(call)
{
    private readonly bool _isBinary = call.Type.Kind == SqlTypeKind.Jsonb;

    public override void Compute(ColumnBatch rows, ReadOnlySpan<long> weights, ColumnBuilder output, IErrorSink errors)
    {
        Column keys = rows[FirstArgument];
        Column values = rows[FirstArgument + 1];
        using ByteWriter json = ByteWriter.Rent();
        json.Append(_isBinary ? "{"u8 : "{ "u8);
        int start = json.Length;
        for (int row = 0; row < rows.Count; row++)
        {
            if (keys.IsNull(row))
            {
                errors.Report(SqlState.InvalidParameterValue, "field name must not be null", 1);
                output.AppendNull();
                return;
            }

            if (json.Length > start)
            {
                json.Append(", "u8);
            }

            JsonText.WriteString(keys.GetBytes(row).Span, json);
            json.Append(_isBinary ? ": "u8 : " : "u8);
            json.Append(values.IsNull(row) ? "null"u8 : values.GetBytes(row).Span);
        }

        json.Append(_isBinary ? "}"u8 : " }"u8);
        if (!_isBinary)
        {
            output.AppendBytes(json.Written);
            return;
        }

        using ByteWriter normal = ByteWriter.Rent();
        JsonText.Normalize(json.Written, normal);
        output.AppendBytes(normal.Written);
    }
}

/// <summary>percentile_disc and percentile_cont with an array of fractions: an array of results.</summary>
internal sealed class PercentileArray : GroupFunction
{
    private readonly SqlType _element;
    private readonly GroupFunction[] _parts;

    public PercentileArray(AggregateCall call, bool isContinuous)
        : base(call)
    {
        _element = call.Type.Element!;
        _parts = [.. Percentiles.FractionsOf(call).Select(f =>
            isContinuous ? (GroupFunction)new ContinuousPercentile(call, f) : new DiscretePercentile(call, f))];
    }

    public override void Compute(ColumnBatch rows, ReadOnlySpan<long> weights, ColumnBuilder output, IErrorSink errors)
    {
        if (Percentiles.CountValues(rows[0], weights) == 0)
        {
            output.AppendNull();
            return;
        }

        ArrayWriter writer = new ArrayWriter().Begin(_element);
        using var results = new ColumnBuilder(_element.Physical, _parts.Length);
        foreach (GroupFunction part in _parts)
        {
            part.Compute(rows, weights, results, errors);
        }

        Column column = results.Finish();
        for (int i = 0; i < column.Count; i++)
        {
            if (column.IsNull(i))
            {
                writer.AppendNull();
            }
            else
            {
                writer.Append(ValueBytes.Of(column, i));
            }
        }

        column.Release();
        writer.Finish(output);
    }
}
