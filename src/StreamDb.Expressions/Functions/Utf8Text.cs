using System.Text;
using StreamDb.Core.Codecs;
using StreamDb.Core.Types;

namespace StreamDb.Expressions.Functions;

/// <summary>UTF-8 text by characters (code points).</summary>
internal static unsafe class Utf8Text
{
    public static int CountCharacters(ReadOnlySpan<byte> text) => TypeModifiers.CountCharacters(text);

    /// <summary>Where the character of that 0-based number starts; the end when there are not so many.</summary>
    public static int OffsetOf(ReadOnlySpan<byte> text, long character)
    {
        if (character <= 0)
        {
            return 0;
        }

        // Continuation bytes belong to the character before them.
        int at = 0;
        while (at < text.Length)
        {
            if ((text[at] & 0xC0) != 0x80 && character-- == 0)
            {
                return at;
            }

            at++;
        }

        return at;
    }

    public static ByteSlice Slice(ByteSlice text, int start, int end) => new(text.Pointer + start, end - start);

    /// <summary>Bytes of the character that starts here.</summary>
    public static int CharacterBytes(byte lead) => lead switch { < 0xC0 => 1, < 0xE0 => 2, < 0xF0 => 3, _ => 4 };

    public static string Decode(ByteSlice text) => Encoding.UTF8.GetString(text.Span);

    public static bool IsAscii(ReadOnlySpan<byte> text) => Ascii.IsValid(text);
}
