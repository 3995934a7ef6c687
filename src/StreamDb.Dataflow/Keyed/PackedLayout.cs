using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;
using StreamDb.Core.Diagnostics;
using StreamDb.Core.Rows;

namespace StreamDb.Dataflow.Keyed;

/// <summary>How a slot of a <see cref="KeyTable"/> is written in as few bytes as its values need: the entries of a <see cref="PackedTable"/>.</summary>
/// <remarks>
/// An entry is 4 bits for the length of each word of the slot, then the words, key first, each as the low bytes of a signed number:
/// 0 to 8 of them. What the words mean is the owner's; addresses in them stay good. Keys are in byte order, most significant first,
/// as <see cref="RowCodec"/> writes them: of a key's word, the number is how it differs from a usual one (most often in the low bytes
/// only, where a bigint alone begins with 80 00 00 00), without the padding. Entries lie without gaps, and reads may run into
/// <see cref="SlackBytes"/> behind the last. One thread.
/// </remarks>
internal unsafe struct PackedLayout
{
    /// <summary>Largest slot: the lengths of its words are one word.</summary>
    public const int SlotBytesMax = 128;

    /// <summary>Behind entries, and behind what is written of one.</summary>
    public const int SlackBytes = 8;

    /// <summary>Room for any entry.</summary>
    public const int EntryBytesMax = 8 + SlotBytesMax;

    private readonly int _keyWords;
    private readonly int _words;
    private readonly int _lengthsBytes;
    private readonly ulong _lengthsMask;
    private readonly ulong _keyLengthsMask;
    private readonly int _paddingBits;
    private KeyWords _usual;

    /// <param name="keyBytes">A multiple of 8.</param>
    /// <param name="paddingBytes">Zeros at the end of each key.</param>
    /// <param name="slotBytes">Of a slot: a header word, the key, the record; at most <see cref="SlotBytesMax"/>.</param>
    public PackedLayout(int keyBytes, int paddingBytes, int slotBytes)
    {
        Invariant.Check(keyBytes > 0 && slotBytes is > 8 and <= SlotBytesMax, "slots that are packed are small and have a key");
        _keyWords = keyBytes / 8;
        _words = slotBytes / 8;
        _lengthsBytes = (_words + 1) / 2;
        _lengthsMask = ulong.MaxValue >> (64 - (4 * _words));
        _keyLengthsMask = ulong.MaxValue >> (64 - (4 * _keyWords));
        _paddingBits = paddingBytes * 8;
    }

    /// <summary>Takes for the usual key what most have at each byte. Only while there are no entries.</summary>
    public void Learn(byte** slots, int count)
    {
        int* counts = stackalloc int[256];
        for (int word = 0; word < _keyWords; word++)
        {
            ulong usual = 0;
            for (int shift = 0; shift < 64; shift += 8)
            {
                new Span<int>(counts, 256).Clear();
                for (int i = 0; i < count; i++)
                {
                    counts[(byte)(KeyWord(slots[i], word) >> shift)]++;
                }

                int most = 0;
                for (int value = 1; value < 256; value++)
                {
                    most = counts[value] > counts[most] ? value : most;
                }

                usual |= (ulong)most << shift;
            }

            _usual[word] = usual;
        }
    }

    /// <summary>Writes what entries were made with.</summary>
    public readonly void Write(BinaryWriter output)
    {
        output.Write(_words);
        output.Write(_keyWords);
        for (int word = 0; word < _keyWords; word++)
        {
            output.Write(_usual[word]);
        }
    }

    /// <summary>Takes over what <see cref="Write"/> wrote.</summary>
    public void Read(BinaryReader input)
    {
        Invariant.Check(input.ReadInt32() == _words && input.ReadInt32() == _keyWords, "a packed table is restored with its layout");
        for (int word = 0; word < _keyWords; word++)
        {
            _usual[word] = input.ReadUInt64();
        }
    }

    /// <summary>The bytes of an entry.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly int SizeOf(byte* entry) => SizeOf(*(ulong*)entry & _lengthsMask);

    /// <summary>The entry of a key, among those from <paramref name="entry"/> to <paramref name="end"/>; null when there is none.</summary>
    /// <param name="key">As <see cref="EncodeKey"/> made it.</param>
    /// <remarks>Hot path: per entry.</remarks>
    public readonly byte* Find(byte* entry, byte* end, byte* key, PackedKeyShape shape)
    {
        int length = shape.Bytes;
        ulong mask = length >= 8 ? ulong.MaxValue : (1UL << (8 * length)) - 1;
        ulong first = *(ulong*)key & mask;
        while (entry < end)
        {
            ulong lengths = *(ulong*)entry & _lengthsMask;
            byte* bytes = entry + _lengthsBytes;
            if ((lengths & _keyLengthsMask) == shape.Lengths && (*(ulong*)bytes & mask) == first
                && (length <= 8 || new ReadOnlySpan<byte>(bytes, length).SequenceEqual(new ReadOnlySpan<byte>(key, length))))
            {
                return entry;
            }

            entry += SizeOf(lengths);
        }

        return null;
    }

