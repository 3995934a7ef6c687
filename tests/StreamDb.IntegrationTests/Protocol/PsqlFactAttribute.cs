using Xunit;

namespace StreamDb.IntegrationTests.Protocol;

/// <summary>A test that runs psql, skipped where there is none.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class PsqlFactAttribute : FactAttribute
{
    public PsqlFactAttribute()
    {
        if (Psql.Path is null)
        {
            Skip = "psql is not installed (Debian: postgresql-client-15)";
        }
    }
}
