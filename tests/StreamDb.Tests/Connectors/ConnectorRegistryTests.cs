using StreamDb.Connectors;
using StreamDb.Core.Errors;
using StreamDb.Core.Types;
using Xunit;
using static StreamDb.Tests.Connectors.SourceFixture;

namespace StreamDb.Tests.Connectors;

public sealed class ConnectorRegistryTests
{
    [Fact]
    public void An_unknown_connector_is_refused_and_the_hint_names_the_others()
    {
        SqlException exception = Fails(SqlState.FeatureNotSupported, Request("kafka", Columns(("v", SqlType.Int32))));
        Assert.Equal("connector \"kafka\" is not supported yet", exception.Message);
        Assert.Equal("Available connectors are datagen, nexmark, file.", exception.Hint);
        Assert.Throws<SqlException>(() => ConnectorRegistry.ImpliedColumns("kafka", new Dictionary<string, string>()));
    }

    [Theory]
    [InlineData("datagen", "datagen.rows.per.secnd", "5")]
    [InlineData("datagen", "fields.w.kind", "random")]
    [InlineData("datagen", "datagen.rows.per.second", "many")]
    [InlineData("datagen", "datagen.rows.per.second", "0")]
    [InlineData("datagen", "fields.v.kind", "seq")]
    [InlineData("datagen", "fields.v.min", "1.5")]
    [InlineData("datagen", "fields.v.max", "-1")]
    [InlineData("datagen", "fields.v.seed", "x")]
    [InlineData("nexmark", "nexmark.table.type", "Bids")]
    [InlineData("nexmark", "nexmark.events", "1")]
    [InlineData("nexmark", "nexmark.event.num", "ten")]
    [InlineData("file", "path", "")]
    public void A_wrong_or_unknown_option_is_named(string connector, string option, string value)
    {
        SqlException exception = Fails(
            SqlState.InvalidParameterValue,
            Request(connector, Columns(("v", SqlType.Int32)), (option, value)) with { FileRoot = "/", Format = "PLAIN", Encode = "JSON" });
        Assert.Contains($"\"{option}\"", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_path_is_named()
    {
        SqlException exception = Fails(
            SqlState.InvalidParameterValue, Request("file", Columns(("v", SqlType.Int32))) with { Encode = "JSON" });
        Assert.Equal("missing option \"path\"", exception.Message);
    }

    [Fact]
    public void Formats_that_are_not_there_are_refused()
    {
        Fails(
            SqlState.FeatureNotSupported,
            Request("file", Columns(("v", SqlType.Int32)), ("path", "a")) with { Format = "DEBEZIUM", Encode = "JSON", FileRoot = "/" });
        Fails(
            SqlState.FeatureNotSupported,
            Request("datagen", Columns(("v", SqlType.Int32))) with { Format = "UPSERT", Encode = "JSON" });
    }
}
