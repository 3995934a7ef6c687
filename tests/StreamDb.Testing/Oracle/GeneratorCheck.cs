namespace StreamDb.Testing.Oracle;

/// <summary>Asks PostgreSQL alone whether programs are right: whoever changes the generator begins here.</summary>
internal static class GeneratorCheck
{
    /// <returns>The first statement that fails for a reason that the generator does not mean, or null.</returns>
    public static async Task<ProgramFailure?> RunAsync(OracleProgram program, string postgres)
    {
        await using PostgresTarget target = await PostgresTarget.CreateAsync(postgres).ConfigureAwait(false);
        for (int i = 0; i < program.Steps.Length; i++)
        {
            try
            {
                await target.ExecuteAsync(program.Steps[i]).ConfigureAwait(false);
                if (program.Steps[i] is CreateViewStep view)
                {
                    await target.QueryAsync($"SELECT * FROM {view.Name}").ConfigureAwait(false);
                }
            }
            catch (TargetException error) when (ViewOracle.Expected.Contains(error.State))
            {
            }
            catch (TargetException error)
            {
                return new ProgramFailure(error.State, i, $"{program.Steps[i].PostgresSql}\n{error.State}: {error.Message}");
            }
        }

        return null;
    }
}
