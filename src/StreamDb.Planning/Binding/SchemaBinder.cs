using StreamDb.Core.Errors;
using StreamDb.Sql.Syntax;

namespace StreamDb.Planning.Binding;

/// <summary>CREATE SCHEMA.</summary>
internal static class SchemaBinder
{
    public static CreateSchemaPlan Bind(CreateSchemaSyntax create, BinderState state)
    {
        string name = create.Name.Name;
        if (name.StartsWith("pg_", StringComparison.Ordinal))
        {
            throw BindError.At(
                SqlState.ReservedName, create.Name.Position, $"unacceptable schema name \"{name}\"",
                detail: "The prefix \"pg_\" is reserved for system schemas.");
        }

        return !create.IfNotExists && state.Context.Catalog.FindSchema(name) is not null
            ? throw BindError.At(SqlState.DuplicateSchema, -1, $"schema \"{name}\" already exists")
            : new CreateSchemaPlan(name, create.IfNotExists);
    }
}
