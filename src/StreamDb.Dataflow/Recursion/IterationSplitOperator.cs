using StreamDb.Core.Columns;
using StreamDb.Dataflow.Deltas;
using StreamDb.Dataflow.Operators;
using StreamDb.Dataflow.Ports;

namespace StreamDb.Dataflow.Recursion;

/// <summary>Behind a probe of an index inside a scope: a delta of iteration i that meets a row of iteration j belongs to iteration max(i, j).</summary>
/// <param name="column">Where the row's iteration stands in the joined row; it is dropped.</param>
/// <param name="transform">What is still to be done to the joined rows.</param>
internal sealed unsafe class IterationSplitOperator(OperatorContext context, int column, IBatchTransform? transform) : Operator(context)
{
    private int[] _iterations = [];
    private int[] _rows = [];

    public override bool CanStore => true;

    protected override void Process(int port, DeltaBatch batch)
    {
        int* iterations = (int*)batch.Rows[column].Values;
        int own = batch.Iteration;
        int last = own;
        for (int i = 0; i < batch.Count; i++)
        {
            last = Math.Max(last, iterations[i]);
        }

        DeltaBatch rows = WithoutIteration(batch);
        if (last == own)
        {
            Send(rows, own);
            return;
        }

        // At most the rows of one output chunk of a probe.
        if (_rows.Length < batch.Count)
        {
            _rows = new int[batch.Count];
            _iterations = new int[batch.Count];
        }

        for (int i = 0; i < batch.Count; i++)
        {
            _iterations[i] = Math.Max(own, iterations[i]);
            _rows[i] = i;
        }

        Array.Sort(_iterations, _rows, 0, batch.Count);
        int start = 0;
        for (int i = 1; i <= batch.Count; i++)
        {
            if (i == batch.Count || _iterations[i] != _iterations[start])
            {
                Send(rows.Gather(_rows.AsSpan(start, i - start)), _iterations[start]);
                start = i;
            }
        }

        rows.Release();
    }

    private DeltaBatch WithoutIteration(DeltaBatch batch)
    {
        var columns = new Column[batch.Rows.ColumnCount - 1];
        for (int i = 0; i < columns.Length; i++)
        {
            columns[i] = batch.Rows[i < column ? i : i + 1].Acquire();
        }

        return new DeltaBatch(new ColumnBatch(columns, batch.Count), batch.Weights?.Acquire());
    }

    private void Send(DeltaBatch batch, int iteration)
    {
        Iteration = iteration;
        if (transform is null)
        {
            Emit(batch);
            return;
        }

        DeltaBatch? transformed = transform.Apply(batch);
        batch.Release();
        if (transformed is not null)
        {
            Emit(transformed);
        }
    }
}
