using System.Net;
using StreamDb.IntegrationTests.Protocol;
using Xunit;

namespace StreamDb.IntegrationTests.Clients;

/// <summary>psql's own questions about the catalog, against the real server.</summary>
public sealed class PsqlTests(ServerFixture fixture) : IClassFixture<ServerFixture>
{
    private const string Schema = """
        CREATE TABLE items (id int PRIMARY KEY, name varchar(10) NOT NULL, amount numeric(10, 2) DEFAULT 1.5, tags text[], document jsonb);
        CREATE INDEX items_name ON items (name);
        CREATE VIEW names AS SELECT id, name FROM items;
        CREATE MATERIALIZED VIEW counts AS SELECT name, count(*) AS n FROM items GROUP BY name;
        COMMENT ON TABLE items IS 'what there is';
        """;

    [PsqlFact]
    public async Task Every_describing_command_works()
    {
        IPEndPoint server = new(IPAddress.Loopback, fixture.Server.Port);
        Assert.Empty(await Psql.RunAsync(server, Schema));
        foreach (string command in (string[])
            [
                "\\d", "\\d+", "\\d items", "\\d+ items", "\\d names", "\\d+ names", "\\d counts", "\\d+ counts", "\\d items_name", "\\dt", "\\dt *.*", "\\dv",
                "\\dm", "\\di", "\\ds", "\\dn", "\\dn+", "\\df", "\\df+ abs", "\\dT", "\\dT+ int4", "\\l", "\\l+", "\\du", "\\dp", "\\z", "\\dC", "\\do +", "\\da sum",
                "\\db", "\\dx", "\\dy", "\\dD", "\\dE", "\\dF", "\\dO", "\\dP", "\\dconfig search_path", "\\sv names", "\\conninfo",
            ])
        {
            string output = await Psql.RunAsync(server, command);
            Assert.False(output.Contains("ERROR", StringComparison.Ordinal), $"{command}: {output}");
        }

        string items = await Psql.RunAsync(server, "\\t off\n\\d items");
        Assert.Contains("id|integer||not null|", items, StringComparison.Ordinal);
        Assert.Contains("\"items_pkey\" PRIMARY KEY", items, StringComparison.Ordinal);
    }
}
