namespace StreamDb.Core.Codecs;

/// <summary>
/// The members of one object while it is written: each as <c>"key": value</c>, wherever it comes; <see cref="Finish"/> puts
/// them into jsonb's order when they did not come in it. Objects in order cost one comparison a member and no copy.
/// </summary>
public struct JsonMembers(ByteWriter? output)
{
    private readonly ByteWriter? _output = output;
    private List<Member>? _members;
    private bool _isUnordered;

    /// <summary>Call before a member's key is written, in quotes and escaped.</summary>
    public void BeginMember()
    {
        if (_output is null)
        {
            return;
        }

        _members ??= [];
        if (_members.Count > 0)
        {
            _output.Append(", "u8);
        }

        _members.Add(new Member(_output.Length, 0, 0));
    }

    /// <summary>Call after the key; then write <c>: </c> and the value.</summary>
    public void EndKey()
    {
        if (_output is null)
        {
            return;
        }

        Member member = _members![^1] with { KeyEnd = _output.Length };
        _members[^1] = member;
        _isUnordered |= _members.Count > 1 && Compare(_members[^2], member) >= 0;
    }

    /// <summary>Call after the value.</summary>
    public readonly void EndMember()
    {
        if (_output is not null)
        {
            _members![^1] = _members[^1] with { End = _output.Length };
        }
    }

    /// <summary>Orders the members and drops all but the last of equal keys.</summary>
    public readonly void Finish()
    {
        if (!_isUnordered)
        {
            return;
        }

        ByteWriter output = _output!;
        JsonMembers self = this;
        int[] order = [.. Enumerable.Range(0, _members!.Count)];
        Array.Sort(order, (left, right) =>
            self.Compare(self._members![left], self._members[right]) is var c && c != 0 ? c : left.CompareTo(right));

        int start = _members[0].Start;
        using ByteWriter copy = ByteWriter.Rent();
        copy.Append(output.Written[start..]);
        using ByteWriter sorted = ByteWriter.Rent();
        for (int i = 0; i < order.Length; i++)
        {
            if (i + 1 < order.Length && Compare(_members[order[i]], _members[order[i + 1]]) == 0)
            {
                continue;
            }

            if (sorted.Length > 0)
            {
                sorted.Append(", "u8);
            }

            Member member = _members[order[i]];
            sorted.Append(copy.Written[(member.Start - start)..(member.End - start)]);
        }

        output.Truncate(start);
        output.Append(sorted.Written);
    }

    private readonly int Compare(Member left, Member right) => JsonKey.Compare(
        _output!.Written[(left.Start + 1)..(left.KeyEnd - 1)],
        _output.Written[(right.Start + 1)..(right.KeyEnd - 1)]);

    private readonly record struct Member(int Start, int KeyEnd, int End);
}
