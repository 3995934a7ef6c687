using StreamDb.Core.Codecs;
using StreamDb.Core.Types;
using StreamDb.Expressions.Compilation;

namespace StreamDb.Expressions.Functions;

/// <summary>order_key(x): bytes that sort as x does, see <see cref="OrderKey"/>. Plans sort and join by it where x itself does not lie in order.</summary>
internal sealed class OrderKeyOf(SqlType type)
{
    public const string Name = "order_key";

    public ByteSlice Get<T>(T value, EvaluationContext context)
        where T : unmanaged
    {
        using ByteWriter output = ByteWriter.Rent();
        OrderKey.Write(type, RawValue.Bytes(in value), output);
        return context.Bytes(output.Written);
    }
}
