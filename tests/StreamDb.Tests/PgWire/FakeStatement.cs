using StreamDb.Coordinator.Sessions;
using StreamDb.Core.Rows;
using StreamDb.Core.Types;

namespace StreamDb.Tests.PgWire;

internal delegate Task<StatementResult> RunStatement(FakeSession session, IReadOnlyList<Datum> parameters, CancellationToken cancellation);

internal sealed record FakeStatement(IReadOnlyList<SqlType> Parameters, IReadOnlyList<ResultColumn>? Columns, RunStatement RunAsync, bool EndsTransaction = false)
{
    public static FakeStatement Command(string tag, Action<FakeSession>? effect = null, bool endsTransaction = false) => new(
        [],
        null,
        (session, _, _) =>
        {
            effect?.Invoke(session);
            return Task.FromResult<StatementResult>(new CommandResult(tag));
        },
        endsTransaction);
}
