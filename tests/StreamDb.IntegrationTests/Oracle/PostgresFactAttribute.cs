using StreamDb.Testing.Oracle;
using Xunit;

namespace StreamDb.IntegrationTests.Oracle;

/// <summary>A test that starts PostgreSQL, skipped where there is none.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class PostgresFactAttribute : FactAttribute
{
    public PostgresFactAttribute()
    {
        if (!PostgresCluster.IsInstalled)
        {
            Skip = "PostgreSQL is not installed (Debian: postgresql-15)";
        }
    }
}
