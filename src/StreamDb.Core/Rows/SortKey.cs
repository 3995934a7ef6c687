namespace StreamDb.Core.Rows;

/// <summary>One column of an ordering. PostgreSQL's default is NULLs last ascending, first descending.</summary>
public readonly record struct SortKey(int Column, bool Descending = false, bool NullsFirst = false);
