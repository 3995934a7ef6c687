namespace StreamDb.Expressions.Casts;

/// <summary>Where a conversion stands; each context allows the casts of those before it.</summary>
public enum CastContext : byte
{
    /// <summary>Inside an expression, unasked.</summary>
    Implicit,

    /// <summary>Storing into a column.</summary>
    Assignment,

    /// <summary>Written by the user.</summary>
    Explicit,
}
