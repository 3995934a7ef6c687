using StreamDb.SqlLogicTests.Parsing;
using StreamDb.SqlLogicTests.Wire;

namespace StreamDb.SqlLogicTests.Comparison;

/// <summary>The server's own text; type letters mean nothing.</summary>
public sealed class ServerTextFormat : IValueFormat
{
    /// <summary>Booleans as <c>true</c> and <c>false</c> instead of <c>t</c> and <c>f</c>.</summary>
    public bool SpellsBooleans { get; init; }

    public string Format(string? text, uint typeOid, char letter, ScriptMode mode) => text switch
    {
        null => "NULL",
        "" => "(empty)",
        "t" when SpellsBooleans && typeOid == TypeOids.Bool => "true",
        "f" when SpellsBooleans && typeOid == TypeOids.Bool => "false",
        _ => text,
    };
}
