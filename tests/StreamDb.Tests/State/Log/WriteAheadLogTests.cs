using StreamDb.Core.Identifiers;
using StreamDb.State.Devices;
using StreamDb.State.Log;
using Xunit;

namespace StreamDb.Tests.State.Log;

/// <summary>The log on the machine's own files: what goes in comes out, now and after opening again.</summary>
public sealed class WriteAheadLogTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("streamdb-wal-").FullName;
    private readonly Guid _instance = Guid.NewGuid();

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void Records_come_back_in_order_after_reopening()
    {
        Random random = new(1);
        List<byte[]> payloads = [.. Enumerable.Range(0, 500).Select(i => Bytes(random, random.Next(0, 3000)))];
        using (WriteAheadLog log = Create())
        {
            for (int i = 0; i < payloads.Count; i++)
            {
                Assert.Equal(i + 1, log.Append(new Epoch((ulong)i * 10), payloads[i]));
                if (i % 7 == 0)
                {
                    Assert.Equal(i + 1, log.Commit());
                }
            }
        }

        using WriteAheadLog reopened = Open();
        Assert.Equal(payloads.Count, reopened.LastSequence);
        Assert.Equal(payloads.Count, reopened.DurableSequence);
        Assert.Equal(payloads.Select(Convert.ToHexString), reopened.Replay(1).Select(r => Convert.ToHexString(r.Payload.Span)));
        Assert.Equal(Enumerable.Range(400, 101).Select(i => (long)i), reopened.Replay(400).Select(r => r.Sequence));
        Assert.Equal(new Epoch(4990), reopened.Replay(500).Single().Epoch);
    }

    [Fact]
    public void Sequence_numbers_go_on_across_many_reopenings()
    {
        Create().Dispose();
        long sequence = 0;
        for (int round = 0; round < 20; round++)
        {
            using WriteAheadLog log = Open();
            Assert.Equal(sequence, log.LastSequence);
            for (int i = 0; i < round; i++)
            {
                Assert.Equal(++sequence, log.Append(new Epoch((ulong)sequence), BitConverter.GetBytes(sequence)));
                log.Commit();
            }
        }

        using WriteAheadLog last = Open();
        Assert.All(last.Replay(1), r => Assert.Equal(r.Sequence, BitConverter.ToInt64(r.Payload.Span)));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(256 << 10)]
    [InlineData((256 << 10) + 1)]
    [InlineData(70 << 20)]
    public void A_record_of_any_size_survives(int size)
    {
        byte[] payload = Bytes(new Random(size), size);
        using (WriteAheadLog log = Create())
        {
            log.Append(new Epoch(1), "before"u8);
            log.Append(new Epoch(2), payload);
            log.Append(new Epoch(3), "after"u8);
            Assert.Equal(3, log.Commit());
            Assert.True(log.Replay(2).First().Payload.Span.SequenceEqual(payload));
        }

        using WriteAheadLog reopened = Open();
        foreach (LogRecord record in reopened.Replay(1))
        {
            ReadOnlySpan<byte> expected = record.Sequence == 1 ? "before"u8 : record.Sequence == 2 ? payload : "after"u8;
            Assert.True(record.Payload.Span.SequenceEqual(expected));
        }
    }

    [Fact]
    public void A_record_in_pieces_equals_their_concatenation()
    {
        Random random = new(2);
        List<ReadOnlyMemory<byte>> pieces = [.. Enumerable.Range(0, 40).Select(_ => (ReadOnlyMemory<byte>)Bytes(random, random.Next(0, 60_000)))];
        byte[] whole = [.. pieces.SelectMany(piece => piece.ToArray())];
        using WriteAheadLog log = Create();
        log.Append(new Epoch(1), pieces);
        log.Append(new Epoch(1), (IReadOnlyList<ReadOnlyMemory<byte>>)[]);
        log.Commit();
        Assert.True(log.Replay(1).First().Payload.Span.SequenceEqual(whole));
        Assert.Equal(0, log.Replay(2).Single().Payload.Length);
    }

    [Fact]
    public async Task Concurrent_commits_share_syncs_and_return_only_when_durable()
    {
        using WriteAheadLog log = Create();
        await Task.WhenAll(Enumerable.Range(0, 8).Select(worker => Task.Run(async () =>
        {
            for (int i = 0; i < 50; i++)
            {
                long sequence = log.Append(new Epoch(1), BitConverter.GetBytes(worker));
                long durable = worker % 2 == 0 ? log.Commit() : await log.CommitAsync();
                Assert.True(durable >= sequence);
            }
        })));
        Assert.Equal(400, log.DurableSequence);
        Assert.Equal(400, log.Replay(1).Count());
    }

    [Fact]
    public void Nothing_is_allocated_on_disk_ahead()
    {
        using WriteAheadLog log = Create();
        log.Append(new Epoch(1), "small"u8);
        log.Commit();
        Assert.InRange(Directory.EnumerateFiles(_directory).Sum(path => new FileInfo(path).Length), 1, 64 << 10);
    }

    private static byte[] Bytes(Random random, int count)
    {
        byte[] bytes = new byte[count];
        random.NextBytes(bytes);
        return bytes;
    }

    private WriteAheadLog Create()
    {
        WriteAheadLog.Create(LocalFileSystem.Instance, _directory, _instance, WriteAheadLogOptions.Default);
        return Open();
    }

    private WriteAheadLog Open() =>
        WriteAheadLog.Open(
            LocalFileSystem.Instance, _directory, _instance, LogRange.None with { Created = true }, WriteAheadLogOptions.Default);
}
