using StreamDb.State.Devices;
using Xunit;

namespace StreamDb.Tests.State.Devices;

public sealed class Crc32CTests
{
    [Fact]
    public void The_check_value_of_the_algorithm_comes_out() => Assert.Equal(0xE3069283u, Crc32C.Compute("123456789"u8));

    [Fact]
    public void Any_split_gives_the_same_checksum()
    {
        byte[] bytes = new byte[61];
        new Random(5).NextBytes(bytes);
        for (int split = 0; split <= bytes.Length; split++)
        {
            Assert.Equal(Crc32C.Compute(bytes), Crc32C.Compute(bytes.AsSpan(0, split), bytes.AsSpan(split)));
        }
    }
}
