using System.Collections.Immutable;
using System.Text;
using StreamDb.Core.Codecs;
using StreamDb.Core.Errors;
using StreamDb.Core.Rows;

namespace StreamDb.Connectors.Formats;

/// <summary>ENCODE CSV (RFC 4180, one line a record): by the header's names, or all columns in order.</summary>
/// <remarks>As in COPY, an empty field is NULL and a quoted empty field is the empty string.</remarks>
#pragma warning disable CA1001 // A writer's Dispose gives it to the thread's pool; this one is kept and collected.
internal sealed class CsvLineDecoder(ImmutableArray<Field> columns, byte delimiter, bool hasHeader) : ILineDecoder
#pragma warning restore CA1001
{
    private const byte Quote = (byte)'"';
    private readonly ByteWriter _bytes = new();
    private readonly List<(int Start, bool IsQuoted)> _fields = [];

    public bool HasHeader => hasHeader;

    public int[] ReadHeader(ReadOnlySpan<byte> line)
    {
        Split(line);
        int[] layout = [.. Enumerable.Range(0, _fields.Count).Select(ColumnOf)];
        return layout.Any(column => column >= 0)
            ? layout
            : throw new SqlException(SqlState.BadCopyFileFormat, "no field of the CSV header is a column of the source");
    }

    public void Decode(ReadOnlySpan<byte> line, int[]? layout, PendingValues row)
    {
        Split(line);
        int expected = layout?.Length ?? columns.Length;
        if (_fields.Count < expected)
        {
            string missing = layout is null ? $": missing data for column \"{columns[_fields.Count].Name}\"" : "";
            throw new SqlException(
                SqlState.BadCopyFileFormat, $"too few CSV fields: {_fields.Count} of {expected}{missing}");
        }

        if (_fields.Count > expected)
        {
            throw new SqlException(SqlState.BadCopyFileFormat, $"too many CSV fields: {_fields.Count} of {expected}");
        }

        for (int i = 0; i < _fields.Count; i++)
        {
            int column = layout is null ? i : layout[i];
            ReadOnlySpan<byte> text = Text(i);
            if (column < 0 || (text.IsEmpty && !_fields[i].IsQuoted))
            {
                continue;
            }

            try
            {
                TypedText.Append(columns[column].Type, text, row.Begin(column));
            }
            catch (SqlException exception)
            {
                throw TypedText.InColumn(columns[column].Name, exception);
            }

            row.End(column);
        }
    }

    private int ColumnOf(int field)
    {
        string name = Encoding.UTF8.GetString(Text(field)).Trim();
        int exact = Find(name, StringComparison.Ordinal);
        return exact >= 0 ? exact : Find(name, StringComparison.OrdinalIgnoreCase);
    }

    private int Find(string name, StringComparison comparison)
    {
        for (int i = 0; i < columns.Length; i++)
        {
            if (columns[i].Name.Equals(name, comparison))
            {
                return i;
            }
        }

        return -1;
    }

    private ReadOnlySpan<byte> Text(int field)
    {
        int end = field + 1 < _fields.Count ? _fields[field + 1].Start : _bytes.Length;
        return _bytes.Written[_fields[field].Start..end];
    }

    /// <summary>Takes the line apart into <see cref="_fields"/>, quotes removed.</summary>
    private void Split(ReadOnlySpan<byte> line)
    {
        _bytes.Clear();
        _fields.Clear();
        while (true)
        {
            int start = _bytes.Length;
            bool isQuoted = false;
            bool isInside = false;
            int at = 0;
            for (; at < line.Length && (isInside || line[at] != delimiter); at++)
            {
                if (line[at] != Quote)
                {
                    _bytes.Append(line[at]);
                }
                else if (isInside && at + 1 < line.Length && line[at + 1] == Quote)
                {
                    _bytes.Append(line[at++]);
                }
                else
                {
                    isQuoted = true;
                    isInside = !isInside;
                }
            }

            if (isInside)
            {
                throw new SqlException(SqlState.BadCopyFileFormat, "unterminated CSV quoted field");
            }

            _fields.Add((start, isQuoted));
            if (at == line.Length)
            {
                return;
            }

            line = line[(at + 1)..];
        }
    }
}
