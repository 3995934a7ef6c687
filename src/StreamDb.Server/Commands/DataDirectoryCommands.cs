using System.CommandLine;
using StreamDb.Coordinator;
using StreamDb.Core.Errors;

namespace StreamDb.Server.Commands;

/// <summary><c>streamdb check</c> and <c>streamdb info</c>: look at a data directory while no server has it open.</summary>
internal static class DataDirectoryCommands
{
    public static Command Check(Func<string, string?> environment) => Make(
        "check",
        "Verify every file of a data directory: a line for each problem, and exit code 3 when there is one.",
        environment,
        (path, output) => DataDirectoryTools.Check(path, output) == 0 ? ExitCodes.Success : ExitCodes.Damaged);

    public static Command Info(Func<string, string?> environment) => Make(
        "info",
        "Describe a data directory: format, checkpoint, log.",
        environment,
        (path, output) =>
        {
            DataDirectoryTools.Info(path, output);
            return ExitCodes.Success;
        });

    private static Command Make(string name, string description, Func<string, string?> environment, Func<string, TextWriter, int> run)
    {
        const string variable = "STREAMDB_DATA_DIR";
        string? otherwise = environment(variable);
        var directory = new Option<string>("--data-dir") { Description = $"Directory of the data. [{variable}]", Required = string.IsNullOrEmpty(otherwise) };
        if (!directory.Required)
        {
            directory.DefaultValueFactory = _ => otherwise!;
        }

        var command = new Command(name, description) { directory };
        command.SetAction(result =>
        {
            try
            {
                return run(result.GetValue(directory)!, result.InvocationConfiguration.Output);
            }
            catch (SqlException failure)
            {
                result.InvocationConfiguration.Error.WriteLine($"streamdb: {failure.Message}");
                return ExitCodes.CannotStart;
            }
        });
        return command;
    }
}
