using System.Buffers;
using StreamDb.Coordinator.Sessions;
using StreamDb.Core.Codecs;
using StreamDb.Core.Columns;
using StreamDb.Core.Types;
using StreamDb.Planning.Binding;

namespace StreamDb.Coordinator.Statements;

/// <summary>COPY … TO STDOUT of a finished result: one CopyData message a row.</summary>
/// <remarks>As PostgreSQL sends it and Npgsql expects it: the binary header shares a message with the first row, or with the trailer when there is none.</remarks>
internal sealed class CopyOut(CopyPlan plan, IReadOnlyList<ResultColumn> columns, IReadOnlyList<ColumnBatch> batches, StatementContext context)
    : CopyOutResult(columns.Count, plan.Options.Format == Planning.Binding.CopyFormat.Binary)
{
    private readonly SqlType[] _types = [.. columns.Select(c => c.Type)];
    private readonly Core.Codecs.CopyFormat _format = CopyIn.FormatOf(plan.Options);
    private int _batch = -1;
    private bool _isBinaryStarted;
    private long _count;

    public override string Tag => DmlRequest.TagOf("COPY", _count);

    public override ValueTask<IReadOnlyList<ReadOnlyMemory<byte>>?> ReadAsync(CancellationToken cancellation)
    {
        var messages = new List<ReadOnlyMemory<byte>>();
        if (_batch < 0)
        {
            _batch = 0;
            if (!IsBinary && _format.HasHeader)
            {
                messages.Add(Written(o => CopyWriter.WriteHeader([.. columns.Select(c => c.Name)], _format, o)));
            }
        }
        else if (_batch > batches.Count)
        {
            return ValueTask.FromResult<IReadOnlyList<ReadOnlyMemory<byte>>?>(null);
        }

        if (_batch < batches.Count)
        {
            ColumnBatch batch = batches[_batch];
            for (int row = 0; row < batch.Count; row++)
            {
                messages.Add(Written(o =>
                {
                    if (IsBinary)
                    {
                        StartBinary(o);
                        CopyWriter.WriteBinaryRow(_types, batch, row, o);
                    }
                    else
                    {
                        CopyWriter.WriteRow(_types, batch, row, _format, context.Format, o);
                    }
                }));
            }

            _count += batch.Count;
            batch.Release();
        }
        else if (IsBinary)
        {
            messages.Add(Written(o =>
            {
                StartBinary(o);
                CopyWriter.WriteBinaryTrailer(o);
            }));
        }

        _batch++;
        return ValueTask.FromResult<IReadOnlyList<ReadOnlyMemory<byte>>?>(messages);
    }

    public override ValueTask DisposeAsync()
    {
        for (int i = Math.Max(_batch, 0); i < batches.Count; i++)
        {
            batches[i].Release();
        }

        _batch = batches.Count + 1;
        return base.DisposeAsync();
    }

    private void StartBinary(IBufferWriter<byte> output)
    {
        if (!_isBinaryStarted)
        {
            CopyWriter.WriteBinaryHeader(output);
            _isBinaryStarted = true;
        }
    }

    private static ReadOnlyMemory<byte> Written(Action<IBufferWriter<byte>> write)
    {
        var output = new ArrayBufferWriter<byte>();
        write(output);
        return output.WrittenMemory;
    }
}
