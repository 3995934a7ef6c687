using System.Collections.Immutable;
using StreamDb.Core.Errors;
using StreamDb.Core.Rows;
using StreamDb.Core.Types;

namespace StreamDb.Connectors.Generators;

/// <summary>The columns of Nexmark's tables, as RisingWave names and orders them.</summary>
internal static class NexmarkSchema
{
    private static readonly ImmutableArray<Field> _person =
    [
        new("id", SqlType.Int64),
        new("name", SqlType.Varchar),
        new("email_address", SqlType.Varchar),
        new("credit_card", SqlType.Varchar),
        new("city", SqlType.Varchar),
        new("state", SqlType.Varchar),
        new("date_time", SqlType.Timestamp),
        new("extra", SqlType.Varchar),
    ];

    private static readonly ImmutableArray<Field> _auction =
    [
        new("id", SqlType.Int64),
        new("item_name", SqlType.Varchar),
        new("description", SqlType.Varchar),
        new("initial_bid", SqlType.Int64),
        new("reserve", SqlType.Int64),
        new("date_time", SqlType.Timestamp),
        new("expires", SqlType.Timestamp),
        new("seller", SqlType.Int64),
        new("category", SqlType.Int64),
        new("extra", SqlType.Varchar),
    ];

    private static readonly ImmutableArray<Field> _bid =
    [
        new("auction", SqlType.Int64),
        new("bidder", SqlType.Int64),
        new("price", SqlType.Int64),
        new("channel", SqlType.Varchar),
        new("url", SqlType.Varchar),
        new("date_time", SqlType.Timestamp),
        new("extra", SqlType.Varchar),
    ];

    private static readonly ImmutableArray<Field> _unified =
    [
        new("event_type", SqlType.Int64),
        new("person", RecordOf(_person)),
        new("auction", RecordOf(_auction)),
        new("bid", RecordOf(_bid)),
    ];

    public static ImmutableArray<Field> Of(NexmarkTable table) => table switch
    {
        NexmarkTable.Person => _person,
        NexmarkTable.Auction => _auction,
        NexmarkTable.Bid => _bid,
        _ => _unified,
    };

    /// <exception cref="SqlException">42P16 unless the columns are the table's, in its order.</exception>
    public static void Check(ImmutableArray<Field> columns, NexmarkTable table)
    {
        ImmutableArray<Field> expected = Of(table);
        bool isSame = columns.Length == expected.Length;
        for (int i = 0; isSame && i < columns.Length; i++)
        {
            isSame = columns[i].Name == expected[i].Name && IsSame(columns[i].Type, expected[i].Type);
        }

        if (!isSame)
        {
            throw new SqlException(
                SqlState.InvalidTableDefinition, "the schema of the nexmark source must specify all columns in order")
            {
                Hint = $"Leave the columns out, or declare {string.Join(", ", expected.Select(f => $"{f.Name} {f.Type}"))}.",
            };
        }
    }

    private static bool IsSame(SqlType declared, SqlType expected)
    {
        if (expected.Kind == SqlTypeKind.Record)
        {
            return declared.Kind == SqlTypeKind.Record
                && declared.Fields.Length == expected.Fields.Length
                && declared.Fields.Zip(expected.Fields).All(
                    pair => pair.First.Name == pair.Second.Name && IsSame(pair.First.Type, pair.Second.Type));
        }

        return declared.WithoutModifier() == declared
            && (declared.Kind == expected.Kind || (expected.IsString && declared.Kind == SqlTypeKind.Text));
    }

    private static SqlType RecordOf(ImmutableArray<Field> fields) =>
        SqlType.Record([.. fields.Select(field => new RecordField(field.Name, field.Type))]);
}
