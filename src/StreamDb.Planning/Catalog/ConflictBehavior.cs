namespace StreamDb.Planning.Catalog;

/// <summary>What a table does with a row whose primary key exists already.</summary>
public enum ConflictBehavior : byte
{
    /// <summary>Refuse it with 23505.</summary>
    Error,

    /// <summary>The new row replaces the old one.</summary>
    Overwrite,

    /// <summary>The old row stays.</summary>
    Ignore,

    /// <summary>The new row's values replace the old ones, but for those that are NULL.</summary>
    UpdateIfNotNull,
}
