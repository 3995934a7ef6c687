using System.Net;

namespace StreamDb.Coordinator.Sessions;

/// <summary>The running database as protocol servers see it.</summary>
public interface IDatabase
{
    /// <summary>Awaited before a client is authenticated: ends when sessions can be opened.</summary>
    /// <exception cref="Core.Errors.SqlException">57P03: that takes too long to wait for it, or will not come about.</exception>
    ValueTask WhenReadyAsync(CancellationToken cancellation) => ValueTask.CompletedTask;

    /// <summary>Opens a session for an authenticated client.</summary>
    /// <param name="user">Role name.</param>
    /// <param name="database">Database name; an unknown one is 3D000.</param>
    /// <param name="settings">Startup parameters beside user and database; an invalid value fails the connection.</param>
    /// <exception cref="Core.Errors.SqlException">3D000, 28000, 53300, 57P03, 22023.</exception>
    ISession Connect(string user, string database, IReadOnlyDictionary<string, string> settings, EndPoint? client);

    /// <summary>Handles a CancelRequest: cancels what that session executes now. Unknown pairs are ignored.</summary>
    void Cancel(int processId, int secretKey);
}
