using StreamDb.Core.Columns;

namespace StreamDb.Coordinator.Sessions;

/// <summary>A result whose rows are all there.</summary>
internal sealed class BufferedRows(IReadOnlyList<ResultColumn> columns, IReadOnlyList<ColumnBatch> batches, string tag = "SELECT {n}")
    : RowsResult(columns)
{
    private int _batch;
    private int _row;

    public override string Tag { get; } = tag;

    public override ValueTask<ColumnBatch?> ReadAsync(int rowsMax, CancellationToken cancellation)
    {
        while (_batch < batches.Count && _row == batches[_batch].Count)
        {
            batches[_batch++].Release();
            _row = 0;
        }

        if (_batch == batches.Count)
        {
            return ValueTask.FromResult<ColumnBatch?>(null);
        }

        ColumnBatch batch = batches[_batch];
        int left = batch.Count - _row;
        if (_row == 0 && (rowsMax == 0 || rowsMax >= left))
        {
            _batch++;
            return ValueTask.FromResult<ColumnBatch?>(batch);
        }

        int count = rowsMax == 0 ? left : Math.Min(rowsMax, left);
        ColumnBatch part = batch.Gather([.. Enumerable.Range(_row, count)]);
        _row += count;
        return ValueTask.FromResult<ColumnBatch?>(part);
    }

    public override ValueTask DisposeAsync()
    {
        while (_batch < batches.Count)
        {
            batches[_batch++].Release();
        }

        return base.DisposeAsync();
    }
}
