using StreamDb.Core.Codecs;
using StreamDb.Core.Types;
using StreamDb.Expressions.Compilation;

namespace StreamDb.Expressions.Functions;

/// <summary>greatest and least: NULL arguments do not count.</summary>
internal sealed class Extreme(SqlType type, int sign)
{
    public static ScalarImplementation Bind(SqlType type, bool isGreatest) =>
        ScalarImplementation.Generic(new Extreme(type, isGreatest ? 1 : -1), nameof(Choose), type, FailureMode.None);

    public T? Choose<T>(VariadicArguments values)
        where T : unmanaged
    {
        int best = -1;
        for (int i = 0; i < values.Count; i++)
        {
            if (!values.IsNull(i) && (best < 0 || Compare(values.Get<T>(i), values.Get<T>(best)) * sign > 0))
            {
                best = i;
            }
        }

        return best < 0 ? null : values.Get<T>(best);
    }

    private int Compare<T>(T a, T b)
        where T : unmanaged => Math.Sign(ValueComparer.Compare(type, RawValue.Bytes(in a), RawValue.Bytes(in b)));
}
