using StreamDb.Core.Rows;
using StreamDb.Expressions.Compilation;

namespace StreamDb.Planning.Binding;

/// <summary>Evaluates constants at planning time.</summary>
internal static class Constants
{
    public static EvaluationContext Context(BindingContext context) => new(ThrowingErrorSink.Instance)
    {
        Format = context.Format,
        User = context.User,
        Database = context.Database,
        SearchPath = context.SearchPath,
    };
}
