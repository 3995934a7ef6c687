using System.Collections.Immutable;
using StreamDb.Connectors.Formats;
using StreamDb.Core.Codecs;
using StreamDb.Core.Errors;
using StreamDb.Core.Rows;
using StreamDb.Dataflow.Deltas;
using StreamDb.Dataflow.Ports;

namespace StreamDb.Connectors.Files;

/// <summary>The batch that lines are being decoded into: rows of the good ones, errors of the bad ones.</summary>
internal sealed class LineBatch(ImmutableArray<Field> columns, ILineDecoder decoder) : IDisposable
{
    private const int LinesMax = 10_000;
    private const long BytesMax = 4 << 20;

    /// <summary>Bytes of a bad line that are kept.</summary>
    public const int RawBytesMax = 64 << 10;

    private readonly RowBuilder _rows = new(columns);
    private readonly PendingValues _values = new(columns.Length);
    private List<SourceError> _errors = [];
    private long _bytes;

    public bool IsEmpty => _rows.Count == 0 && _errors.Count == 0;

    public bool IsFull => _rows.Count + _errors.Count >= LinesMax || _bytes >= BytesMax;

    /// <summary>Adds a line's row, or its error.</summary>
    // Hot path: per line.
    public void Add(ReadOnlySpan<byte> line, int[]? layout, string file, long lineNumber)
    {
        _bytes += line.Length;
        try
        {
            _values.Clear();
            decoder.Decode(line, layout, _values);
            CheckNulls();
        }
        catch (SqlException exception)
        {
            AddError(line, exception.Message, file, lineNumber);
            return;
        }

        for (int i = 0; i < _values.Count; i++)
        {
            if (_values.IsNull(i))
            {
                _rows.Columns[i].AppendNull();
            }
            else
            {
                ValueBytes.Append(_values[i], _rows.Columns[i]);
            }
        }

        _rows.EndRow();
    }

    public void AddError(ReadOnlySpan<byte> line, string reason, string file, long lineNumber)
    {
        byte[] raw = line[..Math.Min(line.Length, RawBytesMax)].ToArray();
        _bytes += raw.Length;
        _errors.Add(new SourceError($"{file}:{lineNumber}", raw, reason));
    }

    /// <summary>The batch so far; afterwards empty.</summary>
    public SourceBatch Finish(byte[] offset)
    {
        DeltaBatch? deltas = _rows.Count == 0 ? null : _rows.Finish();
        var batch = new SourceBatch(deltas, offset, _errors);
        _errors = [];
        _bytes = 0;
        return batch;
    }

    public void Dispose() => _rows.Dispose();

    private void CheckNulls()
    {
        for (int i = 0; i < columns.Length; i++)
        {
            if (_values.IsNull(i) && !columns[i].IsNullable)
            {
                throw new SqlException(
                    SqlState.NotNullViolation, $"null value in column \"{columns[i].Name}\" violates not-null constraint");
            }
        }
    }
}
