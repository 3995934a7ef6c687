using StreamDb.Core.Types;

namespace StreamDb.Core.Rows;

/// <summary>A named, typed column of a relation or result.</summary>
public sealed record Field(string Name, SqlType Type, bool IsNullable = true)
{
    public ColumnShape Shape => new(Type.Physical, IsNullable);
}
