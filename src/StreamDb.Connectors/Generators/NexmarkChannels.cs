using System.Text;

namespace StreamDb.Connectors.Generators;

/// <summary>Where bids come from: four channels that most bidders use, and ten thousand others. The same in every process.</summary>
internal static class NexmarkChannels
{
    private const int Count = 10_000;

    /// <summary>The four hot channels, each with its one address.</summary>
    public static (byte[] Name, byte[] Url)[] Hot { get; } = MakeHot();

    /// <summary>The others; nine in ten name their channel in the address.</summary>
    public static (byte[] Name, byte[] Url)[] All { get; } = MakeAll();

    private static (byte[] Name, byte[] Url)[] MakeHot()
    {
        string[] names = ["Google", "Facebook", "Baidu", "Apple"];
        return [.. names.Select((name, i) => (Encoding.UTF8.GetBytes(name), Address(new SplitMix((ulong)(Count + i)), "")))];
    }

    private static (byte[] Name, byte[] Url)[] MakeAll()
    {
        var channels = new (byte[], byte[])[Count];
        for (int i = 0; i < Count; i++)
        {
            var random = new SplitMix((ulong)i);
            string suffix = random.Below(10) > 0 ? $"&channel_id={Reverse(i)}" : "";
            channels[i] = (Encoding.UTF8.GetBytes($"channel-{i}"), Address(random, suffix));
        }

        return channels;
    }

    private static byte[] Address(SplitMix random, string suffix)
    {
        Span<byte> words = stackalloc byte[15];
        random.Letters(words);
        string path = Encoding.ASCII.GetString(words);
        return Encoding.UTF8.GetBytes(
            $"https://www.nexmark.com/{path[..5]}/{path[5..10]}/{path[10..]}/item.htm?query=1{suffix}");
    }

    /// <summary>The number's bits the other way round, without a sign: numbers that are far apart for channels that are near.</summary>
    private static int Reverse(int number)
    {
        uint reversed = 0;
        for (int bit = 0; bit < 32; bit++)
        {
            reversed = (reversed << 1) | (((uint)number >> bit) & 1);
        }

        return (int)(reversed & int.MaxValue);
    }
}
