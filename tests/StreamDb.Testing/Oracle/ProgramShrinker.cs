using System.Collections.Immutable;
using System.Diagnostics;

namespace StreamDb.Testing.Oracle;

/// <summary>Makes a failing program smaller: leaves out statements, then rows of INSERTs, while it fails in the same way.</summary>
internal static class ProgramShrinker
{
    /// <param name="run">Runs a candidate; null when it does not fail.</param>
    /// <returns>The smallest program found within the time, and how it fails.</returns>
    public static async Task<(OracleProgram Program, ProgramFailure Failure)> ShrinkAsync(
        OracleProgram program, ProgramFailure failure, Func<OracleProgram, Task<ProgramFailure?>> run, TimeSpan limit)
    {
        long start = Stopwatch.GetTimestamp();
        var best = (Program: Upto(program, failure), Failure: failure);
        if (failure.Kind == ProgramFailure.Hang)
        {
            return best;
        }

        bool hasChanged = true;
        while (hasChanged)
        {
            hasChanged = false;
            foreach (Func<ImmutableArray<OracleStep>, ImmutableArray<OracleStep>> change in Candidates(best.Program))
            {
                if (Stopwatch.GetElapsedTime(start) > limit)
                {
                    return best;
                }

                OracleProgram candidate = best.Program with { Steps = change(best.Program.Steps) };
                if (candidate.Steps.Length <= best.Program.Steps.Length
                    && await run(candidate).ConfigureAwait(false) is { } found
                    && IsSame(found, failure))
                {
                    best = (Upto(candidate, found), found);
                    hasChanged = true;
                    break;
                }
            }
        }

        return best;
    }

    /// <summary>Without its table any statement fails: an error of names or types must stay that of the same statement.</summary>
    private static bool IsSame(ProgramFailure found, ProgramFailure failure) =>
        found.Kind == failure.Kind && (!failure.Kind.StartsWith("42", StringComparison.Ordinal) || found.Message == failure.Message);

    private static OracleProgram Upto(OracleProgram program, ProgramFailure failure) =>
        program with { Steps = program.Steps[..(failure.StepIndex + 1)] };

    /// <summary>Long runs of statements first, single ones next, rows last.</summary>
    private static IEnumerable<Func<ImmutableArray<OracleStep>, ImmutableArray<OracleStep>>> Candidates(OracleProgram program)
    {
        for (int size = program.Steps.Length / 2; size >= 1; size /= 2)
        {
            for (int start = program.Steps.Length - size; start >= 0; start -= size)
            {
                int from = start;
                int count = size;
                yield return steps => steps.RemoveRange(from, count);
            }
        }

        for (int index = 0; index < program.Steps.Length; index++)
        {
            for (int row = 0; program.Steps[index] is InsertStep { Rows.Length: > 1 } insert && row < insert.Rows.Length; row++)
            {
                InsertStep smaller = insert with { Rows = insert.Rows.RemoveAt(row) };
                int at = index;
                yield return steps => steps.SetItem(at, smaller);
            }
        }
    }
}
