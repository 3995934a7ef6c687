using System.Collections.Immutable;
using StreamDb.Core.Rows;
using StreamDb.Core.Types;

namespace StreamDb.Expressions.Functions;

/// <summary>The set-returning functions.</summary>
internal static class TableFunctions
{
    public static IReadOnlyList<TableFunctionDeclaration> Declare()
    {
        List<TableFunctionDeclaration> all = [];
        foreach (string type in (string[])["int4", "int8", "numeric"])
        {
            SeriesFunctions.Declare(all, type);
        }

        SeriesFunctions.DeclareTimes(all);
        ArrayTableFunctions.Declare(all);
        TextTableFunctions.Declare(all);
        CatalogTableFunctions.Declare(all);
        return all;
    }

    /// <summary>A function whose output columns do not depend on its arguments' types.</summary>
    public static TableFunctionDeclaration Of(
        string name, string arguments, IReadOnlyList<(string Name, string Type)> columns, TableFunctionBody body, bool isStrict = true) =>
        Bound(name, arguments, _ => [.. columns.Select(c => new Field(c.Name, FunctionTable.TypeOf(c.Type)))], _ => body, isStrict);

    /// <summary>A function whose columns and body depend on its arguments' types.</summary>
    public static TableFunctionDeclaration Bound(
        string name, string arguments, Func<ImmutableArray<SqlType>, ImmutableArray<Field>> columns,
        Func<ImmutableArray<SqlType>, TableFunctionBody> body, bool isStrict = true)
    {
        ImmutableArray<SqlType> declared = FunctionTable.ArgumentsOf(arguments, out bool isVariadic);
        return new TableFunctionDeclaration(name, declared, isVariadic, types => new TableFunctionOverload
        {
            Name = name,
            ArgumentTypes = types,
            IsVariadic = isVariadic,
            IsStrict = isStrict,
            Columns = _ => columns(types),
            Body = body(types),
        });
    }
}
