namespace StreamDb.Core.Types;

/// <summary>A named field of a record type; anonymous fields are called f1, f2, ….</summary>
public sealed record RecordField(string Name, SqlType Type);
