using System.Collections.Immutable;
using StreamDb.Testing.Oracle;

namespace StreamDb.Testing.Workloads;

/// <summary>TPC-H as a program for the oracles: half of the data, the 22 views, the other half, and a random stream of changes.</summary>
/// <remarks>
/// The stream inserts and removes orders with their lines in transactions (the specification's refresh functions), takes
/// single lines away, and changes, removes and brings back rows of the tables that the orders refer to.
/// </remarks>
internal sealed class TpchProgram
{
    private const int OrderCount = 120;

    private readonly Dice _dice;
    private readonly TpchRows _rows;
    private readonly ImmutableArray<OracleStep>.Builder _steps = ImmutableArray.CreateBuilder<OracleStep>();
    private readonly List<long> _orders = [];
    private readonly Dictionary<string, List<int>> _keys = [];
    private long _lastOrder;

    private TpchProgram(int seed)
    {
        _dice = new Dice(seed);
        _rows = new TpchRows(_dice);
    }

    /// <param name="changeCount">How many changes follow the data.</param>
    public static OracleProgram Generate(int seed, int changeCount)
    {
        var program = new TpchProgram(seed);
        program.Run(changeCount);
        return new OracleProgram(seed, program._dice.Between(1, 3), program._steps.ToImmutable());
    }

    private void Run(int changeCount)
    {
        foreach (string table in TpchRows.Tables)
        {
            _steps.Add(new PlainStep(table));
        }

        Insert("region", TpchRows.Regions());
        Insert("nation", TpchRows.Nations());
        Load("supplier", TpchRows.SupplierCount, _rows.Supplier);
        Load("part", TpchRows.PartCount, _rows.Part);
        Load("customer", TpchRows.CustomerCount, _rows.Customer);
        Insert("partsupp", _keys["part"].SelectMany(part => Enumerable.Range(0, 4).Select(i => _rows.PartSupplier(part, i))));
        InsertOrders(OrderCount / 2);
        foreach ((string name, string sql) in TpchQueries.All)
        {
            _steps.Add(new CreateViewStep(name, sql, IsMaterialized: true));
        }

        InsertOrders(OrderCount / 2);
        for (int i = 0; i < changeCount; i++)
        {
            Change();
        }
    }

    private void Change()
    {
        switch (_dice.Weighted(25, 20, 15, 20, 15, 5))
        {
            case 0:
                _steps.Add(new PlainStep("BEGIN"));
                InsertOrders(_dice.Between(1, 4));
                _steps.Add(new PlainStep("COMMIT"));
                break;
            case 1:
                RemoveOrders();
                break;
            case 2:
                _steps.Add(new PlainStep($"DELETE FROM lineitem WHERE l_orderkey % 11 = {_dice.Next(11)} AND l_linenumber = {_dice.Between(1, 4)}"));
                break;
            case 3:
                ChangeDimension();
                break;
            case 4:
                Replace();
                break;
            default:
                _steps.Add(new PlainStep($"UPDATE lineitem SET l_quantity = {_dice.Between(1, 50)}, l_receiptdate = l_receiptdate + {_dice.Between(-9, 9)} WHERE l_partkey = {_dice.Between(1, TpchRows.PartCount)}"));
                break;
        }
    }

    private void RemoveOrders()
    {
        string keys = string.Join(", ", Enumerable.Range(0, _dice.Between(1, 4)).Select(_ => _dice.Pick(_orders)));
        _steps.Add(new PlainStep("BEGIN"));
        _steps.Add(new PlainStep($"DELETE FROM lineitem WHERE l_orderkey IN ({keys})"));
        _steps.Add(new PlainStep($"DELETE FROM orders WHERE o_orderkey IN ({keys})"));
        _steps.Add(new PlainStep("COMMIT"));
    }

    private void ChangeDimension() => _steps.Add(new PlainStep(_dice.Next(6) switch
    {
        0 => $"UPDATE supplier SET s_nationkey = {_rows.Nation()} WHERE s_suppkey = {_dice.Between(1, TpchRows.SupplierCount)}",
        1 => $"UPDATE part SET p_size = {_dice.Between(1, 20)}, p_brand = 'Brand#23', p_container = 'MED BOX' WHERE p_partkey % 7 = {_dice.Next(7)}",
        2 => $"UPDATE customer SET c_mktsegment = '{_rows.Segment()}', c_acctbal = c_acctbal + {_dice.Between(-500, 500)}.25 WHERE c_custkey % 5 = {_dice.Next(5)}",
        3 => $"UPDATE partsupp SET ps_supplycost = {_dice.Between(1, 900)}.50, ps_availqty = {_dice.Between(1, 60)} WHERE ps_suppkey = {_dice.Between(1, TpchRows.SupplierCount)}",
        4 => $"UPDATE nation SET n_regionkey = {_dice.Next(5)} WHERE n_nationkey = {_rows.Nation()}",
        _ => $"UPDATE orders SET o_orderdate = o_orderdate + {_dice.Between(-60, 60)}, o_comment = 'special packages requests' WHERE o_orderkey % 13 = {_dice.Next(13)}",
    }));

    /// <summary>A row goes, and comes back changed a few statements later or at once.</summary>
    private void Replace()
    {
        (string table, string key, Func<int, string> row) = _dice.Next(3) switch
        {
            0 => ("supplier", "s_suppkey", (Func<int, string>)_rows.Supplier),
            1 => ("part", "p_partkey", _rows.Part),
            _ => ("customer", "c_custkey", _rows.Customer),
        };
        int number = _dice.Pick(_keys[table]);
        _steps.Add(new PlainStep($"DELETE FROM {table} WHERE {key} = {number}"));
        if (_dice.Chance(70))
        {
            _steps.Add(new InsertStep($"INSERT INTO {table}", [row(number)], ""));
        }
        else
        {
            _keys[table].Remove(number);
        }
    }

    private void Load(string table, int count, Func<int, string> row)
    {
        _keys[table] = [.. Enumerable.Range(1, count)];
        Insert(table, _keys[table].Select(row));
    }

    private void InsertOrders(int count)
    {
        List<string> orders = [];
        List<string> lines = [];
        for (int i = 0; i < count; i++)
        {
            // Keys are sparse, as dbgen's are.
            _lastOrder += _lastOrder % 8 == 7 ? 25 : 1;
            (string order, ImmutableArray<string> itsLines) = _rows.Order(_lastOrder);
            _orders.Add(_lastOrder);
            orders.Add(order);
            lines.AddRange(itsLines);
        }

        Insert("orders", orders);
        Insert("lineitem", lines);
    }

    private void Insert(string table, IEnumerable<string> rows) => _steps.Add(new InsertStep($"INSERT INTO {table}", [.. rows], ""));
}
