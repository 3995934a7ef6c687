using StreamDb.Core.Columns;
using StreamDb.Core.Rows;

namespace StreamDb.Dataflow.Operators.Windows;

/// <summary>lag and lead.</summary>
/// <remarks>
/// With a constant offset a change affects as many rows as the offset. With an offset per row, or when NULLs are passed over, no
/// bound is known beforehand, and the whole partition is looked at.
/// </remarks>
internal sealed unsafe class OffsetResult(OffsetFunction spec, int countedIndex) : WindowFunction(spec.Output)
{
    private readonly ValueReader _values = new(spec.Column, countedIndex);

    public override Dependency? DependsOn => spec.OffsetColumn >= 0 || spec.IgnoresNulls
        ? Dependency.Partition
        : new Dependency(FrameSide.Row(Math.Min(spec.Offset, 0)), FrameSide.Row(Math.Max(spec.Offset, 0)), IncludesSelf: true);

    public override void Compute(WindowBatch batch, ColumnBuilder output, IErrorSink errors)
    {
        Column? offsets = spec.OffsetColumn < 0 ? null : batch.Decode(spec.OffsetColumn, batch.Items, batch.Count);
        Column? defaults = spec.DefaultColumn < 0 ? null : batch.Decode(spec.DefaultColumn, batch.Items, batch.Count);
        if (offsets is not null && offsets.HasNulls)
        {
            // A NULL offset gives NULL, not the default.
            defaults = WithoutDefaults(defaults, offsets);
        }

        var reader = new RecordReader(batch.Tree);
        _values.Begin(batch);
        foreach (WindowStretch stretch in batch.Stretches)
        {
            for (int i = stretch.Start; i < stretch.Start + stretch.Count; i++)
            {
                if (offsets is not null && offsets.IsNull(i))
                {
                    continue;
                }

                long offset = offsets is null ? spec.Offset : spec.IsBackward ? -(long)offsets.Get<int>(i) : offsets.Get<int>(i);
                long position = stretch.Position + i - stretch.Start;
                byte* target = null;
                if (offset == 0)
                {
                    target = batch.Items[i];
                }
                else if (spec.IgnoresNulls)
                {
                    long before = _values.CountBefore(batch, stretch.Root, position);
                    long number = offset < 0 ? before + offset : before + offset - (_values.IsCounted(batch, batch.Items[i]) ? 0 : 1);
                    target = _values.Counted(batch, stretch.Root, number);
                }
                else if (position + offset >= 0 && position + offset < stretch.Rows)
                {
                    target = reader.At(stretch.Root, position + offset);
                }

                if (target is not null)
                {
                    _values.Choose(i, target);
                }
            }
        }

        _values.Append(batch, defaults, output);
        offsets?.Release();
        defaults?.Release();
    }

    public override void Dispose()
    {
        base.Dispose();
        _values.Dispose();
    }

    private static Column? WithoutDefaults(Column? defaults, Column offsets)
    {
        if (defaults is null)
        {
            return null;
        }

        using var builder = new ColumnBuilder(defaults.Type, defaults.Count);
        for (int row = 0; row < defaults.Count; row++)
        {
            if (offsets.IsNull(row))
            {
                builder.AppendNull();
            }
            else
            {
                builder.AppendFrom(defaults, row);
            }
        }

        defaults.Release();
        return builder.Finish();
    }
}