    /// <summary>The bytes that an entry of this key has behind its lengths.</summary>
    /// <param name="bytes">With <see cref="SlackBytes"/> more.</param>
    public readonly PackedKeyShape EncodeKey(byte* key, byte* bytes)
    {
        byte* next = bytes;
        ulong lengths = 0;
        for (int word = 0; word < _keyWords; word++)
        {
            long difference = (long)(KeyWord(key - 8, word) ^ _usual[word]);
            next = Append(word == _keyWords - 1 ? difference >> _paddingBits : difference, word, next, ref lengths);
        }

        return new PackedKeyShape((int)(next - bytes), lengths);
    }

    /// <summary>The entry of a slot.</summary>
    /// <param name="entry">Room for <see cref="EntryBytesMax"/> and <see cref="SlackBytes"/>.</param>
    /// <param name="key">Where its key is in it.</param>
    /// <returns>Its size.</returns>
    public readonly int Encode(byte* slot, byte* entry, out byte* key, out PackedKeyShape shape)
    {
        key = entry + _lengthsBytes;
        shape = EncodeKey(slot + 8, key);
        byte* next = key + shape.Bytes;
        ulong lengths = shape.Lengths;
        for (int word = _keyWords; word < _words; word++)
        {
            next = Append(*(long*)(slot + OffsetOf(word)), word, next, ref lengths);
        }

        for (int i = 0; i < _lengthsBytes; i++)
        {
            entry[i] = (byte)(lengths >> (8 * i));
        }

        return (int)(next - entry);
    }

    /// <summary>The slot of an entry.</summary>
    public readonly void Decode(byte* entry, byte* slot) => Decode(entry, slot, _words);

    /// <summary>The hash of an entry's key.</summary>
    public readonly ulong HashOf(byte* entry)
    {
        byte* slot = stackalloc byte[SlotBytesMax];
        Decode(entry, slot, _keyWords);
        return RowCodec.Hash(slot + 8, _keyWords * 8);
    }

    /// <summary>A word of a slot's key as a number in the order of keys.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong KeyWord(byte* slot, int word) => BinaryPrimitives.ReverseEndianness(*(ulong*)(slot + 8 + (word * 8)));

    private static int LengthOf(long value) => value == 0 ? 0 : (72 - BitOperations.LeadingZeroCount((ulong)(value ^ (value >> 63)))) >> 3;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static byte* Append(long value, int word, byte* next, ref ulong lengths)
    {
        int length = LengthOf(value);
        *(long*)next = value;
        lengths |= (ulong)length << (4 * word);
        return next + length;
    }

    /// <summary>From the word's number in an entry to where it is in a slot: behind the key comes the header.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly int OffsetOf(int word) => word < _keyWords ? 8 + (word * 8) : word == _keyWords ? 0 : word * 8;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly int SizeOf(ulong lengths)
    {
        const ulong low = 0x0F0F_0F0F_0F0F_0F0F;
        return _lengthsBytes + (int)((((lengths & low) + ((lengths >> 4) & low)) * 0x0101_0101_0101_0101) >> 56);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly void Decode(byte* entry, byte* slot, int words)
    {
        ulong lengths = *(ulong*)entry & _lengthsMask;
        byte* next = entry + _lengthsBytes;
        for (int word = 0; word < words; word++, lengths >>= 4)
        {
            int length = (int)(lengths & 15);
            int unused = 64 - (8 * length);

            // A shift by 64 would be none.
            long value = length == 0 ? 0 : *(long*)next << unused >> unused;
            if (word < _keyWords)
            {
                value = word == _keyWords - 1 ? value << _paddingBits : value;
                value = BinaryPrimitives.ReverseEndianness(value ^ (long)_usual[word]);
            }

            *(long*)(slot + OffsetOf(word)) = value;
            next += length;
        }
    }

    [InlineArray(SlotBytesMax / 8)]
    private struct KeyWords
    {
        private ulong _first;
    }
}

/// <summary>The size of an encoded key, and the lengths of its words.</summary>
internal readonly record struct PackedKeyShape(int Bytes, ulong Lengths);
