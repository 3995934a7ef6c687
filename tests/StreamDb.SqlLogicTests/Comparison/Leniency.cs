namespace StreamDb.SqlLogicTests.Comparison;

/// <summary>
/// Differences that lenient comparison forgives. Each is a switch of its own and counted whenever it was needed,
/// so that a pass by leniency never hides among exact passes.
/// </summary>
[Flags]
public enum Leniency
{
    None = 0,

    /// <summary>Rows in another order where the SQL has no ORDER BY at its top level.</summary>
    Order = 1,

    /// <summary>An expected error whose text differs; SQLSTATEs are never forgiven.</summary>
    ErrorText = 2,

    /// <summary>Numbers that agree in 15 significant digits.</summary>
    Numeric = 4,

    /// <summary>Whole-hour offsets with minutes: <c>+00:00</c> for <c>+00</c>.</summary>
    TimeZone = 8,

    /// <summary>JSON that differs in white space.</summary>
    Json = 16,

    /// <summary>EXPLAIN, DESCRIBE and SHOW CREATE queries are skipped.</summary>
    Explain = 32,

    /// <summary>SET of a parameter the peers know and the server does not.</summary>
    Parameter = 64,

    /// <summary>Statements of the peers' own administration, answered by the runner.</summary>
    NoOperation = 128,

    All = Order | ErrorText | Numeric | TimeZone | Json | Explain | Parameter | NoOperation,
}
