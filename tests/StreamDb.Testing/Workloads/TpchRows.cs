using System.Collections.Immutable;
using System.Globalization;
using StreamDb.Testing.Oracle;

namespace StreamDb.Testing.Workloads;

/// <summary>Rows of the TPC-H tables as they stand in VALUES, distributed as dbgen does.</summary>
/// <remarks>
/// Keys, formulas and ranges are the specification's (clause 4.2.3). What the queries select by (brand, container, type, size,
/// nation, segment, date) takes the queries' own value in a part of the rows, or at this scale most queries would find nothing.
/// </remarks>
internal sealed class TpchRows(Dice dice)
{
    public const int SupplierCount = 10;
    public const int PartCount = 30;
    public const int CustomerCount = 36;

    private static readonly DateOnly _firstDay = new(1992, 1, 1);
    private static readonly DateOnly _currentDay = new(1995, 6, 17);

    private static readonly string[] _regions = ["AFRICA", "AMERICA", "ASIA", "EUROPE", "MIDDLE EAST"];

    private static readonly (string Name, int Region)[] _nations =
    [
        ("ALGERIA", 0), ("ARGENTINA", 1), ("BRAZIL", 1), ("CANADA", 1), ("EGYPT", 4), ("ETHIOPIA", 0), ("FRANCE", 3), ("GERMANY", 3), ("INDIA", 2),
        ("INDONESIA", 2), ("IRAN", 4), ("IRAQ", 4), ("JAPAN", 2), ("JORDAN", 4), ("KENYA", 0), ("MOROCCO", 0), ("MOZAMBIQUE", 0), ("PERU", 1),
        ("CHINA", 2), ("ROMANIA", 3), ("SAUDI ARABIA", 4), ("VIETNAM", 2), ("RUSSIA", 3), ("UNITED KINGDOM", 3), ("UNITED STATES", 1),
    ];

    private static readonly string[] _colors = ["almond", "azure", "blush", "forest", "green", "honeydew", "ivory", "lime", "plum", "rosy"];
    private static readonly string[] _segments = ["AUTOMOBILE", "BUILDING", "FURNITURE", "HOUSEHOLD", "MACHINERY"];
    private static readonly string[] _priorities = ["1-URGENT", "2-HIGH", "3-MEDIUM", "4-NOT SPECIFIED", "5-LOW"];
    private static readonly string[] _instructions = ["COLLECT COD", "DELIVER IN PERSON", "NONE", "TAKE BACK RETURN"];
    private static readonly string[] _modes = ["AIR", "AIR REG", "FOB", "MAIL", "RAIL", "REG AIR", "SHIP", "TRUCK"];
    private static readonly string[] _sizes = ["JUMBO", "LG", "MED", "SM", "WRAP"];
    private static readonly string[] _containers = ["BAG", "BOX", "CAN", "CASE", "DRUM", "JAR", "PACK", "PKG"];
    private static readonly string[] _typeSizes = ["ECONOMY", "LARGE", "MEDIUM", "PROMO", "SMALL", "STANDARD"];
    private static readonly string[] _finishes = ["ANODIZED", "BRUSHED", "BURNISHED", "PLATED", "POLISHED"];
    private static readonly string[] _metals = ["BRASS", "COPPER", "NICKEL", "STEEL", "TIN"];
    private static readonly string[] _words = ["carefully", "final", "deposits", "ironic", "packages", "quickly", "regular", "requests", "special", "theodolites"];

    /// <summary>The orders' first days that the queries ask for.</summary>
    private static readonly DateOnly[] _askedDays = [new(1993, 7, 1), new(1993, 10, 1), new(1994, 1, 1), new(1995, 1, 15), new(1995, 8, 1), new(1996, 1, 1)];

    public static ImmutableArray<string> Tables { get; } =
    [
        "CREATE TABLE region (r_regionkey int PRIMARY KEY, r_name text, r_comment text)",
        "CREATE TABLE nation (n_nationkey int PRIMARY KEY, n_name text, n_regionkey int NOT NULL, n_comment text)",
        "CREATE TABLE supplier (s_suppkey int PRIMARY KEY, s_name text, s_address text, s_nationkey int NOT NULL, s_phone text, s_acctbal numeric(15,2), s_comment text)",
        "CREATE TABLE part (p_partkey int PRIMARY KEY, p_name text, p_mfgr text, p_brand text, p_type text, p_size int, p_container text, p_retailprice numeric(15,2), p_comment text)",
        "CREATE TABLE partsupp (ps_partkey int, ps_suppkey int, ps_availqty int, ps_supplycost numeric(15,2), ps_comment text, PRIMARY KEY (ps_partkey, ps_suppkey))",
        "CREATE TABLE customer (c_custkey int PRIMARY KEY, c_name text, c_address text, c_nationkey int NOT NULL, c_phone text, c_acctbal numeric(15,2), c_mktsegment text, c_comment text)",
        "CREATE TABLE orders (o_orderkey bigint PRIMARY KEY, o_custkey int NOT NULL, o_orderstatus text, o_totalprice numeric(15,2), o_orderdate date, o_orderpriority text, o_clerk text, o_shippriority int, o_comment text)",
        "CREATE TABLE lineitem (l_orderkey bigint, l_partkey int NOT NULL, l_suppkey int NOT NULL, l_linenumber int, l_quantity numeric(15,2), l_extendedprice numeric(15,2), l_discount numeric(15,2), l_tax numeric(15,2), l_returnflag text, l_linestatus text, l_shipdate date, l_commitdate date, l_receiptdate date, l_shipinstruct text, l_shipmode text, l_comment text, PRIMARY KEY (l_orderkey, l_linenumber))",
    ];

