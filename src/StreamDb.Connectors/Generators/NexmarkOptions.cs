using System.Text;
using StreamDb.Core.Errors;
using StreamDb.Core.Types;

namespace StreamDb.Connectors.Generators;

/// <summary>Nexmark's parameters, under RisingWave's option names and with its defaults.</summary>
internal sealed class NexmarkOptions
{
    private const string TableOption = "nexmark.table.type";
    private const long Many = 1_000_000_000;

    /// <summary>2015-07-15 00:00:00, in milliseconds since 1970.</summary>
    private const long DefaultBaseMs = 1_436_918_400_000;

    private readonly double _eventMicroseconds;

    public NexmarkOptions(IReadOnlyDictionary<string, string> all)
    {
        var options = new OptionReader(all);
        options.Text("connector");
        options.Text(TableOption);
        Table = TableOf(all);

        // How many readers share the work is not ours to choose: accepted, and all splits are read here.
        options.Integer("nexmark.split.num", 1, 1, int.MaxValue);
        long count = options.Integer("nexmark.event.num", -1, -1, long.MaxValue);
        EventCount = count < 0 ? long.MaxValue : count;
        BatchRowsMax = (int)options.Integer("nexmark.max.chunk.size", 10_000, 1, 10_000);
        long gapNs = options.Integer("nexmark.min.event.gap.in.ns", 100_000, 0, long.MaxValue);
        bool isRealTime = options.Boolean("nexmark.use.real.time", absent: false);

        ActivePeople = options.Integer("nexmark.active.people", 1000, 1, Many);
        InFlightAuctions = options.Integer("nexmark.in.flight.auctions", 100, 0, Many);
        OutOfOrderGroup = options.Integer("nexmark.out.of.order.group.size", 1, 1, Many);
        PersonBytes = (int)options.Integer("nexmark.avg.person.byte.size", 200, 0, 1 << 20);
        AuctionBytes = (int)options.Integer("nexmark.avg.auction.byte.size", 500, 0, 1 << 20);
        BidBytes = (int)options.Integer("nexmark.avg.bid.byte.size", 100, 0, 1 << 20);
        HotSellerRatio = options.Integer("nexmark.hot.seller.ratio", 4, 1, Many);
        HotAuctionRatio = options.Integer("nexmark.hot.auction.ratio", 2, 1, Many);
        HotBidderRatio = options.Integer("nexmark.hot.bidder.ratio", 4, 1, Many);
        HotChannelRatio = options.Integer("nexmark.hot.channel.ratio", 2, 1, Many);
        FirstEvent = options.Integer("nexmark.first.event.id", 0, 0, long.MaxValue / 2);
        CategoryCount = options.Integer("nexmark.num.categories", 5, 1, Many);
        AuctionLead = options.Integer("nexmark.auction.id.lead", 10, 0, Many);
        PersonLead = options.Integer("nexmark.person.id.lead", 10, 0, Many);
        People = options.Integer("nexmark.person.proportion", 1, 1, 1_000_000);
        Auctions = options.Integer("nexmark.auction.proportion", 3, 1, 1_000_000);
        Bids = options.Integer("nexmark.bid.proportion", 46, 0, 1_000_000);
        FirstAuctionId = options.Integer("nexmark.first.auction.id", 1000, 0, Many);
        FirstPersonId = options.Integer("nexmark.first.person.id", 1000, 0, Many);
        FirstCategoryId = options.Integer("nexmark.first.category.id", 10, 0, Many);
        BaseMs = options.Integer("nexmark.base.time", DefaultBaseMs, 0, 100L * 365 * 86_400_000);
        States = Words(options, "nexmark.us.states", "az,ca,id,or,wa,wy");
        Cities = Words(
            options,
            "nexmark.us.cities",
            "phoenix,los angeles,san francisco,boise,portland,bend,redmond,seattle,kent,cheyenne");
        FirstNames = Words(
            options, "nexmark.first.names", "peter,paul,luke,john,saul,vicky,kate,julie,sarah,deiter,walter");
        LastNames = Words(
            options, "nexmark.last.names", "shultz,abrams,spencer,white,bartels,walton,smith,jones,noris");
        _eventMicroseconds = 1e6 / options.Integer("nexmark.first.event.rate", 10_000, 1, Many);
        options.CheckAllTaken(ConnectorRegistry.Nexmark);

        EventsPerSecond = isRealTime ? 1e6 / _eventMicroseconds : gapNs == 0 ? double.PositiveInfinity : 1e9 / gapNs;
    }

    public NexmarkTable Table { get; }

    /// <summary>Events of all kinds together; long.MaxValue when there is no end.</summary>
    public long EventCount { get; }

    public int BatchRowsMax { get; }

    /// <summary>How fast events of all kinds together come, on the wall.</summary>
    public double EventsPerSecond { get; }

    public long ActivePeople { get; }

    public long InFlightAuctions { get; }

    public long OutOfOrderGroup { get; }

    public int PersonBytes { get; }

    public int AuctionBytes { get; }

    public int BidBytes { get; }

    public long HotSellerRatio { get; }

    public long HotAuctionRatio { get; }

    public long HotBidderRatio { get; }

    public long HotChannelRatio { get; }

    public long FirstEvent { get; }

    public long CategoryCount { get; }

    public long AuctionLead { get; }

    public long PersonLead { get; }

    public long People { get; }

    public long Auctions { get; }

    public long Bids { get; }

    /// <summary>Events in one round: first people, then auctions, then bids.</summary>
    public long Round => People + Auctions + Bids;

    public long FirstAuctionId { get; }

    public long FirstPersonId { get; }

    public long FirstCategoryId { get; }

    public long BaseMs { get; }

    public byte[][] States { get; }

    public byte[][] Cities { get; }

    public byte[][] FirstNames { get; }

    public byte[][] LastNames { get; }

    /// <summary>The table that the options ask for.</summary>
    /// <exception cref="SqlException">22023: neither Person, Auction nor Bid.</exception>
    public static NexmarkTable TableOf(IReadOnlyDictionary<string, string> all)
    {
        var options = new OptionReader(all);
        return options.Text(TableOption)?.Trim().ToLowerInvariant() switch
        {
            null => NexmarkTable.Unified,
            "person" => NexmarkTable.Person,
            "auction" => NexmarkTable.Auction,
            "bid" => NexmarkTable.Bid,
            _ => throw options.Invalid(TableOption, "must be Person, Auction or Bid"),
        };
    }

    /// <summary>The event time of an event, in milliseconds since 1970.</summary>
    public long TimeMs(long number) => BaseMs + (long)Math.Round(number * _eventMicroseconds / 1000);

    /// <summary>A time in milliseconds since 1970 as a timestamp.</summary>
    public static long TimestampOf(long timeMs) => (timeMs * 1000) + SqlCalendar.UnixEpoch;

    private static byte[][] Words(OptionReader options, string name, string absent) =>
        [.. options.List(name, absent).Select(Encoding.UTF8.GetBytes)];
}
