namespace StreamDb.Testing.Oracle;

/// <summary>The types that generated programs use.</summary>
internal enum ValueType
{
    Int4,
    Int8,
    Text,

    /// <summary>Always with two digits after the point, so that equal values have equal texts.</summary>
    Numeric,

    /// <summary>Multiples of 1/4 of moderate size, so that sums are exact in any order.</summary>
    Float8,
    Bool,
    TimestampTz,
    Date,

    /// <summary>
    /// A numeric or float whose text depends on how it was computed (1.5 or 1.50), or whose sum would depend on the order.
    /// Queries show it, compare it and count it, but neither group, order nor add by it: SQL leaves open what comes out then.
    /// </summary>
    Loose,
}
