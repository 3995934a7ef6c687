using System.Buffers.Text;
using System.Runtime.CompilerServices;

namespace StreamDb.Connectors.Generators;

/// <summary>Makes Nexmark's events: people who open auctions and bid in them (Tucker et al., and Apache Beam's suite).</summary>
/// <remarks>
/// An event is a pure function of its number and the options: every source over the same stream agrees with the others,
/// and any of them can go on anywhere. A round is 1 person, 3 auctions and 46 bids; ids count up within each kind.
/// Sellers, bidders and auctions are drawn from those who are recent ("active", "in flight") and a few that are yet to
/// come; a share of the draws goes to the one "hot" id of each hundred.
/// </remarks>
internal sealed class NexmarkGenerator(NexmarkOptions options)
{
    /// <summary>One id in so many is a hot one.</summary>
    private const long HotStep = 100;
    private readonly long _round = options.Round;

    /// <summary>The event that the <paramref name="index"/>th place of the stream holds; differs only when out-of-order groups are asked for.</summary>
    public long NumberAt(long index)
    {
        long group = options.OutOfOrderGroup;
        return group == 1 ? index : (index / group * group) + (index % group * 953 % group);
    }

    public NexmarkTable KindOf(long number)
    {
        long place = (options.FirstEvent + number) % _round;
        return place < options.People ? NexmarkTable.Person
            : place < options.People + options.Auctions ? NexmarkTable.Auction
            : NexmarkTable.Bid;
    }

    // Hot path: per event. No allocation.
    public NexmarkTable Make(long number, NexmarkEvent target)
    {
        target.Clear();
        long id = options.FirstEvent + number;
        var random = new SplitMix((ulong)id);
        NexmarkTable kind = KindOf(number);
        switch (kind)
        {
            case NexmarkTable.Person:
                MakePerson(id, number, ref random, target);
                break;
            case NexmarkTable.Auction:
                MakeAuction(id, number, ref random, target);
                break;
            default:
                MakeBid(id, number, ref random, target);
                break;
        }

        return kind;
    }

    private void MakePerson(long id, long number, ref SplitMix random, NexmarkEvent target)
    {
        target.Add(LastPerson(id) + options.FirstPersonId);
        target.Add(NexmarkOptions.TimestampOf(options.TimeMs(number)));

        byte[] first = Pick(options.FirstNames, ref random);
        byte[] last = Pick(options.LastNames, ref random);
        Span<byte> name = target.AddText(first.Length + 1 + last.Length);
        first.CopyTo(name);
        name[first.Length] = (byte)' ';
        last.CopyTo(name[(first.Length + 1)..]);

        Span<byte> email = target.AddText(17);
        random.Letters(email[..7]);
        email[7] = (byte)'@';
        random.Letters(email[8..13]);
        ".com"u8.CopyTo(email[13..]);

        Span<byte> card = target.AddText(19);
        for (int i = 0; i < 4; i++)
        {
            Utf8Formatter.TryFormat(random.Below(10_000), card[(i * 5)..], out _, new System.Buffers.StandardFormat('D', 4));
            if (i < 3)
            {
                card[(i * 5) + 4] = (byte)' ';
            }
        }

        byte[] city = Pick(options.Cities, ref random);
        byte[] state = Pick(options.States, ref random);
        target.Add(city);
        target.Add(state);
        AddExtra(
            8 + first.Length + 1 + last.Length + 17 + 19 + city.Length + state.Length,
            options.PersonBytes,
            ref random,
            target);
    }

