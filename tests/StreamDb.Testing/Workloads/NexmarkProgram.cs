using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using StreamDb.Connectors.Generators;
using StreamDb.Core.Types;
using StreamDb.Testing.Oracle;

namespace StreamDb.Testing.Workloads;

/// <summary>Nexmark as a program for the oracles: events of the nexmark source as rows of tables, and rows taken away again.</summary>
/// <remarks>The event rate is low, so that a few hundred events fill several windows of ten seconds.</remarks>
internal sealed class NexmarkProgram
{
    private const int EventsBeforeViews = 400;

    private readonly Dice _dice;
    private readonly ImmutableArray<OracleStep>.Builder _steps = ImmutableArray.CreateBuilder<OracleStep>();
    private readonly NexmarkEvent _event = new();
    private readonly NexmarkGenerator _generator = new(new NexmarkOptions(new Dictionary<string, string>
    {
        ["connector"] = "nexmark",
        ["nexmark.first.event.rate"] = "20",
        ["nexmark.active.people"] = "10",
        ["nexmark.in.flight.auctions"] = "10",
        ["nexmark.avg.auction.byte.size"] = "200",
    }));

    private long _next;

    private NexmarkProgram(int seed) => _dice = new Dice(seed);

    public static OracleProgram Generate(int seed, int changeCount)
    {
        var program = new NexmarkProgram(seed);
        program.Run(changeCount);
        return new OracleProgram(seed, program._dice.Between(1, 3), program._steps.ToImmutable());
    }

    private void Run(int changeCount)
    {
        foreach (NexmarkTable table in (NexmarkTable[])[NexmarkTable.Person, NexmarkTable.Auction, NexmarkTable.Bid])
        {
            _steps.Add(new PlainStep(
                $"CREATE TABLE {NameOf(table)} ({string.Join(", ", NexmarkSchema.Of(table).Select(f => $"{f.Name} {f.Type}"))})"));
        }

        _steps.Add(new PlainStep("CREATE TABLE side_input (key bigint PRIMARY KEY, value text)"));
        _steps.Add(new InsertStep("INSERT INTO side_input", [.. Enumerable.Range(0, 8).Select(i => $"({i}, 'side {i}')")], ""));
        Insert(EventsBeforeViews / 2);
        foreach ((string name, string sql) in NexmarkQueries.All)
        {
            _steps.Add(new CreateViewStep(name, sql, IsMaterialized: true) { PostgresQuery = NexmarkQueries.WithoutWindowFunctions(sql) });
        }

        Insert(EventsBeforeViews / 2);
        for (int i = 0; i < changeCount; i++)
        {
            Change();
        }
    }

    private void Change()
    {
        switch (_dice.Weighted(45, 20, 10, 10, 10, 5))
        {
            case 0:
                Insert(_dice.Between(1, 80));
                break;
            case 1:
                _steps.Add(new PlainStep($"DELETE FROM bid WHERE auction % 5 = {_dice.Next(5)} AND price % 4 = {_dice.Next(4)}"));
                break;
            case 2:
                _steps.Add(new PlainStep($"DELETE FROM auction WHERE id % 9 = {_dice.Next(9)}"));
                break;
            case 3:
                _steps.Add(new PlainStep($"UPDATE bid SET price = price * 2, date_time = date_time + interval '3 seconds' WHERE bidder % 6 = {_dice.Next(6)}"));
                break;
            case 4:
                _steps.Add(new PlainStep($"UPDATE person SET state = '{_dice.Pick("or", "az", "ca")}' WHERE id % 3 = {_dice.Next(3)}"));
                break;
            default:
                _steps.Add(new PlainStep($"UPDATE side_input SET value = value || '!' WHERE key = {_dice.Next(8)}"));
                break;
        }
    }

    /// <summary>The next events, as one transaction.</summary>
    private void Insert(int eventCount)
    {
        Dictionary<NexmarkTable, List<string>> rows = [];
        for (int i = 0; i < eventCount; i++)
        {
            NexmarkTable kind = _generator.Make(_next++, _event);
            if (!rows.TryGetValue(kind, out List<string>? list))
            {
                rows.Add(kind, list = []);
            }

            list.Add(Row(kind));
        }

        _steps.Add(new PlainStep("BEGIN"));
        foreach ((NexmarkTable kind, List<string> list) in rows.OrderBy(r => r.Key))
        {
            _steps.Add(new InsertStep($"INSERT INTO {NameOf(kind)}", [.. list], ""));
        }

        _steps.Add(new PlainStep("COMMIT"));
    }

    private string Row(NexmarkTable kind)
    {
        int number = 0;
        int text = 0;
        IEnumerable<string> values = NexmarkSchema.Of(kind).Select(f => f.Type.Kind switch
        {
            SqlTypeKind.Int64 => _event.Numbers[number++].ToString(CultureInfo.InvariantCulture),
            SqlTypeKind.Timestamp => $"'{Time(_event.Numbers[number++])}'",
            _ => $"'{Encoding.UTF8.GetString(_event.Text(text++))}'",
        });
        return $"({string.Join(", ", values)})";
    }

    private static string Time(long timestamp) => DateTime.UnixEpoch.AddMicroseconds(timestamp - SqlCalendar.UnixEpoch)
        .ToString("yyyy-MM-dd HH:mm:ss.ffffff", CultureInfo.InvariantCulture);

    private static string NameOf(NexmarkTable table) => table switch
    {
        NexmarkTable.Person => "person",
        NexmarkTable.Auction => "auction",
        _ => "bid",
    };
}
