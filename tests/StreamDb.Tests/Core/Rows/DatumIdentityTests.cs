using StreamDb.Core.Rows;
using StreamDb.Core.Types;
using Xunit;

namespace StreamDb.Tests.Core.Rows;

public class DatumIdentityTests
{
    public static TheoryData<Datum, Datum> EqualButNotIdentical => new()
    {
        { new Datum(Numeric.From(1.0m)), new Datum(Numeric.From(1.00m)) },
        { new Datum(new Interval(0, 1, 0)), new Datum(new Interval(0, 0, Interval.MicrosecondsPerDay)) },
        { new Datum(0.0), new Datum(-0.0) },
        { new Datum(0.0f), new Datum(-0.0f) },
    };

    [Theory]
    [MemberData(nameof(EqualButNotIdentical))]
    public void Equal_values_in_different_forms_are_not_identical(Datum left, Datum right)
    {
        Assert.Equal(left, right);
        Assert.False(left.IsIdenticalTo(right));
        Assert.True(left.IsIdenticalTo(left));
    }

    [Fact]
    public void Texts_of_equal_bytes_are_identical() => Assert.True(Datum.Text("a").IsIdenticalTo(Datum.Text("a")));
}
