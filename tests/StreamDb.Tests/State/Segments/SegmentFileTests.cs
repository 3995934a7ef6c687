using StreamDb.Core.Errors;
using StreamDb.State.Checkpoints;
using StreamDb.State.Segments;
using StreamDb.Testing.State;
using Xunit;

namespace StreamDb.Tests.State.Segments;

/// <summary>What is written comes back in place; what is damaged is refused by file and offset.</summary>
public sealed unsafe class SegmentFileTests
{
    private static readonly Guid _instance = new("0f0e0d0c-0b0a-0908-0706-050403020100");

    private readonly SimulatedFileSystem _system = new();

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(65_472)]
    [InlineData(65_473)]
    [InlineData(3_000_000)]
    public void Blocks_come_back_aligned(int bytes)
    {
        byte[] content = new byte[bytes];
        new Random(bytes).NextBytes(content);
        ImmutableFile file = Write(content, [7], out long[] offsets);

        SegmentFile read = SegmentFile.Open(_system, "/db", file, _instance);
        Assert.True(new ReadOnlySpan<byte>(read.Block(offsets[0], bytes), bytes).SequenceEqual(content));
        Assert.Equal(7, *read.Block(offsets[1], 1));
        Assert.All(offsets, offset => Assert.Equal(0, offset % 64));
        Assert.Throws<SqlException>(() => (nint)read.Block(offsets[1], 1 << 20));
        read.Release();
    }

    [Fact]
    public void Every_flipped_bit_and_every_truncation_is_detected()
    {
        ImmutableFile file = Write([1, 2, 3], [4], out _);
        byte[] whole = _system.ReadAll("/db/1.segment");
        for (int bit = 0; bit < whole.Length * 8; bit++)
        {
            byte[] damaged = (byte[])whole.Clone();
            damaged[bit / 8] ^= (byte)(1 << (bit % 8));
            Refuses(file, damaged);
        }

        for (int length = 0; length < whole.Length; length++)
        {
            Refuses(file, whole[..length]);
        }

        Refuses(file, [.. whole, 0]);
    }

    [Fact]
    public void Damage_is_named_by_its_page()
    {
        ImmutableFile file = Write(new byte[400_000], [1], out _);
        byte[] damaged = _system.ReadAll("/db/1.segment");
        damaged[200_000] ^= 1;
        Assert.Contains("/db/1.segment\" at offset 196608", Refuses(file, damaged).Message);
        damaged[200_000] ^= 1;
        damaged[^30] ^= 1;
        Assert.Contains("table of page checksums", Refuses(file, damaged).Message);
    }

    [Fact]
    public void A_file_of_another_database_and_a_newer_format_are_refused()
    {
        ImmutableFile file = Write([1], [2], out _);
        Assert.Equal(SqlState.DataCorrupted, Assert.Throws<SqlException>(() => SegmentFile.Open(_system, "/db", file, Guid.NewGuid())).State);
        _system.Delete("/db/1.segment");
        Assert.Contains("missing", Assert.Throws<SqlException>(() => SegmentFile.Open(_system, "/db", file, _instance)).Message);
    }

    [Fact]
    public void Without_completion_nothing_stays()
    {
        using (var writer = new SegmentWriter(_system, "/db", "1.segment", _instance, 1))
        {
            writer.Write(new byte[5_000_000]);
        }

        Assert.Empty(_system.Snapshot());
    }

    private ImmutableFile Write(byte[] first, byte[] second, out long[] offsets)
    {
        using var writer = new SegmentWriter(_system, "/db", "1.segment", _instance, 1);
        long one = writer.BeginBlock();
        writer.Write(first);
        long two = writer.BeginBlock();
        writer.Write(second);
        offsets = [one, two];
        return writer.Complete();
    }

    private SqlException Refuses(ImmutableFile file, byte[] content)
    {
        _system.WriteAll("/db/1.segment", content);
        SqlException error = Assert.Throws<SqlException>(() => SegmentFile.Open(_system, "/db", file, _instance));
        Assert.Equal(SqlState.DataCorrupted, error.State);
        return error;
    }
}
