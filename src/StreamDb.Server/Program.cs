using System.CommandLine;
using StreamDb.Coordinator.Sessions;
using StreamDb.Core.Errors;
using StreamDb.Server.Commands;

// Signals are handled by the serve command, which needs longer than the two seconds the library would give it.
var invocation = new InvocationConfiguration { ProcessTerminationTimeout = null };
return await CommandLine
    .Create(Environment.GetEnvironmentVariable, options => CommandLine.ServeAsync(
        options,
        (_, _) => Task.FromException<IDatabase>(new SqlException(SqlState.FeatureNotSupported, "this build has no database to serve"))))
    .Parse(args)
    .InvokeAsync(invocation)
    .ConfigureAwait(false);
