using System.Collections.Immutable;
using StreamDb.Core.Codecs;
using StreamDb.Core.Rows;
using StreamDb.Core.Types;
using StreamDb.Expressions.Compilation;

namespace StreamDb.Expressions.Casts;

/// <summary>Conversions of arrays, records and maps, part by part.</summary>
internal static class CompositeCasts
{
    /// <summary>Null when the types are not of one composite kind.</summary>
    public static ScalarImplementation? Implementation(SqlType from, SqlType to, CastContext context)
    {
        Delegate? cast = (from.Kind, to.Kind) switch
        {
            (SqlTypeKind.Array, SqlTypeKind.Array) => new ArrayCast(from, to, context).Cast,
            (SqlTypeKind.Int2Vector or SqlTypeKind.OidVector, SqlTypeKind.Array) => new ArrayCast(from, to, context).Cast,
            (SqlTypeKind.Record, SqlTypeKind.Record) => new RecordCast(from, to, context).Cast,
            (SqlTypeKind.Map, SqlTypeKind.Map) => new MapCast(from, to, context).Cast,
            _ => null,
        };
        return cast is null ? null : new ScalarImplementation(cast, FailureMode.Throws);
    }

    /// <summary>Converts one part of a composite value.</summary>
    private sealed class PartCast(SqlType from, SqlType to, CastContext context)
    {
        private readonly ImmutableArray<ScalarImplementation> _steps = CastMatrix.Steps(from, to, context);

        /// <summary>Appends the converted value; false when it has become NULL.</summary>
        public bool Append(ReadOnlySpan<byte> value, ByteWriter output, EvaluationContext c)
        {
            if (_steps.IsEmpty)
            {
                output.Append(value);
                return true;
            }

            Datum datum = ValueBytes.ToDatum(from.Physical, value);
            foreach (ScalarImplementation step in _steps)
            {
                datum = Interpreter.Call(step, [datum], c);
            }

            if (!datum.IsNull)
            {
                ValueBytes.Append(datum, output);
            }

            return !datum.IsNull;
        }
    }

    private sealed class ArrayCast(SqlType from, SqlType to, CastContext context)
    {
        private readonly SqlType _element = ArrayReader.ElementOf(from);
        private readonly PartCast _part = new(ArrayReader.ElementOf(from), ArrayReader.ElementOf(to), context);

        public ByteSlice Cast(ByteSlice array, EvaluationContext c)
        {
            var reader = new ArrayReader(_element.Physical, array.Span);
            ArrayWriter writer = new ArrayWriter().Begin(ArrayReader.ElementOf(to));
            using ByteWriter scratch = ByteWriter.Rent();
            for (int i = 0; i < reader.Count; i++)
            {
                scratch.Clear();
                if (!reader.IsNull(i) && _part.Append(reader[i], scratch, c))
                {
                    writer.Append(scratch.Written);
                }
                else
                {
                    writer.AppendNull();
                }
            }

            int[] dimensions = new int[reader.DimensionCount];
            for (int i = 0; i < dimensions.Length; i++)
            {
                dimensions[i] = reader.Dimension(i);
            }

            scratch.Clear();
            writer.Finish(dimensions, scratch);
            return c.Bytes(scratch.Written);
        }
    }

    private sealed class RecordCast(SqlType from, SqlType to, CastContext context)
    {
        private readonly PartCast[] _parts = [.. from.Fields.Zip(to.Fields).Select(p => new PartCast(p.First.Type, p.Second.Type, context))];

        public ByteSlice Cast(ByteSlice record, EvaluationContext c)
        {
            var reader = new RecordReader(from, record.Span);
            RecordWriter writer = new RecordWriter().Begin();
            using ByteWriter scratch = ByteWriter.Rent();
            for (int i = 0; i < reader.Count; i++)
            {
                scratch.Clear();
                if (!reader.IsNull(i) && _parts[i].Append(reader[i], scratch, c))
                {
                    writer.Append(scratch.Written);
                }
                else
                {
                    writer.AppendNull();
                }
            }

            scratch.Clear();
            writer.Finish(scratch);
            return c.Bytes(scratch.Written);
        }
    }

    private sealed class MapCast(SqlType from, SqlType to, CastContext context)
    {
        private readonly PartCast _key = new(from.Key!, to.Key!, context);
        private readonly PartCast _value = new(from.Element!, to.Element!, context);

        public ByteSlice Cast(ByteSlice map, EvaluationContext c)
        {
            var reader = new MapReader(from, map.Span);
            MapWriter writer = new MapWriter().Begin(to);
            using ByteWriter scratch = ByteWriter.Rent();
            for (int i = 0; i < reader.Count; i++)
            {
                scratch.Clear();
                if (!_key.Append(reader.Keys[i], scratch, c))
                {
                    continue;
                }

                writer.AppendKey(scratch.Written);
                scratch.Clear();
                if (!reader.Values.IsNull(i) && _value.Append(reader.Values[i], scratch, c))
                {
                    writer.AppendValue(scratch.Written);
                }
                else
                {
                    writer.AppendNullValue();
                }
            }

            scratch.Clear();
            writer.Finish(scratch);
            return c.Bytes(scratch.Written);
        }
    }
}
