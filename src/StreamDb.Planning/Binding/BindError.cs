using StreamDb.Core.Errors;

namespace StreamDb.Planning.Binding;

/// <summary>Makes the errors of the binder; positions come in 0-based, as the syntax has them.</summary>
internal static class BindError
{
    public const string UniqueHint = "Only a PRIMARY KEY is enforced as unique: make these columns the key, or leave the constraint out.";

    public static SqlException At(string state, int position, string message, string? hint = null, string? detail = null) =>
        new(state, message) { Position = position + 1, Hint = hint, Detail = detail };

    /// <summary>0A000: parsed, but not built.</summary>
    public static SqlException NotSupported(string feature, int position, string? hint = null) =>
        At(SqlState.FeatureNotSupported, position, feature + (feature.EndsWith("supported", StringComparison.Ordinal) ? "" : " is not supported"), hint);
}
