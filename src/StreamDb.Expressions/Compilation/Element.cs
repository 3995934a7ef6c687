using System.Runtime.CompilerServices;

namespace StreamDb.Expressions.Compilation;

/// <summary>Access to one element of a column, as compiled code calls it. The JIT inlines all of these.</summary>
/// <remarks>
/// Addresses come from columns and builders that <see cref="RowProgram.Run"/> holds during the call, and rows are below the
/// batch's count, so every access is in bounds and alive. Expression trees cannot hold pointers, hence nint.
/// </remarks>
internal static unsafe class Element
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Get<T>(nint values, int row)
        where T : unmanaged => ((T*)values)[row];

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Core.Types.ByteSlice GetBytes(nint values, nint offsets, int row)
    {
        int start = ((int*)offsets)[row];
        return new Core.Types.ByteSlice((byte*)values + start, ((int*)offsets)[row + 1] - start);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsNull(nint validity, int row) =>
        validity != 0 && (((ulong*)validity)[row >> 6] & (1UL << (row & 63))) == 0;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Put<T>(nint values, int row, T value)
        where T : unmanaged => ((T*)values)[row] = value;
}
