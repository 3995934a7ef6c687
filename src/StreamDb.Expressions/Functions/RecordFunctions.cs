using StreamDb.Core.Codecs;
using StreamDb.Core.Errors;
using StreamDb.Core.Types;
using StreamDb.Expressions.Compilation;
using StreamDb.Expressions.Trees;

namespace StreamDb.Expressions.Functions;

/// <summary>ROW(…) and access to a record's fields.</summary>
internal static class RecordFunctions
{
    public static void Declare(FunctionTable t)
    {
        t.Bound(
            "row(variadic any) record",
            call => new ScalarImplementation(new Constructor([.. call.Arguments.Select(a => a.Type.Physical)]).Construct, FailureMode.None),
            isStrict: false,
            returnsNull: false);
        t.Bound("record_field(record,int4) any", BindField);
    }

    private static ScalarImplementation BindField(CallExpression call)
    {
        int index = FieldIndex(call.Arguments);
        SqlType record = call.Arguments[0].Type;
        return ScalarImplementation.Generic(new Field(record, index), nameof(Field.Get), record.Fields[index].Type, FailureMode.None);
    }

    /// <summary>The constant number of the field that a call of record_field asks for.</summary>
    public static int FieldIndex(IReadOnlyList<ScalarExpression> arguments) =>
        arguments is [{ Type: { Kind: SqlTypeKind.Record } record }, LiteralExpression { Value.Value: int index }]
            && index >= 0 && index < record.Fields.Length
            ? index
            : throw new SqlException(SqlState.UndefinedColumn, "could not identify column in record data type");

    private sealed class Constructor(PhysicalType[] fields)
    {
        public ByteSlice Construct(VariadicArguments values, EvaluationContext c)
        {
            RecordWriter writer = c.Record.Begin();
            for (int i = 0; i < fields.Length; i++)
            {
                if (values.IsNull(i))
                {
                    writer.AppendNull();
                }
                else
                {
                    writer.Append(values.Bytes(i, fields[i]));
                }
            }

            using ByteWriter output = ByteWriter.Rent();
            writer.Finish(output);
            return c.Bytes(output.Written);
        }
    }

    private sealed class Field(SqlType record, int index)
    {
        public T? Get<T>(ByteSlice value, int number)
            where T : unmanaged
        {
            var reader = new RecordReader(record, value.Span);
            return reader.IsNull(index) ? null : RawValue.Read<T>(reader[index]);
        }
    }
}
