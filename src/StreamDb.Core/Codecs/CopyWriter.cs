using System.Buffers;
using System.Buffers.Binary;
using StreamDb.Core.Columns;
using StreamDb.Core.Types;

namespace StreamDb.Core.Codecs;

/// <summary>Writes the rows of COPY TO, one at a time: text, CSV and binary.</summary>
public static class CopyWriter
{
    private static readonly SearchValues<byte> _textEscapes = SearchValues.Create("\\\b\f\n\r\t\v"u8);

    /// <summary>Writes a row of the text or CSV format, with its line end.</summary>
    public static void WriteRow(
        IReadOnlyList<SqlType> types, ColumnBatch batch, int row, CopyFormat format, TextFormat text, IBufferWriter<byte> output)
    {
        using ByteWriter field = ByteWriter.Rent();
        for (int i = 0; i < types.Count; i++)
        {
            if (i > 0)
            {
                output.Write([format.Delimiter]);
            }

            Column column = batch[i];
            if (column.IsNull(row))
            {
                output.Write(format.NullText.Span);
                continue;
            }

            field.Clear();
            TextCodec.Write(types[i], column, row, field, text);
            if (format.IsCsv)
            {
                WriteCsvField(field.Written, format, i, types.Count == 1, output);
            }
            else
            {
                WriteTextField(field.Written, format, output);
            }
        }

        output.Write("\n"u8);
    }

    /// <summary>Writes a row of the binary format.</summary>
    public static void WriteBinaryRow(IReadOnlyList<SqlType> types, ColumnBatch batch, int row, IBufferWriter<byte> output)
    {
        BinaryPrimitives.WriteInt16BigEndian(output.GetSpan(sizeof(short)), (short)types.Count);
        output.Advance(sizeof(short));
        using ByteWriter field = ByteWriter.Rent();
        for (int i = 0; i < types.Count; i++)
        {
            Column column = batch[i];
            field.Clear();
            if (!column.IsNull(row))
            {
                BinaryCodec.Write(types[i], column, row, field);
            }

            BinaryPrimitives.WriteInt32BigEndian(output.GetSpan(sizeof(int)), column.IsNull(row) ? -1 : field.Length);
            output.Advance(sizeof(int));
            output.Write(field.Written);
        }
    }

    /// <summary>Writes the header of the binary format.</summary>
    public static void WriteBinaryHeader(IBufferWriter<byte> output)
    {
        output.Write(CopyBinaryReader.Signature);
        output.Write("\0\0\0\0\0\0\0\0"u8);
    }

    /// <summary>Writes the end of the binary format.</summary>
    public static void WriteBinaryTrailer(IBufferWriter<byte> output)
    {
        output.GetSpan(2)[..2].Fill(0xFF);
        output.Advance(2);
    }

    /// <summary>Writes a header line of column names.</summary>
    public static void WriteHeader(IReadOnlyList<string> names, CopyFormat format, IBufferWriter<byte> output)
    {
        for (int i = 0; i < names.Count; i++)
        {
            if (i > 0)
            {
                output.Write([format.Delimiter]);
            }

            byte[] name = System.Text.Encoding.UTF8.GetBytes(names[i]);
            if (format.IsCsv)
            {
                WriteCsvField(name, format with { ForceQuote = null }, i, names.Count == 1, output);
            }
            else
            {
                WriteTextField(name, format, output);
            }
        }

        output.Write("\n"u8);
    }

    /// <summary>Writes a value of the text format with its escapes.</summary>
    public static void WriteTextField(ReadOnlySpan<byte> value, CopyFormat format, IBufferWriter<byte> output)
    {
        while (true)
        {
            int special = value.IndexOfAny(_textEscapes);
            int delimiter = value.IndexOf(format.Delimiter);
            int at = special < 0 ? delimiter : delimiter < 0 ? special : Math.Min(special, delimiter);
            if (at < 0)
            {
                output.Write(value);
                return;
            }

            output.Write(value[..at]);
            byte c = value[at];
            byte letter = c == format.Delimiter && c != '\t' ? c : c switch
            {
                (byte)'\b' => (byte)'b',
                (byte)'\f' => (byte)'f',
                (byte)'\n' => (byte)'n',
                (byte)'\r' => (byte)'r',
                (byte)'\t' => (byte)'t',
                (byte)'\v' => (byte)'v',
                _ => c,
            };
            output.Write([(byte)'\\', letter]);
            value = value[(at + 1)..];
        }
    }

    /// <summary>Writes a value of the CSV format, in quotes where it needs them.</summary>
    /// <param name="value">The value's text.</param>
    /// <param name="format">Delimiter, quote, escape, NULL text, forced quotes.</param>
    /// <param name="column">Its index, for forced quotes.</param>
    /// <param name="isOnlyColumn">Whether the row has no other: then <c>\.</c> needs quotes, for it would end the data.</param>
    /// <param name="output">Where it goes.</param>
    public static void WriteCsvField(
        ReadOnlySpan<byte> value, CopyFormat format, int column, bool isOnlyColumn, IBufferWriter<byte> output)
    {
        bool isForced = format.ForceQuote is { } forced && column < forced.Count && forced[column];
        bool isQuoted = isForced
            || value.SequenceEqual(format.NullText.Span)
            || (isOnlyColumn && value.SequenceEqual("\\."u8))
            || value.IndexOfAny([format.Delimiter, format.Quote, (byte)'\n', (byte)'\r']) >= 0;
        if (!isQuoted)
        {
            output.Write(value);
            return;
        }

        output.Write([format.Quote]);
        while (true)
        {
            int at = value.IndexOfAny(format.Quote, format.Escape);
            if (at < 0)
            {
                break;
            }

            output.Write(value[..at]);
            output.Write([format.Escape, value[at]]);
            value = value[(at + 1)..];
        }

        output.Write(value);
        output.Write([format.Quote]);
    }
}