    private void MakeAuction(long id, long number, ref SplitMix random, NexmarkEvent target)
    {
        const int NameBytes = 20;
        const int DescriptionBytes = 100;
        long timeMs = options.TimeMs(number);
        random.Letters(target.AddText(NameBytes));
        random.Letters(target.AddText(DescriptionBytes));
        long initial = Price(ref random);
        long reserve = initial + Price(ref random);
        long lengthMs = 1 + random.Below(Math.Max(1, 2 * HorizonMs(number, timeMs)));
        long seller = random.Below(options.HotSellerRatio) > 0
            ? LastPerson(id) / HotStep * HotStep
            : AnyPerson(id, ref random);
        target.Add(LastAuction(id) + options.FirstAuctionId);
        target.Add(initial);
        target.Add(reserve);
        target.Add(NexmarkOptions.TimestampOf(timeMs));
        target.Add(NexmarkOptions.TimestampOf(timeMs + lengthMs));
        target.Add(seller + options.FirstPersonId);
        target.Add(options.FirstCategoryId + random.Below(options.CategoryCount));
        AddExtra(NameBytes + DescriptionBytes + (6 * 8), options.AuctionBytes, ref random, target);
    }

    private void MakeBid(long id, long number, ref SplitMix random, NexmarkEvent target)
    {
        long auction = random.Below(options.HotAuctionRatio) > 0
            ? LastAuction(id) / HotStep * HotStep
            : AnyAuction(id, ref random);
        long bidder = random.Below(options.HotBidderRatio) > 0
            ? (LastPerson(id) / HotStep * HotStep) + 1
            : AnyPerson(id, ref random);
        target.Add(auction + options.FirstAuctionId);
        target.Add(bidder + options.FirstPersonId);
        target.Add(Price(ref random));
        target.Add(NexmarkOptions.TimestampOf(options.TimeMs(number)));
        (byte[] Name, byte[] Url)[] channels =
            random.Below(options.HotChannelRatio) > 0 ? NexmarkChannels.Hot : NexmarkChannels.All;
        (byte[] channel, byte[] url) = channels[random.Below(channels.Length)];
        target.Add(channel);
        target.Add(url);
        AddExtra(4 * 8, options.BidBytes, ref random, target);
    }

    /// <summary>The newest person when this event happens, counted from 0.</summary>
    private long LastPerson(long id) => (id / _round * options.People) + Math.Min(id % _round, options.People - 1);

    /// <summary>Someone active, or about to appear.</summary>
    private long AnyPerson(long id, ref SplitMix random)
    {
        long people = LastPerson(id) + 1;
        long active = Math.Min(people, options.ActivePeople);
        return people - active + random.Below(active + options.PersonLead);
    }

    /// <summary>The newest auction when this event happens, counted from 0; -1 before the first.</summary>
    private long LastAuction(long id)
    {
        long place = (id % _round) - options.People;
        long round = id / _round;

        // While the people of a round appear, the newest auction is still the last one of the round before.
        return place < 0
            ? (round * options.Auctions) - 1
            : (round * options.Auctions) + Math.Min(place, options.Auctions - 1);
    }

    /// <summary>An auction in flight, or about to open.</summary>
    private long AnyAuction(long id, ref SplitMix random)
    {
        long last = LastAuction(id);
        long first = Math.Max(0, last - options.InFlightAuctions);
        return first + random.Below(last - first + 1 + options.AuctionLead);
    }

    /// <summary>How long it takes until as many auctions have opened as are in flight on average.</summary>
    private long HorizonMs(long number, long timeMs) =>
        options.TimeMs(number + (options.InFlightAuctions * _round / options.Auctions)) - timeMs;

    /// <summary>In cents: from 1 to 1,000,000 units, each order of magnitude equally likely.</summary>
    private static long Price(ref SplitMix random) => (long)Math.Round(Math.Pow(10, random.Fraction() * 6) * 100);

    /// <summary>Letters that bring the event to about the average size, 20 % more or less.</summary>
    private static void AddExtra(int bytes, int averageBytes, ref SplitMix random, NexmarkEvent target)
    {
        int missing = averageBytes - bytes;
        if (missing <= 0)
        {
            target.Add([]);
            return;
        }

        int spread = (int)Math.Round(missing * 0.2);
        int length = missing - spread + (spread == 0 ? 0 : (int)random.Below(2 * spread));
        random.Letters(target.AddText(length));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static byte[] Pick(byte[][] words, ref SplitMix random) => words[random.Below(words.Length)];
}
