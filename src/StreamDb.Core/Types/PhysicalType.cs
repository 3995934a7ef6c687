namespace StreamDb.Core.Types;

/// <summary>How values of a SQL type lie in memory. Several SQL types share one physical type.</summary>
public enum PhysicalType : byte
{
    /// <summary>One byte, 0 or 1.</summary>
    Bool,
    Int16,

    /// <summary>Also date: days since 2000-01-01 (int.MinValue / int.MaxValue are ∓infinity); also oid, bit for bit.</summary>
    Int32,

    /// <summary>Also time (µs of day), timestamp and timestamptz: µs since 2000-01-01 UTC (long.MinValue / MaxValue are ∓infinity).</summary>
    Int64,
    Float32,
    Float64,

    /// <summary><see cref="Types.Numeric"/>, 16 bytes.</summary>
    Numeric,

    /// <summary><see cref="Types.Interval"/>, 16 bytes.</summary>
    Interval,

    /// <summary><see cref="Types.Uuid"/>, 16 bytes in network order.</summary>
    Uuid,

    /// <summary>Variable length: text (UTF-8), bytea, jsonb (normalised text), arrays, records, maps (<see cref="Codecs"/> formats).</summary>
    Bytes,
}
