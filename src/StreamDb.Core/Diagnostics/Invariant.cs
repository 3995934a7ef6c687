using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace StreamDb.Core.Diagnostics;

/// <summary>Checks what must be true whatever the user does. A failure is our bug.</summary>
public static class Invariant
{
    public static void Check(
        [DoesNotReturnIf(false)] bool condition,
        string message = "",
        [CallerArgumentExpression(nameof(condition))] string expression = "")
    {
        if (!condition)
        {
            throw new InvariantException(message.Length == 0 ? expression : $"{message} ({expression})");
        }
    }
}
