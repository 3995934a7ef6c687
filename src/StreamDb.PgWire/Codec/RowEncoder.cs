using StreamDb.Coordinator.Sessions;
using StreamDb.Core.Codecs;
using StreamDb.Core.Columns;
using StreamDb.Core.Diagnostics;
using StreamDb.PgWire.Messages;

namespace StreamDb.PgWire.Codec;

/// <summary>Writes rows of column batches as DataRow messages. Immutable; made once per result, reused while its shape stays the same.</summary>
internal sealed class RowEncoder
{
    private readonly IReadOnlyList<ResultColumn> _columns;
    private readonly FormatCodes _formats;
    private readonly TextFormat _textFormat;
    private readonly CellEncoder[] _cells;

    public RowEncoder(IReadOnlyList<ResultColumn> columns, FormatCodes formats, TextFormat textFormat)
    {
        _columns = columns;
        _formats = formats;
        _textFormat = textFormat;
        _cells = new CellEncoder[columns.Count];
        for (int i = 0; i < _cells.Length; i++)
        {
            _cells[i] = CellEncoder.For(columns[i].Type, formats.IsBinary(i), textFormat);
        }
    }

    /// <summary>Whether this encoder is the one for such a result. A prepared statement keeps its column list, so this is usually one comparison.</summary>
    public bool Fits(IReadOnlyList<ResultColumn> columns, FormatCodes formats, TextFormat textFormat) =>
        ReferenceEquals(columns, _columns) && ReferenceEquals(textFormat, _textFormat) && formats.SameAs(_formats);

    /// <summary>Writes rows from <paramref name="row"/> on until the batch ends or the output holds <see cref="MessageWriter.FlushBytes"/>.</summary>
    /// <returns>The first row not written.</returns>
    public int Write(ColumnBatch batch, int row, MessageWriter output)
    {
        CellEncoder[] cells = _cells;
        Invariant.Check(batch.ColumnCount == cells.Length, "a result's batches have its columns");
        ReadOnlySpan<Column> columns = batch.Columns;

        // Hot path: per row and value.
        for (; row < batch.Count && output.Length < MessageWriter.FlushBytes; row++)
        {
            output.Begin(BackendMessage.DataRow);
            output.WriteInt16((short)cells.Length);
            for (int i = 0; i < cells.Length; i++)
            {
                Column column = columns[i];
                if (column.IsNull(row))
                {
                    output.WriteInt32(-1);
                    continue;
                }

                int start = output.BeginValue();
                cells[i].Write(column, row, output);
                output.EndValue(start);
            }

            output.End();
        }

        return row;
    }
}
