using StreamDb.Core.Columns;

namespace StreamDb.Coordinator.Sessions;

/// <summary>A SQL cursor: the whole result, and where the next FETCH goes on.</summary>
/// <remarks><see cref="Position"/> is as PostgreSQL's: 0 before the first row, n on row n, Count + 1 after the last.</remarks>
internal sealed class Cursor(IReadOnlyList<ResultColumn> columns, ColumnBatch? rows, bool isHeld)
{
    public IReadOnlyList<ResultColumn> Columns { get; } = columns;

    public bool IsHeld { get; } = isHeld;

    public long Position { get; private set; }

    private long Count => rows?.Count ?? 0;

    /// <summary>The rows a FETCH gives, in its direction; moves the cursor.</summary>
    public IReadOnlyList<int> Fetch(string direction, long? count)
    {
        var result = new List<int>();
        switch (direction)
        {
            case "first":
                MoveTo(1, result);
                break;
            case "last":
                MoveTo(Count, result);
                break;
            case "absolute":
                MoveTo(count is < 0 ? Count + 1 + count.Value : count ?? 0, result);
                break;
            case "relative":
                MoveTo(Position + (count ?? 0), result);
                break;
            case "prior" or "backward":
                Step(count ?? 1, -1, result);
                break;
            default:
                Step(count ?? 1, 1, result);
                break;
        }

        return result;
    }

    public ColumnBatch? Gather(IReadOnlyList<int> indexes) => rows is null || indexes.Count == 0 ? null : rows.Gather([.. indexes]);

    private void Step(long count, int sign, List<int> result)
    {
        if (count < 0)
        {
            (count, sign) = (-count, -sign);
        }

        if (count == 0)
        {
            MoveTo(Position, result);
            return;
        }

        for (long i = 0; i < count; i++)
        {
            Position = Math.Clamp(Position + sign, 0, Count + 1);
            if (Position == 0 || Position > Count)
            {
                return;
            }

            result.Add((int)(Position - 1));
        }
    }

    private void MoveTo(long position, List<int> result)
    {
        Position = Math.Clamp(position, 0, Count + 1);
        if (Position >= 1 && Position <= Count)
        {
            result.Add((int)(Position - 1));
        }
    }
}
