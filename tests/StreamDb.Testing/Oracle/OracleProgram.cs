using System.Collections.Immutable;
using System.Text;

namespace StreamDb.Testing.Oracle;

/// <summary>A list of statements for one session on an empty database.</summary>
internal sealed record OracleProgram(int Seed, int WorkerCount, ImmutableArray<OracleStep> Steps)
{
    /// <summary>The whole program, to be pasted into psql.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        foreach (OracleStep step in Steps)
        {
            text.Append(step.Sql).Append(";\n");
        }

        return text.ToString();
    }
}
