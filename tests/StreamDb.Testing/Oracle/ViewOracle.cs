namespace StreamDb.Testing.Oracle;

/// <summary>Runs a program and, after every statement, compares each maintained view with its query run ad hoc.</summary>
/// <remarks>
/// The invariant is DESIGN section 11 (a): incremental = batch, at every epoch, for views created before and after the data.
/// Inside a transaction there is no new epoch, so nothing is compared there.
/// </remarks>
internal static class ViewOracle
{
    /// <summary>What a correct database may say to a generated statement: keys and NOT NULL violated, and what follows in a transaction.</summary>
    public static IReadOnlySet<string> Expected { get; } = new HashSet<string> { "23505", "23502", "21000", "25P02", "3B001" };

    /// <returns>The first failure, or null.</returns>
    public static Task<ProgramFailure?> RunAsync(OracleProgram program) => RunAsync(program, []);

    /// <param name="filled">Gets the names of the views that had rows at some time: a view that is always empty tests nothing.</param>
    /// <returns>The first failure, or null.</returns>
    public static async Task<ProgramFailure?> RunAsync(OracleProgram program, HashSet<string> filled)
    {
        var target = new StreamDbTarget(program.WorkerCount, isDurable: program.Steps.Any(step => step is RestartStep));
        ProgramFailure? failure = await RunAsync(program, target, filled).ConfigureAwait(false);
        if (failure?.Kind != ProgramFailure.Hang)
        {
            await target.DisposeAsync().ConfigureAwait(false);
        }

        return failure;
    }

    private static async Task<ProgramFailure?> RunAsync(OracleProgram program, StreamDbTarget target, HashSet<string> filled)
    {
        Dictionary<string, string> views = [];
        for (int i = 0; i < program.Steps.Length; i++)
        {
            OracleStep step = program.Steps[i];
            try
            {
                await target.ExecuteAsync(step).ConfigureAwait(false);
                Follow(views, step);
                if (step is RestartStep restart)
                {
                    await target.RestartAsync(restart.WorkerCount).ConfigureAwait(false);
                }
            }
            catch (TargetException error) when (Expected.Contains(error.State))
            {
            }
            catch (TargetException error)
            {
                return new ProgramFailure(error.State, i, $"{step.Sql}\n{error.State}: {error.Message}");
            }

            if (!target.IsInTransaction && await CompareAsync(target, views, filled).ConfigureAwait(false) is { } failure)
            {
                return failure with { StepIndex = i, Message = $"after: {step.Sql}\n{failure.Message}" };
            }
        }

        return null;
    }

    private static void Follow(Dictionary<string, string> views, OracleStep step)
    {
        if (step is CreateViewStep { IsMaterialized: true } created)
        {
            views.Add(created.Name, created.Query);
        }
        else if (step is DropViewStep dropped)
        {
            views.Remove(dropped.Name);
        }
    }

    private static async Task<ProgramFailure?> CompareAsync(
        StreamDbTarget target, Dictionary<string, string> views, HashSet<string> filled)
    {
        foreach ((string name, string query) in views.ToList())
        {
            string read = $"SELECT * FROM {name}";
            (QueryRows? maintained, TargetException? viewError) = await TryAsync(target, read).ConfigureAwait(false);
            (QueryRows? recomputed, TargetException? queryError) = await TryAsync(target, query).ConfigureAwait(false);
            if (viewError?.State == "42P01" && queryError?.State == "42P01")
            {
                // Gone with something below it.
                views.Remove(name);
            }
            else if ((viewError ?? queryError) is { } error)
            {
                string failing = viewError is null ? query : read;
                return new ProgramFailure(error.State, 0, $"view {name} AS {query}\n{failing}\n{error.State}: {error.Message}");
            }
            else if (QueryRows.Difference(maintained!, recomputed!, isExact: true, "the view", "its query") is { } difference)
            {
                return new ProgramFailure(ProgramFailure.Mismatch, 0, $"view {name} AS {query}\n{difference}");
            }

            if (maintained?.Rows.Any(row => row.Any(cell => cell is not null)) == true)
            {
                filled.Add(name);
            }
        }

        return null;
    }

    private static async Task<(QueryRows? Rows, TargetException? Error)> TryAsync(StreamDbTarget target, string sql)
    {
        try
        {
            return (await target.QueryAsync(sql).ConfigureAwait(false), null);
        }
        catch (TargetException error)
        {
            return (null, error);
        }
    }
}
