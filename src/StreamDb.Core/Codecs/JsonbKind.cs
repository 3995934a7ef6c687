namespace StreamDb.Core.Codecs;

/// <summary>Kinds of jsonb values, in jsonb's order of comparison.</summary>
public enum JsonbKind : byte
{
    Null,
    String,
    Number,
    Boolean,
    Array,
    Object,
}
