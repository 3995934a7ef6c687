using StreamDb.Core.Columns;
using StreamDb.Core.Errors;
using StreamDb.Core.Rows;

namespace StreamDb.Dataflow.Operators.Windows;

/// <summary>first_value, last_value, nth_value.</summary>
/// <remarks>
/// While the frame surely holds the current row, only the edge that is read matters: a row put into the middle of a frame
/// leaves its first value alone. Where NULLs are passed over or rows excluded, all of the frame does.
/// </remarks>
internal sealed unsafe class FrameValueResult(FrameValueFunction spec, FrameRows frame, int countedIndex) : WindowFunction(spec.Output)
{
    private readonly ValueReader _values = new(spec.Column, countedIndex);

    public override Dependency? DependsOn
    {
        get
        {
            if (spec.IgnoresNulls || !frame.HoldsCurrentRow)
            {
                return OfFrame(frame);
            }

            return spec.Kind switch
            {
                FrameValueKind.First => new Dependency(frame.Start, frame.Start, frame.Start.IsCounted),
                FrameValueKind.Last => new Dependency(frame.End, frame.End, frame.End.IsCounted, Slack: 1),
                _ when spec.NumberColumn < 0 && !frame.Start.IsCounted =>
                    new Dependency(frame.Start, frame.End, frame.End.IsCounted, Reach: frame.End.IsCounted ? 0 : spec.Number),
                _ => OfFrame(frame),
            };
        }
    }

    public override void Compute(WindowBatch batch, ColumnBuilder output, IErrorSink errors)
    {
        Column? numbers = spec.NumberColumn < 0 ? null : batch.Decode(spec.NumberColumn, batch.Items, batch.Count);
        var reader = new RecordReader(batch.Tree);
        _values.Begin(batch);
        foreach (WindowStretch stretch in batch.Stretches)
        {
            for (int i = stretch.Start; i < stretch.Start + stretch.Count; i++)
            {
                long number = 1;
                if (spec.Kind == FrameValueKind.Nth)
                {
                    if (numbers is not null && numbers.IsNull(i))
                    {
                        continue;
                    }

                    number = numbers is null ? spec.Number : numbers.Get<int>(i);
                    if (number <= 0)
                    {
                        errors.Report(SqlState.InvalidArgumentForNthValue, "argument of nth_value must be greater than zero", 1);
                        continue;
                    }
                }

                FrameParts parts = frame.Parts(batch, i, stretch.Position + i - stretch.Start);
                byte* target = spec.IgnoresNulls ? FindCounted(batch, stretch.Root, in parts, number) : Find(ref reader, stretch.Root, in parts, number);
                if (target is not null)
                {
                    _values.Choose(i, target);
                }
            }
        }

        _values.Append(batch, null, output);
        numbers?.Release();
    }

    public override void Dispose()
    {
        base.Dispose();
        _values.Dispose();
    }

    private byte* Find(ref RecordReader reader, TreeNode* root, in FrameParts parts, long number)
    {
        if (parts.Count == 0)
        {
            return null;
        }

        if (spec.Kind == FrameValueKind.Last)
        {
            return reader.At(root, parts.End(parts.Count - 1) - 1);
        }

        for (int part = 0; part < parts.Count; part++)
        {
            long rows = parts.End(part) - parts.Start(part);
            if (number <= rows)
            {
                return reader.At(root, parts.Start(part) + number - 1);
            }

            number -= rows;
        }

        return null;
    }

    private byte* FindCounted(WindowBatch batch, TreeNode* root, in FrameParts parts, long number)
    {
        bool isLast = spec.Kind == FrameValueKind.Last;
        for (int step = 0; step < parts.Count; step++)
        {
            int part = isLast ? parts.Count - 1 - step : step;
            long before = _values.CountBefore(batch, root, parts.Start(part));
            long until = _values.CountBefore(batch, root, parts.End(part));
            if (number <= until - before)
            {
                return _values.Counted(batch, root, isLast ? until - number : before + number - 1);
            }

            number -= until - before;
        }

        return null;
    }
}