    public static IEnumerable<string> Regions() => _regions.Select((name, i) => $"({i}, '{name}', '')");

    public static IEnumerable<string> Nations() => _nations.Select((n, i) => $"({i}, '{n.Name}', {n.Region}, '')");

    public string Supplier(int key)
    {
        int nation = Nation();
        return $"({key}, 'Supplier#{key:D9}', '{Word()} {key}', {nation}, '{Phone(nation)}', {Money(-99999, 999999)}, '{Comment("Customer Complaints")}')";
    }

    public string Part(int key)
    {
        int maker = dice.Between(1, 5);
        string brand = dice.Chance(35) ? dice.Pick("Brand#12", "Brand#23", "Brand#34", "Brand#45") : $"Brand#{maker}{dice.Between(1, 5)}";
        string type = dice.Chance(25)
            ? dice.Pick("ECONOMY ANODIZED STEEL", "PROMO PLATED BRASS")
            : $"{dice.Pick(_typeSizes)} {dice.Pick(_finishes)} {dice.Pick(_metals)}";
        string container = dice.Chance(30) ? dice.Pick("MED BOX", "SM CASE", "LG BOX") : $"{dice.Pick(_sizes)} {dice.Pick(_containers)}";
        int size = dice.Chance(40) ? 15 : dice.Between(1, 50);
        return $"({key}, '{dice.Pick(_colors)} {dice.Pick(_colors)} {dice.Pick(_colors)}', 'Manufacturer#{maker}', '{brand}', '{type}', {size}, '{container}', {Price(key)}, '')";
    }

    /// <summary>The part's i-th supplier, i from 0 to 3.</summary>
    public string PartSupplier(int part, int i) =>
        $"({part}, {SupplierOf(part, i)}, {dice.Between(1, dice.Chance(50) ? 30 : 9999)}, {Money(100, 100000)}, '')";

    public string Customer(int key)
    {
        int nation = Nation();
        return $"({key}, 'Customer#{key:D9}', '{Word()} {key}', {nation}, '{Phone(nation)}', {Money(-99999, 999999)}, '{dice.Pick(_segments)}', '{Comment("none")}')";
    }

    /// <summary>An order with one to seven lines; a third of the customers never order.</summary>
    public (string Order, ImmutableArray<string> Lines) Order(long key)
    {
        int customer = dice.Between(1, CustomerCount);
        customer -= customer % 3 == 0 ? 1 : 0;
        DateOnly day = dice.Chance(60) ? dice.Pick(_askedDays).AddDays(dice.Between(0, 80)) : _firstDay.AddDays(dice.Between(0, 2404));
        ImmutableArray<string>.Builder lines = ImmutableArray.CreateBuilder<string>();
        decimal total = 0;
        int open = 0;
        int count = dice.Between(1, 7);
        for (int i = 1; i <= count; i++)
        {
            int part = dice.Between(1, PartCount);
            int quantity = dice.Between(1, 50);
            decimal price = quantity * Price(part);
            total += price;
            DateOnly ship = day.AddDays(dice.Between(1, 121));
            DateOnly commit = day.AddDays(dice.Between(30, 90));
            DateOnly receipt = ship.AddDays(dice.Between(1, 30));
            string flag = receipt <= _currentDay ? dice.Pick("R", "A") : "N";
            bool isOpen = ship > _currentDay;
            open += isOpen ? 1 : 0;
            lines.Add(string.Create(
                CultureInfo.InvariantCulture,
                $"({key}, {part}, {SupplierOf(part, dice.Next(4))}, {i}, {quantity}, {price}, 0.0{dice.Between(0, 9)}, 0.0{dice.Between(0, 8)}, '{flag}', '{(isOpen ? "O" : "F")}', '{Day(ship)}', '{Day(commit)}', '{Day(receipt)}', '{dice.Pick(_instructions)}', '{dice.Pick(_modes)}', '{Word()}')"));
        }

        string status = open == 0 ? "F" : open == count ? "O" : "P";
        return (
            string.Create(
                CultureInfo.InvariantCulture,
                $"({key}, {customer}, '{status}', {total}, '{Day(day)}', '{dice.Pick(_priorities)}', 'Clerk#{dice.Between(1, 9):D9}', 0, '{Comment("special requests")}')"),
            lines.ToImmutable());
    }

    public int Nation() => dice.Chance(60) ? dice.Pick(2, 3, 6, 7, 8, 20) : dice.Next(_nations.Length);

    public string Segment() => dice.Pick(_segments);

    private static int SupplierOf(int part, int i) =>
        ((part + (i * ((SupplierCount / 4) + ((part - 1) / SupplierCount)))) % SupplierCount) + 1;

    private static decimal Price(int part) => (90000 + (part / 10 % 20001) + (100 * (part % 1000))) / 100m;

    private string Money(int lowestCents, int highestCents) =>
        (dice.Between(lowestCents, highestCents) / 100m).ToString("0.00", CultureInfo.InvariantCulture);

    private string Phone(int nation) => $"{nation + 10}-{dice.Between(100, 999)}-{dice.Between(100, 999)}-{dice.Between(1000, 9999)}";

    private string Word() => dice.Pick(_words);

    private string Comment(string marked) => dice.Chance(15) ? $"{Word()} {marked} {Word()}" : $"{Word()} {Word()}";

    private static string Day(DateOnly day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}
