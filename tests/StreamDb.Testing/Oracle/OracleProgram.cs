using System.Collections.Immutable;
using System.Text;

namespace StreamDb.Testing.Oracle;

/// <summary>A list of statements for one session on an empty database.</summary>
internal sealed record OracleProgram(int Seed, int WorkerCount, ImmutableArray<OracleStep> Steps)
{
    /// <summary>The program with a restart here and there, outside transactions.</summary>
    public OracleProgram WithRestarts()
    {
        var random = new Random(Seed);
        ImmutableArray<OracleStep>.Builder steps = ImmutableArray.CreateBuilder<OracleStep>();
        bool isInTransaction = false;
        foreach (OracleStep step in Steps)
        {
            steps.Add(step);
            isInTransaction = step.Sql is "BEGIN" or "START TRANSACTION" || (isInTransaction && step.Sql is not ("COMMIT" or "ROLLBACK"));
            if (!isInTransaction && random.Next(5) == 0)
            {
                steps.Add(new RestartStep(random.Next(3) > 0, random.Next(4) == 0 ? random.Next(1, 4) : WorkerCount));
            }
        }

        return this with { Steps = steps.ToImmutable() };
    }

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
