using StreamDb.Core.Types;

namespace StreamDb.Core.Rows;

/// <summary>What the engine must know of a column: its layout and whether it may be NULL.</summary>
public readonly record struct ColumnShape(PhysicalType Type, bool IsNullable);
