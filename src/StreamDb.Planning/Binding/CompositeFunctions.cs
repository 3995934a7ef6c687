namespace StreamDb.Planning.Binding;

/// <summary>
/// Names under which the function registry offers what SQL spells as syntax: constructors, access, quantified comparisons.
/// No statement can call them by accident, but nothing breaks if one does.
/// </summary>
internal static class CompositeFunctions
{
    /// <summary>ARRAY[a, b, …]: arguments of one type; arrays as arguments make one more dimension.</summary>
    public const string Array = "array";

    /// <summary>ROW(a, b, …); the binder gives the result its record type.</summary>
    public const string Row = "row";

    /// <summary>(record, 0-based integer literal): a field; the binder gives the result the field's type.</summary>
    public const string RecordField = "record_field";

    /// <summary>(array, subscript, …): an element by all its subscripts; NULL outside.</summary>
    public const string ArraySubscript = "array_subscript";

    /// <summary>(array, lower, upper): a slice of the first dimension; a NULL literal is a bound left out.</summary>
    public const string ArraySlice = "array_slice";

    /// <summary>(map, key): the value; NULL when the key is missing.</summary>
    public const string MapAccess = "map_access";

    /// <summary>(array of keys, array of values).</summary>
    public const string MapOf = "map_from_key_values";

    /// <summary>left operator ANY (array) is a call of "any" and the symbol: any=, any&lt;&gt;, any~~.</summary>
    public const string Any = "any";

    /// <summary>left operator ALL (array): all=, all&lt;&gt;, ….</summary>
    public const string All = "all";
}
