using System.Globalization;

namespace StreamDb.Testing.Oracle;

/// <summary>Runs a program on StreamDb and on PostgreSQL 15 side by side.</summary>
/// <remarks>
/// Every statement must end alike: the same SQLSTATE or the same number of rows. Tables and views are compared every few
/// statements and at the end, numbers to 14 digits.
/// </remarks>
internal static class PostgresOracle
{
    private const int StepsBetweenComparisons = 5;

    /// <returns>The first failure, or null.</returns>
    public static async Task<ProgramFailure?> RunAsync(OracleProgram program, string postgres)
    {
        await using PostgresTarget expected = await PostgresTarget.CreateAsync(postgres).ConfigureAwait(false);
        var actual = new StreamDbTarget(program.WorkerCount);
        ProgramFailure? failure = await RunAsync(program, actual, expected).ConfigureAwait(false);
        if (failure?.Kind != ProgramFailure.Hang)
        {
            await actual.DisposeAsync().ConfigureAwait(false);
        }

        return failure;
    }

    private static async Task<ProgramFailure?> RunAsync(OracleProgram program, StreamDbTarget actual, PostgresTarget expected)
    {
        HashSet<string> relations = [];
        for (int i = 0; i < program.Steps.Length; i++)
        {
            OracleStep step = program.Steps[i];
            (string actualTag, TargetException? actualError) = await TryAsync(() => actual.ExecuteAsync(step)).ConfigureAwait(false);
            (string expectedTag, TargetException? expectedError) = await TryAsync(() => expected.ExecuteAsync(step)).ConfigureAwait(false);
            if (!AreAlike(actualError, expectedError))
            {
                string kind = actualError?.State ?? "missed " + expectedError!.State;
                return new ProgramFailure(kind, i, $"{step.Sql}\nStreamDb: {Text(actualError)}\nPostgreSQL: {Text(expectedError)}");
            }

            if (actualError is null && expectedTag.Length > 0 && Rows(actualTag) != expectedTag)
            {
                return new ProgramFailure("tag", i, $"{step.Sql}\nStreamDb: {actualTag}, PostgreSQL: {expectedTag} rows");
            }

            if (actualError is null)
            {
                Follow(relations, step);
            }

            bool isDue = i % StepsBetweenComparisons == 0 || i == program.Steps.Length - 1;
            if (isDue && !actual.IsInTransaction && await CompareAsync(actual, expected, relations).ConfigureAwait(false) is { } failure)
            {
                return failure with { StepIndex = i };
            }
        }

        return null;
    }

    /// <summary>The relations that were made; those that are gone fail alike on both.</summary>
    private static void Follow(HashSet<string> relations, OracleStep step)
    {
        if (step is CreateViewStep view)
        {
            relations.Add(view.Name);
        }
        else if (step.Sql.StartsWith("CREATE TABLE ", StringComparison.Ordinal))
        {
            relations.Add(step.Sql.Split(' ')[2]);
        }
    }

    private static async Task<ProgramFailure?> CompareAsync(StreamDbTarget actual, PostgresTarget expected, HashSet<string> relations)
    {
        foreach (string name in relations.ToList())
        {
            string sql = $"SELECT * FROM {name}";
            (QueryRows? actualRows, TargetException? actualError) = await TryAsync(() => actual.QueryAsync(sql)).ConfigureAwait(false);
            (QueryRows? expectedRows, TargetException? expectedError) = await TryAsync(() => expected.QueryAsync(sql)).ConfigureAwait(false);
            if (actualError?.State != expectedError?.State)
            {
                return new ProgramFailure(
                    actualError?.State ?? "missed " + expectedError!.State, 0, $"{sql}\nStreamDb: {Text(actualError)}\nPostgreSQL: {Text(expectedError)}");
            }

            if (actualError is not null)
            {
                relations.Remove(name);
            }
            else if (QueryRows.Difference(actualRows!, expectedRows!, isExact: false, "StreamDb", "PostgreSQL") is { } difference)
            {
                return new ProgramFailure(ProgramFailure.Mismatch, 0, $"{sql}\n{difference}");
            }
        }

        return null;
    }

    /// <summary>A row may break several constraints, and rows of one statement different ones: which is told is not compared.</summary>
    private static bool AreAlike(TargetException? actual, TargetException? expected) =>
        actual?.State == expected?.State || (IsOfRows(actual) && IsOfRows(expected));

    private static bool IsOfRows(TargetException? error) => error?.State is "21000" || error?.State[..2] is "23";

    private static string Rows(string tag)
    {
        string count = tag[(tag.LastIndexOf(' ') + 1)..];
        return int.TryParse(count, CultureInfo.InvariantCulture, out _) ? count : "";
    }

    private static string Text(TargetException? error) => error is null ? "no error" : $"{error.State} {error.Message}";

    private static async Task<(T Result, TargetException? Error)> TryAsync<T>(Func<Task<T>> run)
    {
        try
        {
            return (await run().ConfigureAwait(false), null);
        }
        catch (TargetException error)
        {
            return (default!, error);
        }
    }
}
